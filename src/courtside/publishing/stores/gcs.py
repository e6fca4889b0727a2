"""Public files in a bucket of Google Cloud Storage; content and headers are written in one request."""

from __future__ import annotations

import gzip
from typing import Any, Self

from google.api_core.exceptions import NotFound, PreconditionFailed
from google.cloud import storage  # type: ignore[attr-defined]
from google.cloud.storage.retry import DEFAULT_RETRY

from courtside.errors import CourtsideError
from courtside.publishing.stores.base import Written, generated_at, safe_path, same_content

GZIP_LEVEL = 6
MAX_ATTEMPTS = 8
"""Attempts to write a file that other exporters replace at the same time."""
DEADLINE_SECONDS = 60.0
CONNECT_READ_SECONDS = (5.0, 30.0)


class WriteRaceError(CourtsideError):
    """Other exporters replaced a file at every attempt to write it."""


class GcsStore:
    """A bucket, or a prefix of one.

    Transient errors (429, 5xx, a broken connection) are retried for up to a minute. A write names the generation that
    it replaces. Where two exporters write at the same time, the file with the later `generated_at` stays.
    """

    def __init__(
        self, client: storage.Client, bucket: str, prefix: str = "", *, deadline: float = DEADLINE_SECONDS
    ) -> None:
        self._bucket = client.bucket(bucket)
        self._prefix = f"{prefix}/" if prefix else ""
        self._retry = DEFAULT_RETRY.with_timeout(deadline)

    @classmethod
    def connect(cls, bucket: str, prefix: str = "") -> Self:
        """Return the store of a bucket, with the environment's credentials (`STORAGE_EMULATOR_HOST` needs none)."""
        return cls(storage.Client(), bucket, prefix)

    def read(self, path: str) -> bytes | None:
        """Return the bytes at `path`, or None where there is no file.

        Raises:
            PathRefusedError: where `path` leads out of the prefix.
        """
        return self._read(path)[0]

    def write(self, path: str, content: bytes, *, max_age: int, content_type: str) -> Written:
        """Write `content` with its headers, unless the stored file differs in `generated_at` only.

        Raises:
            PathRefusedError: where `path` leads out of the prefix.
            WriteRaceError: where other exporters replaced the file at every attempt.
        """
        for attempt in range(MAX_ATTEMPTS):
            published, generation = self._read(path)
            if published is not None and same_content(published, content):
                return "written" if attempt and published == content else "unchanged"
            if attempt and published is not None and generated_at(published) > generated_at(content):
                return "unchanged"
            try:
                self._upload(path, content, generation, max_age, content_type)
            except PreconditionFailed:
                continue
            return "written"
        raise WriteRaceError(
            f"{path}: other exporters replaced it at each of {MAX_ATTEMPTS} attempts to write it; export it again"
        )

    def flush(self) -> None:
        """Do nothing, since the service has stored a file when its write returns."""

    def _read(self, path: str) -> tuple[bytes | None, int]:
        """Return the content and its generation, which is 0 where there is no file."""
        blob = self._bucket.blob(self._name(path))
        try:
            stored = blob.download_as_bytes(raw_download=True, retry=self._retry, timeout=CONNECT_READ_SECONDS)
        except NotFound:
            return None, 0
        content = gzip.decompress(stored) if stored[:2] == b"\x1f\x8b" else stored
        return content, int(blob.generation)

    def _upload(self, path: str, content: bytes, generation: int, max_age: int, content_type: str) -> None:
        blob: Any = self._bucket.blob(self._name(path))
        blob.cache_control = f"public, max-age={max_age}"
        blob.content_encoding = "gzip"
        blob.upload_from_string(
            gzip.compress(content, GZIP_LEVEL, mtime=0),
            content_type=content_type,
            if_generation_match=generation,
            retry=self._retry,
            timeout=CONNECT_READ_SECONDS,
        )

    def _name(self, path: str) -> str:
        return f"{self._prefix}{safe_path(path)}"
