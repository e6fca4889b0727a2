"""Faults for a simulated stretch of days: each strikes one attempt to run the day and leaves a trace."""

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

from courtside.errors import WarehouseBusyError
from courtside.orchestration import day as day_module
from courtside.orchestration import live as live_module
from courtside.orchestration.context import Context
from courtside.orchestration.day import run_day
from courtside.orchestration.ledger import Ledger
from courtside.orchestration.live import Step
from courtside.orchestration.runs import recent_runs
from courtside.orchestration.tables import ALL_TABLES
from courtside.publishing.stores.local import LocalStore
from courtside.sources.payload import Payload
from courtside.sources.pending import Pending
from courtside.sources.store import PayloadStore
from courtside.warehouse.duckdb import DuckDBWarehouse
from tests import homes


class KilledError(BaseException):
    """The process is gone: nothing after it runs, not even what should always run."""


class Recorder:
    """A notifier that remembers."""

    def __init__(self) -> None:
        self.causes: list[str] = []

    def send(self, alert: Any) -> str:
        """Remember the cause."""
        self.causes.append(alert.cause)
        return "sent"

    def recover(self, cause: str, body: str) -> str:
        """Say nothing."""
        return "quiet"


@dataclass
class Struck:
    """A fault that struck: its kind, the moment, and where it can be seen."""

    kind: str
    at: dt.datetime
    seen: str


@dataclass
class World:
    """A home under chaos."""

    home: Path
    rng: random.Random
    struck: list[Struck] = field(default_factory=list)
    dead_pid: int = field(default_factory=lambda: _finished_pid())  # noqa: PLW0108 - it is defined below

    def deliver(self, payloads: Sequence[Payload]) -> None:
        """Keep payloads with their notes, as a fetch does."""
        pending = Pending(PayloadStore(self.home / "raw"))
        for payload in payloads:
            pending.add(payload)

    def attempt(self, now: dt.datetime, steps: Sequence[Step] = (), *patches: Any, read_only: bool = False) -> str:
        """Run the day as a process of its own would, and return where a fault shows: an error, the runs or an alert."""
        recorder, error = Recorder(), ""
        with ExitStack() as stack:
            for module in (day_module, live_module):
                stack.enter_context(mock.patch.object(module, "notifier", lambda *_: recorder))
            stack.enter_context(mock.patch("os.getpid", lambda: self.dead_pid))
            for patch in patches:
                stack.enter_context(patch)
            try:
                with _opened(self.home, now, read_only=read_only) as context:
                    run_day(context, context.clock.today(), steps=steps)
            except (Exception, KilledError) as failure:  # noqa: BLE001 - an attempt may end in any way
                error = f"{type(failure).__name__}"
        return "; ".join(filter(None, [error, _in_runs(self.home, now), ", ".join(sorted(set(recorder.causes)))]))

    def strike(self, kind: str, now: dt.datetime, payloads: Sequence[Payload]) -> None:
        """Let one fault happen and note where it can be seen."""
        self.struck.append(Struck(kind, now, FAULTS[kind](self, now, payloads)))


@contextmanager
def _opened(home: Path, now: dt.datetime, *, read_only: bool) -> Iterator[Context]:
    settings = homes.settings_in(home, now)
    warehouse = DuckDBWarehouse(settings.warehouse_path, threads=2, read_only=read_only)
    try:
        warehouse.prepare(ALL_TABLES)
        yield Context(settings, warehouse, Ledger(warehouse, settings.clock), settings.clock)
    finally:
        warehouse.close()


def _in_runs(home: Path, now: dt.datetime) -> str:
    with homes.opened(home, now) as context:
        newest = [line for line in recent_runs(context.warehouse, 1) if line.outcome != "finished"]
    return f"runs: {newest[0].outcome}" if newest else ""


def _finished_pid() -> int:
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def _at_statement(count: int, raises: BaseException, starts: tuple[str, ...] = ()) -> Any:
    """Return a patch under which the `count`-th statement, and each after it, raises."""
    execute, seen = DuckDBWarehouse._execute, 0

    def counted(self: DuckDBWarehouse, sql: str) -> Any:
        nonlocal seen
        seen += not starts or sql.startswith(starts)
        if seen >= count:
            raise raises
        return execute(self, sql)

    return mock.patch.object(DuckDBWarehouse, "_execute", counted)


def killed(world: World, now: dt.datetime, payloads: Sequence[Payload]) -> str:
    """Kill the process at some statement."""
    world.deliver(payloads)
    return _struck_by(world, now, 700, KilledError())


def _struck_by(world: World, now: dt.datetime, most: int, raises: BaseException, starts: tuple[str, ...] = ()) -> str:
    """Let `raises` strike at a drawn statement; a run that ends before it is followed by one that does not."""
    count, shown = world.rng.randint(1, most), ""
    while not shown:
        shown = world.attempt(now, (), _at_statement(count, raises, starts))
        count = (count + 1) // 2
    return shown


