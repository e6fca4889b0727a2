"""A note beside a DuckDB file about the writing process and its lease, for the error messages of other processes."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import sys
from pathlib import Path

FILE = "writer.json"


def note_writer(home: Path, now: dt.datetime, until: dt.datetime | None = None) -> None:
    """Write the note. An error is ignored, because the lock of the file does not depend on the note."""
    note = {
        "pid": os.getpid(),
        "command": " ".join(["courtside", *sys.argv[1:2]]),
        "at": f"{now:%Y-%m-%d %H:%M:%S}",
        "until": f"{until:%Y-%m-%d %H:%M:%S}" if until else None,
    }
    unfinished = home / f".{FILE}.{os.getpid()}"
    with contextlib.suppress(OSError):
        unfinished.write_text(json.dumps(note), encoding="utf-8")
        unfinished.replace(home / FILE)


def writer_in(home: Path, busy: str) -> str:
    """Return a sentence about the writer where the note names the process in `busy`, otherwise an empty text."""
    try:
        note = json.loads((home / FILE).read_text(encoding="utf-8"))
        if f"PID {note['pid']}" not in busy:
            return ""
        until = f"and its lease ends {note['until']} UTC" if note["until"] else "and it holds no lease"
        return f" The writer is `{note['command']}`, running since {note['at']} UTC, {until}."
    except (OSError, ValueError, KeyError, TypeError):
        return ""
