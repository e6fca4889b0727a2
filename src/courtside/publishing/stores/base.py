"""The interface of a store of public files, and the guard that keeps an empty file from replacing one with content."""

from __future__ import annotations

import json
import re
from pathlib import PurePosixPath
from typing import Any, Literal, Protocol

from courtside.errors import CourtsideError
from courtside.publishing.contracts import JSON_TYPE, Built, Document

Written = Literal["written", "unchanged"]
_GENERATED = re.compile(rb'"generated_at":"[^"]*",?', re.ASCII)


class PathRefusedError(CourtsideError):
    """A path is not inside the store."""


class EmptyOverGoodError(CourtsideError):
    """An empty file would replace one with content, so it is not written and the published file stays."""


class Store(Protocol):
    """A store of public files. A file is written completely or not at all, also by several threads at once."""

    def read(self, path: str) -> bytes | None:
        """Return the bytes at `path`, or None where there is no file."""
        ...

    def write(self, path: str, content: bytes, *, max_age: int, content_type: str) -> Written:
        """Write `content` with its cache age (seconds), unless the stored file differs in `generated_at` only."""
        ...

    def flush(self) -> None:
        """Return once every file written so far would survive a loss of power; call it after the last write."""
        ...


class DryRun:
    """A store that reports what it would write and writes nothing."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def read(self, path: str) -> bytes | None:
        """Return the bytes at `path` in the wrapped store."""
        return self.store.read(path)

    def write(self, path: str, content: bytes, *, max_age: int, content_type: str) -> Written:
        """Return whether `content` would be written."""
        published = self.store.read(path)
        return "unchanged" if published is not None and same_content(published, content) else "written"

    def flush(self) -> None:
        """Do nothing, since nothing is written."""


def safe_path(path: str) -> PurePosixPath:
    """Return `path` relative to the store's root.

    Raises:
        PathRefusedError: where it is absolute, empty, hidden or leads out of the root.
    """
    parts = path.split("/")
    if any(not part or part.startswith(".") or "\\" in part or "\0" in part or ":" in part for part in parts):
        raise PathRefusedError(f"{path!r} is not a path inside the store; write it as v1/picks/2026-02-07.json")
    return PurePosixPath(*parts)


def same_content(old: bytes, new: bytes) -> bool:
    """Return whether two files have the same content apart from `generated_at`."""
    if old == new or _GENERATED.sub(b"", old, count=1) == _GENERATED.sub(b"", new, count=1):
        return True
    return _without_generated_at(old) == _without_generated_at(new)


def generated_at(content: bytes) -> str:
    """Return the time in a file's `generated_at`; empty where it has none."""
    try:
        value: Any = json.loads(content)
    except ValueError:
        return ""
    return str(value.get("generated_at", "")) if isinstance(value, dict) else ""


def publish(store: Store, built: Built) -> Written:
    """Write a built file to `store`.

    Raises:
        EmptyOverGoodError: where the document is empty, its source is not, and the published file has content or cannot
            be parsed.
        ValueError: where the path does not belong to the file's type.
    """
    path, kind = built.path, built.kind
    if not kind.holds(path):
        raise ValueError(f"{path} is not a {kind.name} file")
    if built.is_empty and not built.expects_nothing and _has_content(store.read(path), kind.model):
        raise EmptyOverGoodError(
            f"{path}: the new file is empty, the published one is not, and the source has rows; "
            "the published file stays. Find the query that returned no rows and export again"
        )
    return store.write(path, built.content, max_age=kind.max_age, content_type=JSON_TYPE)


def _has_content(published: bytes | None, model: type[Document]) -> bool:
    if published is None:
        return False
    try:
        return not model.model_validate_json(published).is_empty
    except ValueError:
        # A file that cannot be parsed may have content of an older contract, so an empty file must not replace it.
        return True


def _without_generated_at(content: bytes) -> str | bytes:
    try:
        value: Any = json.loads(content)
    except ValueError:
        return content
    if isinstance(value, dict):
        value.pop("generated_at", None)
    return json.dumps(value)