def killed_at_commit(world: World, now: dt.datetime, payloads: Sequence[Payload]) -> str:
    """Kill the process between a write and its commit."""
    world.deliver(payloads)
    return _struck_by(world, now, 14, KilledError(), ("COMMIT",))


def disk_full_in_warehouse(world: World, now: dt.datetime, payloads: Sequence[Payload]) -> str:
    """Let every write from some moment on find no space."""
    world.deliver(payloads)
    full = duckdb.IOException("could not write: no space left on device")
    return _struck_by(world, now, 12, full, ("INSERT",))


def disk_full_in_store(world: World, now: dt.datetime, payloads: Sequence[Payload]) -> str:
    """Let a payload be cut off by a full disk while it is kept."""
    try:
        with mock.patch("os.fsync", side_effect=OSError(errno.ENOSPC, "no space left on device")):
            world.deliver(payloads[:1])
    except OSError:
        steps = [Step("odds", payloads[0].name if payloads else "plan", "failed", "no space left on device")]
        return world.attempt(now, steps)
    return world.attempt(now, [Step("odds", "plan", "failed", "nothing to deliver")])


def disk_full_in_public(world: World, now: dt.datetime, payloads: Sequence[Payload]) -> str:
    """Let the published files find no space."""
    world.deliver(payloads)
    full = OSError(errno.ENOSPC, "no space left on device")
    return world.attempt(now, (), mock.patch.object(LocalStore, "write", side_effect=full))


def provider_down(world: World, now: dt.datetime, payloads: Sequence[Payload]) -> str:
    """Let nothing be delivered."""
    return world.attempt(now, [Step("odds", "events.json", "failed", "status 503")])


def provider_late(world: World, now: dt.datetime, payloads: Sequence[Payload]) -> str:
    """Let the sources say `not yet` and the run come before they do."""
    return world.attempt(now, [Step("nba", "leaguegamelog_P", "not_yet", "to be asked again in 3600 s")])


def delivered_twice(world: World, now: dt.datetime, payloads: Sequence[Payload]) -> str:
    """Deliver everything twice; the second time shows as already there in the payload log."""
    world.deliver(payloads)
    world.deliver([replace(payload, fetched_at=payload.fetched_at + dt.timedelta(seconds=9)) for payload in payloads])
    shown = world.attempt(now)
    with homes.opened(world.home, now) as context:
        log = context.warehouse.collect(context.warehouse.scan(_log()).select("status"))
    return shown or f"payload log: {(log['status'] == 'already_there').sum()} already there"


def _log() -> Any:
    from courtside.raw.tables import PAYLOAD_LOG

    return PAYLOAD_LOG


def clock_stepped(world: World, now: dt.datetime, payloads: Sequence[Payload]) -> str:
    """Let the clock be hours off before anything is delivered; the next run with the right clock sees it."""
    hours = world.rng.choice([-20, -3, 2, 9])
    world.attempt(now + dt.timedelta(hours=hours))
    return world.attempt(now) or world.attempt(now - dt.timedelta(hours=1))


def two_schedulers(world: World, now: dt.datetime, payloads: Sequence[Payload]) -> str:
    """Let another run hold the lease."""
    with homes.opened(world.home, now) as context:
        other = Ledger(context.warehouse, context.clock)
        other.acquire(900)
    try:
        with homes.opened(world.home, now) as context:
            run_day(context, context.clock.today())
    except WarehouseBusyError as error:
        return f"WarehouseBusyError: {str(error)[:20]}"
    finally:
        with homes.opened(world.home, now) as context:
            Ledger(context.warehouse, context.clock, run_id=other.run_id).release()
    return ""


def payload_corrupted(world: World, now: dt.datetime, payloads: Sequence[Payload]) -> str:
    """Damage a waiting payload on disk; it is fetched again afterwards."""
    if not payloads:
        return provider_down(world, now, payloads)
    world.deliver(payloads[:1])
    path = PayloadStore(world.home / "raw").path_of(payloads[0].payload_id)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    return world.attempt(now)


def read_only_warehouse(world: World, now: dt.datetime, payloads: Sequence[Payload]) -> str:
    """Open the warehouse without leave to write."""
    world.deliver(payloads)
    return world.attempt(now, read_only=True)


Fault = Callable[[World, dt.datetime, Sequence[Payload]], str]
BEFORE: dict[str, Fault] = {
    fault.__name__: fault
    for fault in (provider_down, provider_late, disk_full_in_store, clock_stepped, two_schedulers, payload_corrupted)
}
"""Faults that strike before the day's payloads are whole on disk."""

AFTER: dict[str, Fault] = {
    fault.__name__: fault
    for fault in (
        killed,
        killed_at_commit,
        disk_full_in_warehouse,
        disk_full_in_public,
        delivered_twice,
        read_only_warehouse,
    )
}
"""Faults that strike the run itself."""

FAULTS: dict[str, Fault] = BEFORE | AFTER
