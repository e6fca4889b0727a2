"""The payload store: a payload is stored completely, even where another thread stores the same bytes."""

from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from courtside.sources import store as store_module
from courtside.sources.payload import Payload
from courtside.sources.store import PayloadStore


def test_two_threads_that_store_the_same_bytes_leave_one_complete_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_have_written = threading.Barrier(2, timeout=60)
    monkeypatch.setattr(store_module.os, "fsync", lambda _: both_have_written.wait())
    store, payload = PayloadStore(tmp_path), Payload("test", "same", dt.datetime(2026, 1, 1), b"the same bytes")
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(store.keep, [payload, payload]))
    assert list(tmp_path.rglob("*.zst")) == [store.path_of(payload.payload_id)]
    assert store.read(payload.payload_id) == payload.content
