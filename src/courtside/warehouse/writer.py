"""A note beside a DuckDB file: which process writes and until when it has claimed to, for those who wait for it."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import sys
from pathlib import Path

FILE = "writer.json"


def note_writer(home: Path, now: dt.datetime, until: dt.datetime | None = None) -> None:
    """Write who writes; a note that cannot be written is left out, since the lock itself holds without it."""
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
    """Return who holds the file by the note, where it is of the process that `busy` names; else nothing."""
    try:
        note = json.loads((home / FILE).read_text(encoding="utf-8"))
        if f"PID {note['pid']}" not in busy:
            return ""
        until = f"and its lease ends {note['until']} UTC" if note["until"] else "and it holds no lease"
        return f" The writer is `{note['command']}`, at work since {note['at']} UTC, {until}."
    except (OSError, ValueError, KeyError, TypeError):
        return ""
