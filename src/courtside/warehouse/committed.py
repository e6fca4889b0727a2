"""A private copy of a DuckDB file that another process is writing, as of its last commit.

DuckDB's lock keeps readers out of a file that is open for writing. The file can be copied all the same. DuckDB writes
a commit to the write-ahead log, never changes a block that its header or the log refers to, and replaces the header
only at a checkpoint, so that a file whose writer is killed at any moment opens with its last commit. A copy is such a
file where no checkpoint ended while it was made. That shows in the header, which is compared before and after.
"""

from __future__ import annotations

import shutil
from pathlib import Path

HEADER_BYTES = 3 * 4096
"""The main header and the two database headers, of which a checkpoint replaces the older."""

ATTEMPTS = 50


class NoCopyError(Exception):
    """Checkpoints ended during every attempt to copy the file."""


def copy_committed(source: Path, target: Path) -> float:
    """Copy a DuckDB file and its write-ahead log, and return the time of the last commit in the copy (seconds, epoch).

    The process must not have `source` open itself, because closing a copied file would release its lock.

    Raises:
        NoCopyError: where a checkpoint ended during each of 50 attempts.
        OSError: where a file cannot be read or written.
    """
    for _ in range(ATTEMPTS):
        header = _header(source)
        committed = _copy_log(_log(source), _log(target))
        shutil.copy2(source, target)
        if header == _header(target) == _header(source):
            return committed or target.stat().st_mtime
    raise NoCopyError(f"{source} was rewritten during each of {ATTEMPTS} attempts to copy it")


def _header(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEADER_BYTES)


def _log(path: Path) -> Path:
    return path.with_name(f"{path.name}.wal")


def _copy_log(source: Path, target: Path) -> float | None:
    """Copy the write-ahead log where there is one, and return the time of its last change."""
    try:
        shutil.copy2(source, target)
    except FileNotFoundError:
        target.unlink(missing_ok=True)
        return None
    return target.stat().st_mtime
