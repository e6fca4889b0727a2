"""Repair: ingest missing or late payloads that are on disk, and process exactly the affected cells again."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

import narwhals as nw
import polars as pl

from courtside.analytics.tables import GAMES, TEAM_GAMES
from courtside.errors import ConfigError, PayloadRefusedError
from courtside.features.tables import PLAYER_FEATURES
from courtside.league.seasons import lookback_start
from courtside.operations.ingest import Report, ingest
from courtside.operations.verification import wrong_dates
from courtside.pipeline.context import Context
from courtside.pipeline.runner import Observer, RunSummary, run
from courtside.pipeline.stages import STAGE_NAMES
from courtside.pipeline.stored import WITHDRAWN, damage, withdraw
from courtside.pipeline.tables import GRID
from courtside.raw import parse
from courtside.raw.tables import PAYLOAD_LOG, RAW_LINES
from courtside.sources.payload import Payload
from courtside.sources.store import CorruptPayloadError, PayloadStore

STORED = "stored"
LATE_FOR_DAYS = 3
"""A payload that is not stored is late for this many days, and missing after them."""


@dataclass(frozen=True)
class Need:
    """A payload or stored rows that are missing, late or damaged: the source, the date, and the games affected."""

    source: str
    game_date: dt.date
    what: str
    ids: tuple[str, ...]
    days: int

    @property
    def state(self) -> str:
        """`damaged` for stored rows; otherwise `late` for three days, then `missing`."""
        if self.source == STORED:
            return "damaged"
        return "late" if self.days <= LATE_FOR_DAYS else "missing"


@dataclass(frozen=True)
class RangeState:
    """The state of a range of dates: cells by state, feature rows, contaminated rows, and rows with missing games."""

    cells: dict[str, int]
    rows: int
    contaminated: int
    with_gaps: int

    def as_dict(self) -> dict[str, Any]:
        """Return the state as plain data."""
        return asdict(self)


@dataclass(frozen=True)
class Repair:
    """The result of a repair: what it found, ingested, processed again, and what remains."""

    needs_before: tuple[Need, ...]
    before: RangeState
    reports: tuple[Report, ...]
    summary: RunSummary
    needs_after: tuple[Need, ...]
    after: RangeState

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing and no cell is held or failed."""
        return not self.needs_after and self.summary.is_whole


def span_of_grid(context: Context, day: dt.date | None = None) -> tuple[dt.date, dt.date]:
    """Return the first date to repair (`day`, or the grid's first date) and the grid's last date.

    Raises:
        ConfigError: where the grid is empty, or ends before `day`.
    """
    cells = context.warehouse.collect(
        context.warehouse.scan(GRID).select(first=nw.col("game_date").min(), last=nw.col("game_date").max())
    ).row(0, named=True)
    if cells["first"] is None:
        raise ConfigError("The grid is empty: no run has processed a date. Run `courtside run` over your dates first.")
    if day and day > cells["last"]:
        raise ConfigError(f"--date {day} is after the last date of the grid, {cells['last']}")
    return day or cells["first"], cells["last"]


def needs(context: Context, start: dt.date, end: dt.date) -> tuple[Need, ...]:
    """Return the payloads and stored rows that are missing, late or damaged from `start` to `end`, by date."""
    today = context.clock.today()
    damaged = [
        Need(STORED, item.game_date, f"{item.table} differs from what was recorded", (), (today - item.game_date).days)
        for item in damage(context, lookback_start(start), end)
    ]
    found = [
        *_box_scores(context, start, end),
        *_results(context, start, min(end, today)),
        *_lines(context, start, end),
    ]
    rows = [Need(source, day, what, ids, (today - day).days) for source, day, what, ids in found if day < today]
    return tuple(sorted([*rows, *damaged], key=lambda need: (need.game_date, need.source, need.what)))


def needs_of_values(context: Context, start: dt.date, end: dt.date) -> tuple[Need, ...]:
    """Return the dates whose stored features differ from those that today's code computes from whole tables."""
    today = context.clock.today()
    what = "player_features differs from what its inputs give"
    return tuple(Need(STORED, day, what, (), (today - day).days) for day in wrong_dates(context, start, end))


def missing_dates(found: Iterable[Need]) -> tuple[dt.date, ...]:
    """Return the dates whose box scores or results can still be fetched from a provider."""
    return tuple(sorted({need.game_date for need in found if need.source in ("box", "schedule")}))


def range_state(context: Context, start: dt.date, end: dt.date) -> RangeState:
    """Return the state of a range of dates."""
    warehouse = context.warehouse
    states = warehouse.collect(
        warehouse.scan(GRID, start=start, end=end).group_by("state").agg(nw.len().alias("cells"))
    )
    counts = warehouse.collect(
        warehouse.scan(PLAYER_FEATURES, start=start, end=end)
        .select(
            bad=((nw.col("required_default_count") != 0).fill_null(True)).cast(nw.Int64),
            gap=(nw.col("missing_game_ids") != "").fill_null(True).cast(nw.Int64),
        )
        .select(nw.len().alias("rows"), nw.col("bad").sum(), nw.col("gap").sum())
    ).row(0)
    rows, bad, gaps = (int(value or 0) for value in counts)
    return RangeState(dict(sorted(states.iter_rows())), rows, bad, gaps)


