"""Faults of a simulated month: their effect on a home, and the place where they are reported."""

from __future__ import annotations

import datetime as dt
import errno
import random
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from unittest import mock

import duckdb

from courtside.config import load_settings
from courtside.operations import day as day_module
from courtside.operations import intake as live_module
from courtside.operations.day import run_day
from courtside.operations.intake import Step
from courtside.operations.runs import recent_runs
from courtside.pipeline.context import Context
from courtside.pipeline.run_log import RunLog
from courtside.pipeline.tables import ALL_TABLES, RUN_EVENTS
from courtside.publishing.stores.local import LocalStore
from courtside.raw.tables import PAYLOAD_LOG
from courtside.sources.payload import Payload
from courtside.sources.pending import Pending
from courtside.sources.store import PayloadStore
from courtside.warehouse.duckdb import DuckDBWarehouse
from tests.orchestration import processes
from tests.orchestration.providers import fetch_when_down, fetch_when_rate_limited, fetch_with_a_full_disk

FULL = OSError(errno.ENOSPC, "No space left on device")
FULL_WAREHOUSE = duckdb.IOException("could not write: no space left on device")
STATEMENTS, COMMITS = (420, 200), (22, 13)
"""Statements and commits within which a run is struck: the first of a moment does the day's work, later ones less."""


class KilledError(BaseException):
    """The process is killed: no later code runs, not even clean-up code."""


class Recorder:
    """A notifier that records the causes of alerts."""

    def __init__(self) -> None:
        self.causes: set[str] = set()

    def send(self, alert: Any) -> str:
        """Record the cause."""
        self.causes.add(alert.cause)
        return "sent"

    def recover(self, cause: str, body: str) -> str:
        """Send nothing."""
        return "quiet"


@dataclass
class Struck:
    """A fault that occurred: its kind, its time, its report, and the text to look for where it is reported later."""

    kind: str
    at: dt.datetime
    seen: str = ""
    trace: str = ""


@dataclass
class World:
    """A home in the chaos test; `steps` are the results of the fetches before the next run."""

    home: Path
    rng: random.Random
    struck: list[Struck] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    runs_of_moment: dict[dt.datetime, int] = field(default_factory=dict)
    dead_pid: int = field(default_factory=lambda: _finished_pid())  # noqa: PLW0108 - it is defined below

    def deliver(self, payloads: Sequence[Payload]) -> None:
        """Keep payloads with their notes, as a fetch does."""
        pending = Pending(PayloadStore(self.home / "raw"))
        for payload in payloads:
            pending.add(payload)

    def attempt(self, now: dt.datetime, *patches: Any, read_only: bool = False) -> str:
        """Run the day as a process of its own would, and return where a fault shows: an error, the runs or an alert."""
        recorder, error, steps = Recorder(), "", self.steps
        self.runs_of_moment[now] = self.runs_of_moment.get(now, 0) + 1
        with ExitStack() as stack:
            for module in (day_module, live_module):
                stack.enter_context(mock.patch.object(module, "notifier", lambda *_: recorder))
            stack.enter_context(mock.patch("os.getpid", lambda: self.dead_pid))
            for patch in patches:
                stack.enter_context(patch)
            try:
                with opened(self.home, now, read_only=read_only) as context:
                    run_day(context, context.clock.today(), steps=steps)
            except (Exception, KilledError) as failure:  # noqa: BLE001 - an attempt may end in any way
                error = type(failure).__name__
        self.steps = []
        return "; ".join(filter(None, [error, _in_runs(self.home, now), ", ".join(sorted(recorder.causes))]))

    def strike(self, kind: str, now: dt.datetime, payloads: Sequence[Payload]) -> None:
        """Let one fault happen, and note where it shows."""
        self.struck.append(FAULTS[kind](self, now, payloads))

    def look_back(self, now: dt.datetime) -> None:
        """Find, for each fault that shows only after the next run, its trace in the runs or the payload log."""
        late = [item for item in self.struck if item.trace and not item.seen]
        if late:
            written = set(_written(self.home, now))
            for item in late:
                item.seen = next((text for text in written if item.trace in text), "")

    def within(self, now: dt.datetime, bounds: tuple[int, int]) -> int:
        """Return a place at which the next run of a moment is struck."""
        return self.rng.randint(1, bounds[bool(self.runs_of_moment.get(now))])


