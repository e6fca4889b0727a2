"""What a store of public files does, and the guard that keeps good files from being emptied."""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import Any, Literal, Protocol

from courtside.errors import CourtsideError
from courtside.publishing.contracts import JSON_TYPE, Document, FileType, render

Written = Literal["written", "unchanged"]


class PathRefusedError(CourtsideError):
    """A path that does not stay inside the store."""


class EmptyOverGoodError(CourtsideError):
    """An empty file where there was content; the published one stays."""


class Store(Protocol):
    """Keeps public files; a file is there whole or not at all."""

    def read(self, path: str) -> bytes | None:
        """Return the bytes at `path`, None where there is no file."""
        ...

    def write(self, path: str, content: bytes, *, max_age: int, content_type: str) -> Written:
        """Write `content` with its cache age (seconds), unless all but `generated_at` is there already."""
        ...


def safe_path(path: str) -> PurePosixPath:
    """Return `path` as parts under the store's root.

    Raises:
        PathRefusedError: where it is absolute, empty, hidden or climbs out.
    """
    parts = path.split("/")
    if any(not part or part.startswith(".") or "\\" in part or "\0" in part or ":" in part for part in parts):
        raise PathRefusedError(f"{path!r} is not a path inside the store; write it as v1/picks/2026-02-07.json")
    return PurePosixPath(*parts)


def same_content(old: bytes, new: bytes) -> bool:
    """Return whether two files say the same, whenever they were generated."""
    return old == new or _undated(old) == _undated(new)


def publish(store: Store, kind: FileType, path: str, document: Document, *, ledger_is_empty: bool) -> Written:
    """Write `document`, a file of `kind`, to `path` of `store`.

    `ledger_is_empty` tells that the publications themselves count no pick for this file.

    Raises:
        EmptyOverGoodError: where the document is empty, the ledger is not said to be, and a file with content
            (or one that cannot be read) is there.
        ValueError: where `path` is not one of `kind`, or the document has another shape.
    """
    if not kind.holds(path) or type(document) is not kind.model:
        raise ValueError(f"{path} with a {type(document).__name__} is not a {kind.name} file")
    if document.is_empty and not ledger_is_empty and _has_content(store.read(path), type(document)):
        raise EmptyOverGoodError(
            f"{path}: the new file holds nothing where the published one holds content, and the ledger is "
            "not empty; the published file stays, find the query that returned nothing and export again"
        )
    return store.write(path, render(document), max_age=kind.max_age, content_type=JSON_TYPE)


def _has_content(published: bytes | None, model: type[Document]) -> bool:
    if published is None:
        return False
    try:
        return not model.model_validate_json(published).is_empty
    except ValueError:
        # What cannot be read may be content of an older contract; it is not ours to empty.
        return True


def _undated(content: bytes) -> str | bytes:
    try:
        value: Any = json.loads(content)
    except ValueError:
        return content
    if isinstance(value, dict):
        value.pop("generated_at", None)
    return json.dumps(value)
