"""`picks/{date}.json`: what was published for a date, by subset, beside each subset's record until then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

import polars as pl

from courtside.picks.integrity import require_counted
from courtside.picks.records import records_before
from courtside.picks.signal import public_word
from courtside.picks.subsets import Definitions
from courtside.publishing.codenames import public_code
from courtside.publishing.contracts import Pick, PicksGroup, SubsetPicks
from courtside.publishing.exporters.rows import last_versions, named_picks, records_by_subset, utc

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

    In: the publications and counted picks of those dates (more do no harm), every graded pick since the
    earliest season's first day, player_id and player_name, first regular-season days, `generated_at` as UTC
    without a zone.

    Raises:
        LedgerBrokenError: where `counted` does not hold what the publications count.
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
