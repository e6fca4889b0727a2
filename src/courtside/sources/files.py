"""Files on disk as payloads. Only regular files up to a size limit are read, and refused paths are named."""

from __future__ import annotations

import datetime as dt
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from courtside.sources.payload import Payload

MOST_BYTES = 256 * 2**20
"""Largest file, in bytes, that is read; providers' files are less than a fifth of it."""

LONGEST_NAME = 400

Refuse = Callable[[str, str], None]
"""A function that is called with the name and the reason for each path that is not read."""


def files_at(paths: Iterable[Path], fetched_at: dt.datetime, refuse: Refuse) -> Iterator[Payload]:
    """Yield the files at `paths`, and all files below folders, as payloads.

    Links are followed, and a folder is read once. A path that is absent, unreadable, too large or not a regular file is
    passed to `refuse`, and reading goes on with the next one.
    """
    entered: set[tuple[int, int]] = set()
    for path in paths:
        for file in _below(path, entered, refuse):
            content = _content(file, refuse)
            if content is not None:
                yield Payload("files", printable(file), fetched_at, content)


def printable(path: Path) -> str:
    """Return a path as text for one line: unprintable characters are escaped, and the middle of a long path is cut."""
    text = str(path)
    shown = "".join(
        char if char.isprintable() else char.encode("unicode_escape", "surrogatepass").decode() for char in text
    )
    half = LONGEST_NAME // 2
    return shown if len(shown) <= LONGEST_NAME else f"{shown[:half]}…{shown[-half:]}"


def _below(path: Path, entered: set[tuple[int, int]], refuse: Refuse) -> Iterator[Path]:
    try:
        status = path.stat()
        if not stat.S_ISDIR(status.st_mode):
            yield path
            return
        place = (status.st_dev, status.st_ino)
        if place in entered:
            return
        entered.add(place)
        children = sorted(path.iterdir(), key=os.fsencode)
    except (OSError, ValueError) as error:
        refuse(printable(path), _why(error))
        return
    for child in children:
        yield from _below(child, entered, refuse)


def _content(path: Path, refuse: Refuse) -> bytes | None:
    """Return the bytes of a regular file, or None where it is refused; it never waits for a pipe, socket or device."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                refuse(printable(path), "not a regular file; give the file itself")
                return None
            content = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        refuse(printable(path), _why(error))
        return None
    if len(content) > MOST_BYTES:
        refuse(printable(path), f"larger than the limit of {MOST_BYTES:,} bytes; split it")
        return None
    return content


def _why(error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return "does not exist; check the path"
    reason = error.strerror if isinstance(error, OSError) else None
    return f"cannot be read ({reason or error}); correct this and ingest it again"
