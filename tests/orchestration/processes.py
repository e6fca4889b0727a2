"""Faults that need their own process: SIGKILL, a limit on file sizes, two processes on one warehouse."""

from __future__ import annotations

import datetime as dt
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from courtside.errors import WarehouseBusyError
from courtside.operations.day import run_day
from courtside.warehouse.duckdb import DuckDBWarehouse

ROOT = Path(__file__).resolve().parents[2]
HOLDING = b"holding\n"
ROOM = 2**12
"""Bytes that a file may hold under a limit: some statements go through, a day does not."""


def killed(home: Path, now: dt.datetime, count: int) -> str:
    """Let SIGKILL end a run of the day after its `count`-th statement; return an empty text where it ended before."""
    process = _process("killed", home, now, str(count))
    process.communicate(timeout=120)
    return "SIGKILL" if process.returncode == -signal.SIGKILL else ""


def limited(home: Path, now: dt.datetime) -> str:
    """Run the day in a process with a small limit on file sizes, and return its last line of output."""
    process = _process("limited", home, now, "0")
    _, errors = process.communicate(timeout=120)
    return f"exit {process.returncode}: {errors.decode().strip().splitlines()[-1]}" if process.returncode else ""


def holding(home: Path, now: dt.datetime) -> str:
    """Let one process hold the warehouse, and open it in another."""
    from tests.orchestration.faults import opened

    process = _process("holding", home, now, "0")
    assert process.stdout and process.stdin
    assert process.stdout.readline() == HOLDING, process.stderr and process.stderr.read().decode()
    try:
        with opened(home, now, patience=0.1):
            return ""
    except WarehouseBusyError as error:
        return f"WarehouseBusyError: {error}"
    finally:
        process.communicate(b"go on\n", timeout=120)
        assert process.returncode == 0


def _process(kind: str, home: Path, now: dt.datetime, count: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.orchestration.processes", kind, str(home), now.isoformat(), count]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe)


def main(kind: str, home: str, now: str, count: str) -> None:
    """Run the day at `home` with a fault of `kind`."""
    from tests.orchestration.faults import opened

    if kind == "killed":
        DuckDBWarehouse._execute = _dying(int(count))  # type: ignore[method-assign, assignment]
    with opened(Path(home), dt.datetime.fromisoformat(now)) as context:
        if kind == "holding":
            sys.stdout.buffer.write(HOLDING)
            sys.stdout.flush()
            sys.stdin.readline()
            return
        if kind == "limited":
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, resource.RLIM_INFINITY))
        run_day(context, context.clock.today())


def _dying(count: int) -> Any:
    execute, seen = DuckDBWarehouse._execute, 0

    def counted(self: DuckDBWarehouse, sql: str) -> object:
        nonlocal seen
        result = execute(self, sql)
        seen += 1
        if seen == count:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return counted


if __name__ == "__main__":
    main(*sys.argv[1:])
