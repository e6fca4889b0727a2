"""The schedule from a game log, which has two rows per game, each with the matchup of its own team."""

from __future__ import annotations

from collections import Counter

import polars as pl

from courtside.league.teams import team_named
from courtside.raw.columns import Sieve, Source, finished, typed, within_payload
from courtside.raw.parsed import Parsed
from courtside.raw.readers import game_id, iso_date, trimmed
from courtside.raw.rules import refuse_other_leagues, refuse_out_of_season
from courtside.raw.tables import RAW_SCHEDULE, RAW_TEAM_BOX

_MATCHUP = r"^([A-Za-z]{2,4}) (vs\.|@) ([A-Za-z]{2,4})$"
_SOURCES = (
    Source("GAME_ID", "game_id", game_id, "an NBA game id"),
    Source("GAME_DATE", "game_date", iso_date, "a date"),
)
SCHEDULE_COLUMNS = ("GAME_ID", "GAME_DATE", "MATCHUP", "WL", "TEAM_ABBREVIATION")


def as_matchup(text: pl.Expr) -> pl.Expr:
    """Return matchups such as `LAL vs. GSW` (home) or `LAL @ GSW` (away); NULL where the text is not one."""
    plain = trimmed(text)
    return pl.when(plain.str.contains(_MATCHUP)).then(plain)


_MATCHUP_SOURCE = Source("MATCHUP", "matchup", as_matchup, "`LAL vs. GSW` or `LAL @ GSW`")


def parse_schedule(text: pl.DataFrame, sieve: Sieve) -> Parsed:
    """Return `raw_schedule` rows of a schedule sheet: final where there is a winner, otherwise scheduled."""
    refuse_other_leagues(text["GAME_ID"], sieve)
    rows = with_result(typed(text, RAW_TEAM_BOX, (*_SOURCES, _MATCHUP_SOURCE), sieve), text)
    refuse_out_of_season(rows["game_id"], rows["game_date"], "GAME_DATE", sieve)
    games = schedule_rows(sieve.usable(rows), "scheduled", sieve.refused)
    return Parsed("game_log_schedule", {RAW_SCHEDULE.name: games}, dict(sieve.refused))


def schedule_rows(rows: pl.DataFrame, unplayed: str, refused: Counter[str]) -> pl.DataFrame:
    """Return a `raw_schedule` row for each game of a log; points stay NULL, because the team box has the score.

    `rows` has `game_id`, `game_date`, `matchup` and `result` (W, L or NULL), in the order of the payload. `unplayed` is
    the status of a game without a result. Where the rows of a game disagree on the home team (`HOU @ OKC` and
    `OKC @ HOU`), the court is neutral, and the home team is that of the first row. Games with unknown teams, or with
    more than two teams in their rows, are counted in `refused`.
    """
    games = (
        _sides(rows)
        .group_by(within_payload(rows, ("game_id",)), maintain_order=True)
        .agg(
            pl.first("game_date", "home", "away"),
            is_neutral=pl.when(pl.col("home").n_unique() > 1).then(pl.lit(True)),
            is_one_game=(
                pl.concat_str(pl.min_horizontal("home", "away"), pl.max_horizontal("home", "away")).n_unique() == 1
            )
            & (pl.col("game_date").n_unique() == 1),
            status=pl.when(pl.col("result").is_null().any()).then(pl.lit(unplayed)).otherwise(pl.lit("final")),
        )
    )
    sieve = Sieve(games.height, refused)
    sieve.refuse(~games["is_one_game"], "no schedule row: the rows of the game differ in date or teams")
    ids = {tricode: _team_id(tricode) for tricode in {*games["home"], *games["away"]}}
    named = [
        games[side].replace_strict(ids, default=None, return_dtype=pl.Int64).alias(f"{side}_team_id")
        for side in ("home", "away")
    ]
    unknown = sorted(tricode for tricode, team_id in ids.items() if team_id is None)
    reason = f"no schedule row: unknown team in MATCHUP ({', '.join(unknown[:3])})"
    sieve.refuse(named[0].is_null() | named[1].is_null(), reason)
    games = games.with_columns(*named, provider=pl.lit("game_log"))
    return finished(sieve.usable(games), RAW_SCHEDULE, refused)


def with_result(rows: pl.DataFrame, text: pl.DataFrame) -> pl.DataFrame:
    """Return `rows` with `result`: W, L, or NULL while the game has none."""
    return rows.with_columns(text.select(result=trimmed(pl.col("WL"))))


def _sides(rows: pl.DataFrame) -> pl.DataFrame:
    own, word, other = (pl.col("matchup").str.extract(_MATCHUP, group) for group in (1, 2, 3))
    at_home = word == "vs."
    return rows.with_columns(
        home=pl.when(at_home).then(own).otherwise(other), away=pl.when(at_home).then(other).otherwise(own)
    )


def _team_id(tricode: str) -> int | None:
    try:
        return team_named(tricode).team_id
    except KeyError:
        return None
