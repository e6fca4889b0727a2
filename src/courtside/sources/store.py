"""The payload store: bytes as received, kept for ever, named after their own hash."""

from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path

import zstandard

from courtside.errors import CourtsideError
from courtside.sources.payload import Payload


class CorruptPayloadError(CourtsideError):
    """A stored payload whose bytes no longer have the hash they are named after."""


class PayloadStore:
    """Payloads under one folder, compressed, at `ab/ab12….zst`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path_of(self, payload_id: str) -> Path:
        """Return where a payload lies, or would lie."""
        return self.folder / payload_id[:2] / f"{payload_id}.zst"

    def keep(self, payload: Payload) -> None:
        """Store the bytes of a payload, once; a name appears only when its file is whole, a damaged one is healed."""
        path = self.path_of(payload.payload_id)
        if path.exists() and self.is_whole(payload.payload_id):
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}.part")
        with unfinished.open("wb") as file:
            file.write(zstandard.compress(payload.content, 3))
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)

    def is_whole(self, payload_id: str) -> bool:
        """Tell whether the stored file of a payload still has the bytes it is named after."""
        try:
            self.read(payload_id)
        except CorruptPayloadError:
            return False
        return True

    def read(self, payload_id: str) -> bytes:
        """Return the bytes of a payload.

        Raises:
            CorruptPayloadError: where the file is absent, or its bytes do not have the hash they are named after.
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
                f"payload at {path} does not have the hash it is named after; "
                "delete the file and ingest its source again"
            )
        return content
