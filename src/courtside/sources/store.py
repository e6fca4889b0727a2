"""The payload store: bytes as received, kept permanently in files named after their hash."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import os
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import zstandard

from courtside.errors import CourtsideError
from courtside.sources.payload import Payload


class CorruptPayloadError(CourtsideError):
    """The bytes of a stored payload do not match the hash in its name."""


INDEX = "index.jsonl"


@dataclass(frozen=True)
class Entry:
    """The index entry of a stored payload; `place` is its line in the index, in order of arrival.

    A payload with `is_read` false has no parser yet and is only stored.
    """

    payload_id: str
    source: str
    name: str
    fetched_at: dt.datetime
    place: int
    is_read: bool


class PayloadStore:
    """Payloads in one folder, compressed, at `ab/ab12….zst`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path_of(self, payload_id: str) -> Path:
        """Return the path at which a payload is stored, whether or not it exists."""
        return self.folder / payload_id[:2] / f"{payload_id}.zst"

    def keep(self, payload: Payload, *, is_read: bool = True) -> None:
        """Store the bytes of a payload once, and record its source and time in the index."""
        if self.write(payload):
            self.note(payload, is_read=is_read)

    def write(self, payload: Payload) -> bool:
        """Store the bytes only, and return whether they are new.

        The file gets its name when it is complete. A damaged file is replaced.
        """
        path = self.path_of(payload.payload_id)
        if path.exists() and self.is_whole(payload.payload_id):
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}.part")
        with unfinished.open("wb") as file:
            file.write(zstandard.compress(payload.content, 3))
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        return True

    def note(self, payload: Payload, *, is_read: bool = True) -> None:
        """Add a line to the index with the data that a rebuild needs in addition to the bytes."""
        note = {
            "payload_id": payload.payload_id,
            "source": payload.source,
            "name": payload.name,
            "fetched_at": payload.fetched_at.isoformat(),
            "is_read": is_read,
        }
        with (self.folder / INDEX).open("a", encoding="utf-8") as file:
            file.write("\n" * _is_torn(self.folder / INDEX) + json.dumps(note) + "\n")

    def ids(self) -> Iterator[str]:
        """Yield the ids of the stored payloads."""
        for path in sorted(self.folder.glob("??/*.zst")):
            yield path.stem

    def entries(self) -> list[Entry]:
        """Return the entries of stored payloads in order of arrival, whatever the clock showed.

        A payload that was lost and delivered again keeps its first entry. A payload without an entry is last, with the
        time of its file.
        """
        noted: dict[str, Entry] = {}
        for place, line in enumerate(self._lines()):
            with contextlib.suppress(ValueError, KeyError, TypeError):
                note = json.loads(line)
                fetched_at = dt.datetime.fromisoformat(note["fetched_at"])
                entry = Entry(
                    note["payload_id"], note["source"], note["name"], fetched_at, place, bool(note["is_read"])
                )
                noted.setdefault(entry.payload_id, entry)
        entries = []
        for payload_id in self.ids():
            changed = dt.datetime.fromtimestamp(self.path_of(payload_id).stat().st_mtime, dt.UTC).replace(tzinfo=None)
            entries.append(noted.get(payload_id) or Entry(payload_id, "files", payload_id, changed, sys.maxsize, True))
        return sorted(entries, key=lambda entry: (entry.place, entry.fetched_at))

    def _lines(self) -> list[str]:
        path = self.folder / INDEX
        return path.read_text(encoding="utf-8", errors="replace").splitlines() if path.is_file() else []

    def is_whole(self, payload_id: str) -> bool:
        """Return whether the stored file of a payload still has the hash in its name."""
        try:
            self.read(payload_id)
        except CorruptPayloadError:
            return False
        return True

    def read(self, payload_id: str) -> bytes:
        """Return the bytes of a payload.

        Raises:
            CorruptPayloadError: where the file is absent, or its bytes do not match the hash in its name.
        """
        path = self.path_of(payload_id)
        try:
            content = zstandard.decompress(path.read_bytes())
        except FileNotFoundError:
            raise CorruptPayloadError(f"payload {payload_id} is not at {path}; ingest its source again") from None
        except zstandard.ZstdError as error:
            raise CorruptPayloadError(
                f"payload at {path} cannot be decompressed ({error}); delete the file and ingest its source again"
            ) from error
        if hashlib.sha256(content).hexdigest() != payload_id:
            raise CorruptPayloadError(
                f"payload at {path} was changed: its hash is not the one in its name; "
                "delete the file and ingest its source again"
            )
        return content


def _is_torn(path: Path) -> bool:
    """Return whether the last line of a file was cut off."""
    if not path.is_file() or not path.stat().st_size:
        return False
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read() != b"\n"
