import json
import os
import threading
from pathlib import Path

import pytest

from courtside.publishing.contracts import JSON_TYPE, Built
from courtside.publishing.exporters.subset_picks import SUBSET_PICKS, SubsetPicks
from courtside.publishing.stores.base import DryRun, EmptyOverGoodError, PathRefusedError, publish, same_content
from courtside.publishing.stores.local import LocalStore
from tests.publishing.test_contracts import example

PATH = "v1/picks/2026-02-07.json"
EMPTY = SubsetPicks.model_validate(example(groups=[group | {"picks": []} for group in example()["groups"]]))
GOOD = SubsetPicks.model_validate(example())


def write(store, value, path=PATH, max_age=300):
    return store.write(path, json.dumps(value).encode(), max_age=max_age, content_type=JSON_TYPE)


def test_a_file_is_written_again_only_when_its_content_changed(tmp_path):
    store = LocalStore(tmp_path)
    assert write(store, {"generated_at": "1", "picks": [1]}) == "written"
    assert write(store, {"generated_at": "2", "picks": [1]}) == "unchanged"
    assert json.loads(store.read(PATH))["generated_at"] == "1"
    assert write(store, {"generated_at": "3", "picks": [2]}) == "written"
    assert json.loads(store.read(PATH))["generated_at"] == "3"


def test_no_temporary_file_is_left_in_the_folder(tmp_path):
    store = LocalStore(tmp_path)
    for number in range(5):
        write(store, {"picks": [number]})
    assert [path.name for path in (tmp_path / "v1/picks").iterdir()] == ["2026-02-07.json"]


def test_a_broken_published_file_is_replaced(tmp_path):
    store = LocalStore(tmp_path)
    write(store, {"picks": [1]})
    (tmp_path / PATH).write_text('{"picks": [')
    assert write(store, {"picks": [1]}) == "written"


@pytest.mark.parametrize(
    "path",
    [
        "../out.json",
        "v1/../../out.json",
        "/etc/out.json",
        "",
        "v1//a.json",
        "v1/.hidden",
        "v1\\a.json",
        "a\0b",
        "C:/a",
    ],
)
def test_a_path_out_of_the_store_is_refused(tmp_path, path):
    store = LocalStore(tmp_path / "public")
    for act in (lambda: write(store, {}, path), lambda: store.read(path)):
        with pytest.raises(PathRefusedError, match="is not a path inside the store"):
            act()
    assert list(tmp_path.iterdir()) == []


def test_a_link_out_of_the_store_is_refused(tmp_path):
    outside, root = tmp_path / "outside", tmp_path / "public"
    outside.mkdir()
    root.mkdir()
    (root / "v1").symlink_to(outside)
    with pytest.raises(PathRefusedError, match="leads out of"):
        write(LocalStore(root), {})
    assert list(outside.iterdir()) == []


def test_a_cache_age_other_than_the_contract_s_is_refused(tmp_path):
    with pytest.raises(ValueError, match="the contract says 300"):
        write(LocalStore(tmp_path), {}, max_age=60)


def test_a_failed_write_keeps_the_old_file_and_leaves_no_other(tmp_path, monkeypatch):
    store = LocalStore(tmp_path)
    write(store, {"picks": [1]})

    def fail(self, target):
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        write(store, {"picks": [2]})
    assert json.loads(store.read(PATH)) == {"picks": [1]}
    assert [path.name for path in (tmp_path / "v1/picks").iterdir()] == ["2026-02-07.json"]


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="open files are listed in /proc on Linux only")
def test_a_file_is_flushed_before_it_is_renamed_and_each_folder_once_for_all_its_files(tmp_path, monkeypatch):
    store, calls = LocalStore(tmp_path), []
    sync, replace = os.fsync, Path.replace

    def noted_sync(descriptor):
        calls.append(Path(f"/proc/self/fd/{descriptor}").readlink().suffix or "folder")
        sync(descriptor)

    def noted_replace(self, target):
        calls.append("rename")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", noted_sync)
    monkeypatch.setattr(Path, "replace", noted_replace)
    for day in (7, 8):
        write(store, {"picks": [day]}, f"v1/picks/2026-02-0{day}.json")
    store.flush()
    store.flush()
    assert calls == [".tmp", "rename", ".tmp", "rename", "folder"]


def test_readers_never_see_an_incomplete_file(tmp_path):
    store = LocalStore(tmp_path)
    write(store, {"picks": [0] * 20_000})
    stop, broken = threading.Event(), []

    def read():
        while not stop.is_set():
            if len(set(json.loads(store.read(PATH))["picks"])) != 1:
                broken.append(1)

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(30):
        write(store, {"picks": [number] * 20_000})
    stop.set()
    reader.join()
    assert not broken


def test_an_empty_file_replaces_one_with_content_only_where_its_source_is_empty(tmp_path):
    store = LocalStore(tmp_path)
    assert publish(store, Built.of(SUBSET_PICKS, PATH, EMPTY, False)) == "written"
    assert publish(store, Built.of(SUBSET_PICKS, PATH, GOOD, False)) == "written"
    with pytest.raises(EmptyOverGoodError, match="the published file stays"):
        publish(store, Built.of(SUBSET_PICKS, PATH, EMPTY, False))
    assert not SubsetPicks.model_validate_json(store.read(PATH)).is_empty
    assert publish(store, Built.of(SUBSET_PICKS, PATH, EMPTY, True)) == "written"


def test_a_published_file_that_cannot_be_parsed_counts_as_content(tmp_path):
    store = LocalStore(tmp_path)
    write(store, {"an": "older contract"})
    with pytest.raises(EmptyOverGoodError):
        publish(store, Built.of(SUBSET_PICKS, PATH, EMPTY, False))


def test_a_document_is_written_only_to_a_path_of_its_type(tmp_path):
    with pytest.raises(ValueError, match="is not a subset-picks file"):
        publish(LocalStore(tmp_path), Built.of(SUBSET_PICKS, "v1/subsets/season.json", GOOD))


def test_a_dry_run_reports_what_would_be_written_and_writes_nothing(tmp_path):
    store = DryRun(LocalStore(tmp_path))
    assert publish(store, Built.of(SUBSET_PICKS, PATH, GOOD)) == "written"
    assert list(tmp_path.iterdir()) == []
    publish(LocalStore(tmp_path), Built.of(SUBSET_PICKS, PATH, GOOD))
    assert publish(store, Built.of(SUBSET_PICKS, PATH, GOOD)) == "unchanged"


def test_content_that_is_not_json_is_compared_as_bytes():
    assert same_content(b"<html>", b"<html>")
    assert not same_content(b"<html>", b"<html >")
    assert not same_content(b'{"a": 1}', b'{"a": 1.0}')
