"""Pending payloads: fetched and stored, but not ingested yet, for example because the warehouse was locked."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from courtside.sources.payload import Payload
from courtside.sources.store import CorruptPayloadError, PayloadStore

EARLIEST, LATEST = 1970, 2099
"""Years in which a payload can have been fetched."""


@dataclass(frozen=True)
class Waiting:
    """A pending payload, its note file, and whether a parser reads its kind; a damaged payload is None."""

    note: Path
    payload: Payload | None
    is_read: bool
    problem: str | None = None


class Pending:
    """Notes beside the payload store, one for each stored payload that is not ingested yet."""

    def __init__(self, store: PayloadStore) -> None:
        self.store, self.folder = store, store.folder / "pending"

    def add(self, payload: Payload, *, is_read: bool = True) -> None:
        """Store the bytes of a payload, then its note; both files are complete when this returns."""
        self.store.keep(payload, is_read=is_read)
        self.folder.mkdir(parents=True, exist_ok=True)
        note = {
            "payload_id": payload.payload_id,
            "source": payload.source,
            "name": payload.name,
            "fetched_at": payload.fetched_at.isoformat(),
            "is_read": is_read,
        }
        path = self.folder / f"{payload.fetched_at:%Y%m%dT%H%M%S%f}-{payload.payload_id[:16]}.json"
        unfinished = path.with_suffix(f".{os.getpid()}.part")
        with unfinished.open("w", encoding="utf-8") as file:
            json.dump(note, file)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)

    def waiting(self) -> Iterator[Waiting]:
        """Yield the pending payloads in order of fetching; a damaged note or payload carries its problem."""
        for path in sorted(self.folder.glob("*.json")) if self.folder.exists() else ():
            yield self._read(path)

    def done(self, waiting: Waiting) -> None:
        """Delete a note whose payload is in the warehouse."""
        waiting.note.unlink(missing_ok=True)

    def set_aside(self, waiting: Waiting) -> None:
        """Rename a damaged note so that it is not tried again; the file is kept for inspection."""
        waiting.note.replace(waiting.note.with_suffix(".damaged"))

    def _read(self, path: Path) -> Waiting:
        try:
            note = json.loads(path.read_text(encoding="utf-8"))
            if not all(isinstance(note[name], str) for name in ("payload_id", "source", "name", "fetched_at")):
                raise TypeError("a field is not text")
            content = self.store.read(note["payload_id"])
            fetched_at = dt.datetime.fromisoformat(note["fetched_at"])
            if fetched_at.tzinfo or not EARLIEST <= fetched_at.year <= LATEST:
                raise ValueError(f"fetched at {fetched_at}")
            return Waiting(path, Payload(note["source"], note["name"], fetched_at, content), bool(note["is_read"]))
        except (ValueError, KeyError, TypeError, OSError) as error:
            return Waiting(path, None, is_read=False, problem=f"{path}: damaged note ({type(error).__name__})")
        except CorruptPayloadError as error:
            return Waiting(path, None, is_read=False, problem=str(error))