@contextmanager
def opened(home: Path, now: dt.datetime, *, read_only: bool = False, patience: float = 10.0) -> Iterator[Context]:
    """Open a home as a run does; its champion is a formula, so that days cost seconds and no model is trained."""
    settings = load_settings(home=home, now=now, threads=1, champion="moving_average")
    warehouse = DuckDBWarehouse(settings.warehouse_path, threads=1, read_only=read_only, patience=patience)
    try:
        warehouse.prepare(ALL_TABLES)
        yield Context(settings, warehouse, RunLog(warehouse, settings.clock), settings.clock)
    finally:
        warehouse.close()


def _in_runs(home: Path, now: dt.datetime) -> str:
    with opened(home, now) as context:
        newest = [line for line in recent_runs(context.warehouse, 1) if line.outcome != "finished"]
    return f"runs: {newest[0].outcome}" if newest else ""


def _written(home: Path, now: dt.datetime) -> list[str]:
    """Return the events of the runs and the payload log, as lines."""
    with opened(home, now) as context:
        events = context.warehouse.collect(context.warehouse.scan(RUN_EVENTS).select("stage", "event", "detail"))
        log = context.warehouse.collect(context.warehouse.scan(PAYLOAD_LOG).select("status", "name", "fetched_at"))
    lines = [f"runs: {stage} {event}: {detail}" for stage, event, detail in events.iter_rows()]
    return lines + [f"payload log: {status}: {name} {at}" for status, name, at in log.iter_rows()]


def _finished_pid() -> int:
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def _from_statement(count: int, raises: BaseException, starts: tuple[str, ...] = ()) -> Any:
    """Return a patch under which the `count`-th statement, and each after it, raises."""
    execute, seen = DuckDBWarehouse._execute, 0

    def counted(self: DuckDBWarehouse, sql: str) -> Any:
        nonlocal seen
        seen += not starts or sql.startswith(starts)
        if seen >= count:
            raise raises
        return execute(self, sql)

    return mock.patch.object(DuckDBWarehouse, "_execute", counted)


def _statements(
    kind: str, bounds: tuple[int, int], raises: BaseException, starts: tuple[str, ...] = ()
) -> Callable[[World, dt.datetime, Sequence[Payload]], Struck]:
    """Return a fault that strikes at a drawn statement; a run that ends before it is followed by one that does not."""

    def fault(world: World, now: dt.datetime, _: Sequence[Payload]) -> Struck:
        count, shown = world.within(now, bounds), ""
        while type(raises).__name__ not in shown and "runs: " not in shown:
            shown = world.attempt(now, _from_statement(count, raises, starts))
            count = (count + 1) // 2
        return Struck(kind, now, shown)

    return fault


killed = _statements("killed", STATEMENTS, KilledError())
killed_at_commit = _statements("killed_at_commit", COMMITS, KilledError(), ("COMMIT",))
disk_full_in_warehouse = _statements("disk_full_in_warehouse", (12, 10), FULL_WAREHOUSE, ("INSERT",))


def killed_among_files(world: World, now: dt.datetime, payloads: Sequence[Payload]) -> Struck:
    """Kill the process while files are being published; where none is left to publish, kill it elsewhere."""
    write, left = LocalStore.write, world.rng.randint(0, 9)

    def dying(self: LocalStore, *args: Any, **kwargs: Any) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise KilledError
        return write(self, *args, **kwargs)

    shown = world.attempt(now, mock.patch.object(LocalStore, "write", dying))
    return Struck("killed_among_files", now, shown) if shown else killed(world, now, payloads)


def disk_full_in_public(world: World, now: dt.datetime, payloads: Sequence[Payload]) -> Struck:
    """Let the disk of the published files be full."""
    shown = world.attempt(now, mock.patch.object(LocalStore, "write", side_effect=FULL))
    return Struck("disk_full_in_public", now, shown) if shown else killed(world, now, payloads)


def read_only_warehouse(world: World, now: dt.datetime, _: Sequence[Payload]) -> Struck:
    """Open the warehouse without write permission."""
    return Struck("read_only_warehouse", now, world.attempt(now, read_only=True))


def two_schedulers(world: World, now: dt.datetime, _: Sequence[Payload]) -> Struck:
    """Let another run hold the lease."""
    with opened(world.home, now) as context:
        other = RunLog(context.warehouse, context.clock)
        other.acquire(900)
    shown = world.attempt(now)
    with opened(world.home, now) as context:
        RunLog(context.warehouse, context.clock, run_id=other.run_id).release()
    return Struck("two_schedulers", now, shown)


