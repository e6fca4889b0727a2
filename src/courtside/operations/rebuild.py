"""Rebuild of a home whose warehouse is lost: raw rows from the stored payloads, and the ledger from its copy."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from courtside.errors import ConfigError, StorageError
from courtside.operations.ingest import Report, ingest
from courtside.pipeline.context import Context
from courtside.pipeline.ledger_copy import copied_dates, restore, run_dates
from courtside.raw.tables import RAW_PLAYER_BOX, RAW_TEAM_BOX
from courtside.sources.payload import Payload
from courtside.sources.store import CorruptPayloadError, PayloadStore

SHOWN = 3


@dataclass(frozen=True)
class Rebuilt:
    """The result of a rebuild: payloads ingested, rows restored, damaged payloads, and the dates to run."""

    reports: tuple[Report, ...]
    restored: Mapping[str, int]
    damaged: tuple[str, ...]
    span: tuple[dt.date, dt.date] | None


def refuse_nothing(raw: Path, ledger: Path) -> None:
    """Check that there is something to rebuild from.

    Raises:
        ConfigError: where neither payloads nor a copy of the ledger exist.
    """
    if not ledger.is_dir() and not any(PayloadStore(raw).ids()):
        raise ConfigError(
            f"{raw} holds no payloads and {ledger} no copy of the ledger, so there is nothing to rebuild from. "
            "Check --home, or start a new installation with `courtside ingest files PATH`"
        )


def refuse_unrestorable(ledger: Path, public: Path) -> None:
    """Check that the copy of the ledger holds each published date, so that a run does not publish the date again.

    Raises:
        StorageError: where dates are only in public files; the message names them and what to do.
    """
    known = copied_dates(ledger)
    lost = [day for day in _published_dates(public) if day not in known]
    if lost:
        shown = ", ".join(map(str, lost[:SHOWN])) + (" …" if len(lost) > SHOWN else "")
        raise StorageError(
            f"{len(lost)} dates with published picks ({shown}) are in {public} and not in the copy of the ledger at "
            f"{ledger}. Their files do not hold price, book, confidence and time of publication, so these picks "
            "cannot be restored, and a run would publish the dates again. Restore a copy of the warehouse or of "
            f"{ledger}. Or move {public} to another place and run `courtside rebuild` again; the dates are then "
            "published as BACKTEST"
        )


def rebuild(context: Context, ledger: Path) -> Rebuilt:
    """Ingest every stored payload in the order of arrival, and restore the ledger from its copy."""
    store = PayloadStore(context.settings.raw_folder)
    damaged: list[str] = []
    payloads = _stored(store, damaged.append)
    reports = tuple(ingest(payloads, context.warehouse, store))
    restored = restore(context.warehouse, ledger)
    return Rebuilt(reports, restored, tuple(damaged), _span(context, ledger))


def _stored(store: PayloadStore, damaged: Callable[[str], None]) -> Iterator[Payload]:
    for entry in store.entries():
        if not entry.is_read:
            continue
        try:
            yield Payload(entry.source, entry.name, entry.fetched_at, store.read(entry.payload_id))
        except CorruptPayloadError as error:
            damaged(f"{entry.name}: {error}")


def _published_dates(public: Path) -> list[dt.date]:
    """Return the dates whose public file holds picks, or cannot be read."""
    found = []
    for path in sorted((public / "v1" / "picks").glob("????-??-??.json")):
        try:
            groups = json.loads(path.read_bytes())["groups"]
            has_picks = any(group["picks"] for group in groups)
        except (ValueError, KeyError, TypeError, OSError):
            has_picks = True
        if has_picks:
            found.append(dt.date.fromisoformat(path.stem))
    return found


def _span(context: Context, ledger: Path) -> tuple[dt.date, dt.date] | None:
    """Return the dates to run: those of earlier runs, or else the dates from the first box score to today."""
    played: list[dt.date] = []
    for table in (RAW_PLAYER_BOX, RAW_TEAM_BOX):
        dates = context.warehouse.collect(context.warehouse.scan(table).select("game_date").unique())
        played += dates["game_date"].to_list()
    return run_dates(ledger) or ((min(played), max(*played, context.clock.today())) if played else None)
