"""`picks/{date}.json`: the published picks of a date by subset, with each subset's record before that date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence

import polars as pl
from pydantic import model_validator

from courtside.picks.integrity import require_counted
from courtside.picks.records import records_before
from courtside.picks.signal import PublicWord, public_word
from courtside.picks.subsets import Definitions
from courtside.publishing.codenames import public_code
from courtside.publishing.contracts import Built, Document, FileType, Shape, UtcInstant
from courtside.publishing.exporters.ledger_rows import (
    Pick,
    Record,
    last_versions,
    named_picks,
    records_by_subset,
    require_all_groups,
)
from courtside.publishing.exporters.rows import utc
from courtside.publishing.world import World


class PicksGroup(Shape):
    """The picks of one subset on one date, with its record before that date."""

    id: str
    name: str
    record: Record
    picks: tuple[Pick, ...]


class SubsetPicks(Document):
    """The published picks of a date by subset, with each subset's record before that date."""

    date: dt.date
    generated_at: UtcInstant
    model: str | None
    signal: PublicWord | None
    groups: tuple[PicksGroup, ...]

    @model_validator(mode="after")
    def _all_groups(self) -> SubsetPicks:
        require_all_groups([group.id for group in self.groups])
        return self

    @property
    def is_empty(self) -> bool:
        """Whether no group holds a pick."""
        return not any(group.picks for group in self.groups)


SUBSET_PICKS = FileType("subset-picks", "picks/{date}.json", 300, SubsetPicks)
_PICK = tuple(Pick.model_fields)


def build_subset_picks(
    dates: Collection[dt.date],
    publications: pl.DataFrame,
    counted: pl.DataFrame,
    graded: pl.DataFrame,
    *,
    players: pl.DataFrame,
    definitions: Definitions,
    season_starts: Sequence[dt.date],
    generated_at: dt.datetime,
) -> dict[dt.date, SubsetPicks]:
    """Return the file of each of `dates` that has a publication, by date.

    Args:
        dates: the dates to build.
        publications: the publications of those dates, or of more dates.
        counted: the counted picks of those dates, or of more dates.
        graded: every graded pick since the earliest season's first day.
        players: player_id and player_name.
        definitions: the subsets.
        season_starts: first regular-season days.
        generated_at: UTC without a zone.

    Raises:
        LedgerBrokenError: where `counted` does not hold the number of picks that the publications state.
        ExportRefusedError: where a player or team has no name.
    """
    wanted = pl.Series("game_date", sorted(dates), dtype=pl.Date).implode()
    days = last_versions(publications).filter(pl.col("game_date").is_in(wanted))
    chosen = counted.filter(pl.col("game_date").is_in(wanted))
    require_counted(days, chosen)
    picks = named_picks(chosen, players)
    records = records_by_subset(records_before(graded, days["game_date"], season_starts, definitions.keys))
    return {
        day["game_date"]: SubsetPicks(
            date=day["game_date"],
            generated_at=utc(generated_at),
            model=public_code(day["model_code"]) if day["model_code"] else None,
            signal=public_word(day["signal"]),
            groups=tuple(
                PicksGroup(
                    id=str(subset.id),
                    name=subset.name,
                    record=records[day["game_date"], subset.key],
                    picks=tuple(
                        Pick(**{name: row[name] for name in _PICK})
                        for row in picks.get((day["game_date"], subset.key), ())
                    ),
                )
                for subset in definitions.subsets
            ),
        )
        for day in days.iter_rows(named=True)
    }


def files(world: World) -> Iterator[Built]:
    """Yield `picks/{date}.json` for each of the dates that has a publication."""
    documents = build_subset_picks(
        world.dates,
        world.publications,
        world.counted,
        world.graded,
        players=world.names,
        definitions=world.definitions,
        season_starts=sorted(world.starts.values()),
        generated_at=world.now,
    )
    counts = dict(world.days.select("game_date", "picks").iter_rows())
    for day, document in documents.items():
        yield Built.of(SUBSET_PICKS, SUBSET_PICKS.path(date=day), document, expects_nothing=counts[day] == 0)