def clock_stepped(world: World, now: dt.datetime, _: Sequence[Payload]) -> Struck:
    """Let the clock be hours off before anything is delivered; that run reports it, or the next one does."""
    wrong = now + dt.timedelta(hours=world.rng.choice([-54, -51, 2, 7]))
    shown = world.attempt(wrong)
    return Struck(
        "clock_stepped", now, shown if "clock" in shown else "", f"wrote at {wrong:%Y-%m-%d %H:%M} UTC. Set the clock"
    )


def provider_down(world: World, now: dt.datetime, payloads: Sequence[Payload]) -> Struck:
    """Let a provider respond with 503 until the client gives up."""
    world.steps += [step := fetch_when_down(world.home, world.rng, payloads)]
    return Struck("provider_down", now, trace=f"{step.name}: {step.status}: ")


def provider_late(world: World, now: dt.datetime, payloads: Sequence[Payload]) -> Struck:
    """Let a provider demand a wait of an hour, and the run start earlier."""
    world.steps += [step := fetch_when_rate_limited(world.home, world.rng, payloads)]
    return Struck("provider_late", now, trace=f"{step.name}: {step.status}: ")


def disk_full_in_store(world: World, now: dt.datetime, payloads: Sequence[Payload]) -> Struck:
    """Let a full disk cut off a payload while it is stored."""
    world.steps += [step := fetch_with_a_full_disk(world.home, world.rng, payloads, FULL)]
    return Struck("disk_full_in_store", now, trace=f"{step.name}: {step.status}: could not be stored on disk")


def payload_corrupted(world: World, now: dt.datetime, payloads: Sequence[Payload]) -> Struck:
    """Damage a payload on disk while it waits; it comes again afterwards."""
    chosen = world.rng.choice(list(payloads))
    world.deliver([chosen])
    path = PayloadStore(world.home / "raw").path_of(chosen.payload_id)
    whole = path.read_bytes()
    cut, flipped = whole[: len(whole) // 2], whole[:-9] + bytes([whole[-9] ^ 255]) + whole[-8:]
    path.write_bytes(world.rng.choice([cut, flipped, b""]))
    return Struck("payload_corrupted", now, trace=f"{path}")


def delivered_twice(world: World, now: dt.datetime, payloads: Sequence[Payload]) -> Struck:
    """Deliver everything again, under a later time."""
    again = [replace(one, fetched_at=one.fetched_at + dt.timedelta(microseconds=7 + world.rng.randrange(10**5)))
             for one in payloads]  # fmt: skip
    world.deliver(again)
    return Struck("delivered_twice", now, trace=f"already_there: {again[-1].name} {again[-1].fetched_at}")


def killed_for_real(world: World, now: dt.datetime, payloads: Sequence[Payload]) -> Struck:
    """Run the day in its own process, and kill it in the middle of a statement."""
    shown = processes.killed(world.home, now, world.within(now, STATEMENTS) // 2 + 1)
    return Struck("killed_for_real", now, shown) if shown else killed(world, now, payloads)


def disk_full_for_real(world: World, now: dt.datetime, payloads: Sequence[Payload]) -> Struck:
    """Run the day in a process with a small limit on file sizes."""
    shown = processes.limited(world.home, now)
    return Struck("disk_full_for_real", now, shown) if shown else killed(world, now, payloads)


def two_schedulers_for_real(world: World, now: dt.datetime, _: Sequence[Payload]) -> Struck:
    """Let a process hold the warehouse while another wants it."""
    return Struck("two_schedulers_for_real", now, processes.holding(world.home, now))


Fault = Callable[[World, dt.datetime, Sequence[Payload]], Struck]
BEFORE: dict[str, Fault] = {
    fault.__name__: fault
    for fault in (provider_down, provider_late, disk_full_in_store, payload_corrupted, clock_stepped)
}
"""Faults that strike before the day's payloads are whole on disk."""

FAULTS: dict[str, Fault] = BEFORE | {
    "killed": killed,
    "killed_at_commit": killed_at_commit,
    "disk_full_in_warehouse": disk_full_in_warehouse,
} | {
    fault.__name__: fault
    for fault in (
        killed_among_files, disk_full_in_public, read_only_warehouse, two_schedulers, delivered_twice,
        killed_for_real, disk_full_for_real, two_schedulers_for_real,
    )
}  # fmt: skip

SHARES = dict.fromkeys(FAULTS, 12) | {
    "killed": 18, "killed_at_commit": 18, "clock_stepped": 9, "disk_full_in_warehouse": 10, "disk_full_in_public": 9,
    "killed_for_real": 2, "disk_full_for_real": 1, "two_schedulers_for_real": 1,
}  # fmt: skip
"""How often a kind strikes beside the others; those that cost a process of their own seldom."""
