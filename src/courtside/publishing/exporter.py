"""Export of the public files. Each type is exported separately, so that an error in one does not stop the others."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice

import structlog

from courtside.league.markets import POINTS, Market, of_market
from courtside.publishing.contracts import JSON_TYPE, Built, market_path
from courtside.publishing.exporters import EXPORTERS, Exporter
from courtside.publishing.exporters.rows import utc
from courtside.publishing.exporters.status import STATUS, RunStatus, StageStatus, StaleFile, status_of
from courtside.publishing.feed import FEED, FEED_MAX_AGE, FEED_TYPE, feed_of
from courtside.publishing.registry import SCHEMA_MAX_AGE, SITE_MAX_AGE, schema_files
from courtside.publishing.site_files import CONTENT_TYPES, site_files
from courtside.publishing.stores.base import EmptyOverGoodError, Store, publish
from courtside.publishing.stores.local import LocalStore
from courtside.publishing.world import World
from courtside.warehouse.base import Reader

WRITERS = 16
"""Files that are written at the same time. Writes wait for the disk or the network, so more threads than cores help."""
BATCH = 64
"""Files that are built before they are written; while they are written, the next ones are built."""
EXTRAS = ("schemas", "site", "feed")
NAMES: tuple[str, ...] = (*(exporter.name for exporter in EXPORTERS), *EXTRAS)
"""The values that `--only` accepts."""
KEPT_FOR_EMPTINESS = "The new file was empty though its source is not; the last good one stays."
KEPT_FOR_FAILURE = "The file could not be built; the last good one stays."

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class FileReport:
    """The result for one file: `written`, `unchanged`, `kept` (an empty file was refused) or `failed`, and the reason.

    Where a whole type fails, `path` is its name. `kind` names the exporter.
    """

    path: str
    status: str
    reason: str | None = None
    kind: str = ""

    @property
    def is_problem(self) -> bool:
        """Whether the published file is older than it should be."""
        return self.status in ("failed", "kept")


def export(
    warehouse: Reader,
    store: Store,
    dates: Sequence[dt.date],
    *,
    now: dt.datetime,
    champion: str = "moving_average",
    only: Sequence[str] = NAMES,
    stages: Sequence[StageStatus] = (),
    runs: Sequence[RunStatus] = (),
    markets: Sequence[Market] = (),
) -> list[FileReport]:
    """Write the files of `dates`, and return the result for each.

    `status.json` shows `stages` and `runs`; without stages it is not written. The files of each of `markets` other than
    points are written below `markets/`.
    """
    if isinstance(store, LocalStore):
        store.remove_unfinished()
    others = tuple(market for market in markets if market.name != POINTS)
    world = World(of_market(warehouse, POINTS), tuple(sorted(set(dates))), now, champion, others=others)
    writes = _writes(world, store, only)
    reports: list[FileReport] = []
    with ThreadPoolExecutor(WRITERS) as pool:
        written: Iterator[FileReport] = iter(())
        while batch := list(islice(writes, BATCH)):
            reports += written
            written = pool.map(lambda write: write(), batch)
        reports += written
    if "feed" in only:
        reports.append(_attempt(FEED, "feed", lambda: _write_feed(world, store)))
    store.flush()
    reports = list(dict.fromkeys(reports))  # The same error in two seasons is one report.
    for report in reports:
        if report.is_problem:
            log.error("publishing.file_kept", path=report.path, reason=report.reason)
    if stages:
        reports.append(_status_report(world, store, reports, stages, runs))
    return reports


def refresh_status(
    warehouse: Reader,
    store: Store,
    *,
    now: dt.datetime,
    stages: Sequence[StageStatus],
    runs: Sequence[RunStatus],
) -> FileReport:
    """Write only `status.json` and return the result; files that were listed as stale stay listed."""
    return _status_report(World(of_market(warehouse, POINTS), (), now), store, (), stages, runs)


def _status_report(
    world: World,
    store: Store,
    reports: Sequence[FileReport],
    stages: Sequence[StageStatus],
    runs: Sequence[RunStatus],
) -> FileReport:
    report = _attempt(STATUS.path(), "status", lambda: _write_status(world, store, reports, stages, runs))
    store.flush()
    return report


def _writes(world: World, store: Store, only: Sequence[str]) -> Iterator[Callable[[], FileReport]]:
    """Yield a function for each file of the exporters in `only`, which writes the file and returns the result."""
    chosen = [exporter for exporter in EXPORTERS if exporter.name in only]
    for season in world.seasons:
        yield from _writes_of([exporter for exporter in chosen if exporter.is_dated], season, store)
    yield from _writes_of([exporter for exporter in chosen if not exporter.is_dated], world, store)
    for name, path, act in _extras(store, only):
        yield partial(_attempt, path, name, act)


def _writes_of(exporters: Sequence[Exporter], world: World, store: Store) -> Iterator[Callable[[], FileReport]]:
    markets = world.markets
    for exporter in exporters:
        for own in markets if exporter.is_per_market else markets[:1]:
            yield from _writes_in_market(exporter, own, store)


def _writes_in_market(exporter: Exporter, world: World, store: Store) -> Iterator[Callable[[], FileReport]]:
    market = world.market.name
    name = exporter.name if market == POINTS else f"{market}/{exporter.name}"
    try:
        for built in exporter.files(world):
            path = market_path(built.path, market)
            yield partial(_attempt, path, name, partial(publish, store, replace(built, path=path)))
    except Exception as error:  # noqa: BLE001 - an error of one type becomes the report of that type
        yield partial(FileReport, name, "failed", f"{type(error).__name__}: {error}", name)


def _attempt(path: str, name: str, act: Callable[[], str]) -> FileReport:
    try:
        return FileReport(path, act(), kind=name)
    except EmptyOverGoodError as error:
        return FileReport(path, "kept", str(error).removeprefix(f"{path}: "), name)
    except Exception as error:  # noqa: BLE001 - an error of one file becomes the report of that file
        return FileReport(path, "failed", f"{type(error).__name__}: {error}", name)


def _extras(store: Store, only: Sequence[str]) -> Iterator[tuple[str, str, Callable[[], str]]]:
    def writer(path: str, content: bytes, max_age: int, content_type: str) -> Callable[[], str]:
        return lambda: store.write(path, content, max_age=max_age, content_type=content_type)

    if "schemas" in only:
        for path, content in schema_files().items():
            yield "schemas", path, writer(path, content, SCHEMA_MAX_AGE, JSON_TYPE)
    if "site" in only:
        for path, source in site_files().items():
            yield "site", path, writer(path, source.read_bytes(), SITE_MAX_AGE, CONTENT_TYPES[source.suffix])


def _write_feed(world: World, store: Store) -> str:
    return store.write(FEED, feed_of(world), max_age=FEED_MAX_AGE, content_type=FEED_TYPE)


def _write_status(
    world: World,
    store: Store,
    reports: Sequence[FileReport],
    stages: Sequence[StageStatus],
    runs: Sequence[RunStatus],
) -> str:
    stale = _stale(_stale_before(store), reports, world.now)
    return publish(store, Built.of(STATUS, STATUS.path(), status_of(world, stages, runs, stale)))


def _stale_before(store: Store) -> tuple[StaleFile, ...]:
    """Return the stale files that the published status lists, in any version of its schema."""
    content = store.read(STATUS.path())
    try:
        listed = json.loads(content)["stale"] if content else ()
        return tuple(StaleFile.model_validate(item) for item in listed)
    except (ValueError, KeyError, TypeError):
        log.warning("publishing.status_unreadable", path=STATUS.path())
        return ()


def _stale(before: Sequence[StaleFile], reports: Sequence[FileReport], now: dt.datetime) -> list[StaleFile]:
    """Return the files that failed in this export, and those that failed before and were not written since."""
    since = {item.path: item for item in before}
    good = {name for report in reports if not report.is_problem for name in (report.path, report.kind)}
    good -= {report.path for report in reports if report.is_problem}
    stale = {path: item for path, item in since.items() if path not in good}
    for report in reports:
        if report.is_problem:
            reason = KEPT_FOR_EMPTINESS if report.status == "kept" else KEPT_FOR_FAILURE
            first = since[report.path].since if report.path in since else utc(now)
            stale[report.path] = StaleFile(path=report.path, reason=reason, since=first)
    return list(stale.values())