def repair(
    context: Context,
    payloads: Iterable[Payload],
    start: dt.date,
    end: dt.date,
    observer: Observer | None = None,
) -> Repair:
    """Ingest `payloads` and refused payloads that can now be parsed, then process the cells whose inputs changed.

    Stored dates that differ from what the grid recorded are computed again first, and then those whose features differ
    from what today's code computes from whole tables.

    Raises:
        WarehouseBusyError: where another run holds the lease.
    """
    needs_before, before = needs(context, start, end), range_state(context, start, end)
    store = PayloadStore(context.settings.raw_folder)
    readable = _readable_by_now(context, store)
    reports = tuple(ingest(itertools.chain(readable, payloads), context.warehouse, store))
    context.warehouse.release()
    damaged = [item for item in damage(context, lookback_start(start), end) if item.can_be_computed]
    withdraw(context, [(item.stage, item.game_date) for item in damaged], WITHDRAWN)
    summary = run(context, start, end, observer=observer)
    if wrong := needs_of_values(context, start, end):
        needs_before += wrong
        withdraw(context, [("features", need.game_date) for need in wrong], WITHDRAWN)
        again = run(context, start, end, observer=observer)
        summary = replace(again, stages=summary.stages + again.stages)
    return Repair(needs_before, before, reports, summary, needs(context, start, end), range_state(context, start, end))


def processed_cells(summary: RunSummary) -> dict[str, int]:
    """Return the number of processed cells of each stage."""
    counts = Counter(dict.fromkeys(STAGE_NAMES, 0))
    for stage in summary.stages:
        counts[stage.stage] += stage.processed
    return dict(counts)


def _readable_by_now(context: Context, store: PayloadStore) -> list[Payload]:
    """Return stored payloads that were refused when they arrived and can be parsed now."""
    log = context.warehouse.collect(
        context.warehouse.scan(PAYLOAD_LOG).select("payload_id", "source", "name", "fetched_at", "status")
    )
    taken = log.filter(pl.col("status") != "refused")["payload_id"]
    refused = log.filter(~pl.col("payload_id").is_in(taken.implode())).unique("payload_id", maintain_order=True)
    found = []
    for row in refused.to_dicts():
        try:
            content = store.read(row["payload_id"])
            payload = Payload(row["source"], row["name"], row["fetched_at"], content)
            if parse(payload).rows:
                found.append(payload)
        except (PayloadRefusedError, CorruptPayloadError):
            continue
    return found


Found = tuple[str, dt.date, str, tuple[str, ...]]


def _box_scores(context: Context, start: dt.date, end: dt.date) -> list[Found]:
    games = context.warehouse.collect(
        context.warehouse.scan(TEAM_GAMES, start=start, end=end)
        .filter(nw.col("is_counted") & nw.col("is_final") & nw.col("box_status").is_in(["missing", "partial"]))
        .select("game_date", "game_id", "box_status")
        .unique()
    )
    whole_game = games.group_by("game_date", "game_id").agg(is_missing=(pl.col("box_status") == "missing").any())
    what = pl.when("is_missing").then(pl.lit("no box score")).otherwise(pl.lit("box score does not reconcile"))
    return _by_date(whole_game.with_columns(what=what), "box")


def _results(context: Context, start: dt.date, end: dt.date) -> list[Found]:
    games = context.warehouse.collect(
        context.warehouse.scan(GAMES, start=start, end=end)
        .filter(nw.col("is_counted") & ~nw.col("status").is_in(["final", "postponed"]))
        .select("game_date", "game_id")
    )
    return _by_date(games.with_columns(what=pl.lit("no result")), "schedule")


def _lines(context: Context, start: dt.date, end: dt.date) -> list[Found]:
    """Return the dates with games and without lines; none where no lines were ever ingested."""
    warehouse = context.warehouse
    dates_with_lines = warehouse.collect(warehouse.scan(RAW_LINES).select("game_date").unique())
    games = warehouse.collect(
        warehouse.scan(GAMES, start=start, end=end)
        .filter(nw.col("is_counted") & (nw.col("status") != "postponed"))
        .select("game_date", "game_id")
    )
    if dates_with_lines.is_empty():
        return []
    without_lines = games.join(dates_with_lines, on="game_date", how="anti")
    return _by_date(without_lines.with_columns(what=pl.lit("no lines")), "lines")


def _by_date(games: pl.DataFrame, source: str) -> list[Found]:
    grouped = games.sort("game_id").group_by("game_date", "what", maintain_order=True).agg("game_id")
    return [(source, row["game_date"], row["what"], tuple(row["game_id"])) for row in grouped.to_dicts()]
