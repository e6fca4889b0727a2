"""Files on disk as payloads: regular files only, each read once and bounded; what cannot be read is named."""

from __future__ import annotations

import datetime as dt
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from courtside.sources.payload import Payload

MOST_BYTES = 256 * 2**20
"""Bytes of a file that are read; no provider's file is a fifth of it."""

LONGEST_NAME = 400

Refuse = Callable[[str, str], None]
"""Receives the name of a path that is not read, and why."""


def files_at(paths: Iterable[Path], fetched_at: dt.datetime, refuse: Refuse) -> Iterator[Payload]:
    """Yield the files at `paths`, folders with everything below them, as payloads.

    Links are followed, a folder is entered once. A path that is absent, unreadable, too large or no regular file is
    handed to `refuse`, and the next one is read.
    """
    entered: set[tuple[int, int]] = set()
    for path in paths:
        for file in _below(path, entered, refuse):
            content = _content(file, refuse)
            if content is not None:
                yield Payload("files", printable(file), fetched_at, content)


def printable(path: Path) -> str:
    """Return a path as text that can be stored and shown on one line: odd characters escaped, the middle left out."""
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
    """Return the bytes of a regular file; a pipe, socket or device is not waited for."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                refuse(printable(path), "not a regular file; hand in the file itself")
                return None
            content = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        refuse(printable(path), _why(error))
        return None
    if len(content) > MOST_BYTES:
        refuse(printable(path), f"larger than the {MOST_BYTES:,} bytes that are read; split it")
        return None
    return content


def _why(error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return "does not exist; give files or folders that do"
    reason = error.strerror if isinstance(error, OSError) else None
    return f"cannot be read ({reason or error}); correct that and hand it in again"
