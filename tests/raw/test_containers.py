"""Payloads are unpacked from their containers, or refused before they use much memory."""

from __future__ import annotations

import gzip
import zipfile

import pytest
import zstandard

from courtside.errors import PayloadRefusedError
from courtside.raw.containers import unpacked
from tests.raw.builders import as_csv, gzipped, player_row, read, zipped

LOG = as_csv([player_row()])


@pytest.mark.parametrize(
    "content",
    [
        LOG,
        b"\xef\xbb\xbf" + LOG,
        LOG.replace(b"\n", b"\r\n"),
        gzipped(LOG),
        zstandard.compress(LOG),
        zipped({"log.csv": LOG}),
        gzipped(zipped({"log.csv": LOG})),
        zipped({"season/log.csv": LOG, "__MACOSX/._log.csv": b"\x00\x05\x16\x07"}),
    ],
    ids=["plain", "bom", "crlf", "gzip", "zstandard", "zip", "zip in gzip", "zip with resource fork"],
)
def test_a_payload_is_equal_in_every_container(content):
    parsed = read(content)
    assert parsed.kind == "player_game_log"
    assert parsed.frames["raw_player_box"]["player_name"].to_list() == ["Đorđe Šarić"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (gzipped(LOG * 50)[:-20], "truncated gzip"),
        (gzipped(LOG)[:10] + b"\xff" * 40, "damaged gzip"),
        (zipped({"log.csv": LOG})[:-30], "truncated or damaged zip"),
        (zstandard.compress(LOG * 50)[:-10], "truncated Zstandard"),
        (b"\x28\xb5\x2f\xfd" + b"\xff" * 30, "Zstandard"),
        (zipped({"a.csv": LOG, "b.csv": LOG}), "holds 2 files"),
        (zipped({}), "holds 0 files"),
        (zipped({"../../log.csv": LOG}), "outside itself"),
        (zipped({"/etc/log.csv": LOG}), "outside itself"),
        (zipped({"C:\\log.csv": LOG}), "outside itself"),
        (gzipped(gzipped(gzipped(gzipped(LOG)))), "nested containers"),
    ],
)
def test_an_unusable_container_is_refused_with_the_reason(content, message):
    with pytest.raises(PayloadRefusedError, match=message):
        read(content)


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress, lambda plain: zipped({"a.csv": plain})])
def test_a_container_that_unpacks_to_more_than_the_limit_is_refused(pack):
    with pytest.raises(PayloadRefusedError, match="more than 1,000,000 bytes"):
        unpacked(pack(bytes(50_000_000)), limit=1_000_000)


def test_a_zip_bomb_is_refused_by_its_declared_size(monkeypatch):
    bomb = zipped({"a.csv": bytes(10_000)})
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_: pytest.fail("the bomb was opened"))
    with pytest.raises(PayloadRefusedError, match="more than 1,000 bytes"):
        unpacked(bomb, limit=1_000)


def test_a_zip_whose_file_has_no_name_is_refused():
    content = bytearray(zipped({"l": LOG}))
    content[30] = content[content.index(b"PK\x01\x02") + 46] = 0
    with pytest.raises(PayloadRefusedError, match="zip"):
        read(bytes(content))


def test_an_encrypted_zip_is_refused():
    content = bytearray(zipped({"log.csv": LOG}))
    content[6] |= 1
    directory = content.index(b"PK\x01\x02")
    content[directory + 8] |= 1
    with pytest.raises(PayloadRefusedError, match="cannot be opened"):
        read(bytes(content))
