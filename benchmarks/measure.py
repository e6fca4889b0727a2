"""Time and peak memory of a piece of work, in a process of its own."""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Measured:
    """Wall and CPU seconds, peak memory in MB, and the return value of the work."""

    seconds: float
    cpu_seconds: float
    peak_mb: float
    result: Any


def measured(work: Callable[..., Any], *args: object) -> Measured:
    """Run `work(*args)` in a new process, and return its measurements; `work` must be importable."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(sender, work, args))
    process.start()
    sender.close()
    try:
        outcome = receiver.recv()
    except EOFError:
        raise RuntimeError(f"{work.__module__}.{work.__qualname__}{args} ended without a result") from None
    process.join()
    return Measured(*outcome)


def _run(sender: Connection, work: Callable[..., Any], args: tuple[object, ...]) -> None:
    begun, used = time.perf_counter(), _cpu()
    result = work(*args)
    sender.send((time.perf_counter() - begun, _cpu() - used, _peak_mb(), result))


def _peak_mb() -> float:
    """Return the peak memory of this process, in MB.

    On Linux, `ru_maxrss` also counts what the process that started this one held; other systems have no such file.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(peak.split()[1]) / 1024


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
