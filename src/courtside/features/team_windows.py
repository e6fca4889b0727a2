"""The games of teams, and the windows of each feature row over them."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from courtside.features.charts import ATTEMPTS, CHARTED, MAKES
from courtside.features.windows import NO_DAY, Games, Ints, Past, Sample, Window

BOX = ("points", "opponent_points", "minutes", "possessions_x100", "opponent_possessions_x100")
NEEDS = 5
"""Games that a team's window needs before its value is computed."""


@dataclass(frozen=True)
class TeamGames:
    """Final games of every team, grouped by the data that is stored about them.

    `known` are the counted games with a complete box score, with field goals allowed by zone, and `lacking` are the
    others. `scored` and `unscored` are the counted games with and without a final score, by team and season. `played`
    are all games that affect rest: the counted games and the Cup final.
    """

    known: Games
    lacking: Games
    scored: Games
    unscored: Games
    played: Games

    @classmethod
    def of(cls, played: pl.DataFrame, charted: pl.DataFrame) -> TeamGames:
        """Return the groups of `played`, all games that affect rest; `charted` is the frame of `charts`."""
        side = ["game_id", "team_id"]
        allowed = charted.select("game_id", *CHARTED, *ATTEMPTS, *MAKES, team_id="opponent_team_id")
        counted = played.filter("is_counted").join(allowed, on=side, how="left")
        is_known = pl.all_horizontal(pl.col("box_status") == "complete", pl.col(BOX).is_not_null())
        is_scored = pl.all_horizontal(pl.col("points", "opponent_points").is_not_null())
        results = counted.with_columns(has_won=pl.col("points") > pl.col("opponent_points"))
        schedule = Games(played, "team_id")
        schedule.add("is_back_to_back", schedule.back_to_backs())
        return cls(
            Games(counted.filter(is_known), "team_id"),
            Games(counted.filter(~is_known), "team_id"),
            Games(results.filter(is_scored), "team_id", "season_year"),
            Games(results.filter(~is_scored), "team_id", "season_year"),
            schedule,
        )


@dataclass(frozen=True)
class TeamWindows:
    """Windows over the games of one team of each row, before its date; `schedule` holds all games that affect rest."""

    recent: Past
    season: Sample
    season_before: Sample
    schedule: Window
    week: Window
    fortnight: Window

    @classmethod
    def of(cls, rows: pl.DataFrame, games: TeamGames) -> TeamWindows:
        """Return the windows of the team `team_id` of `rows`."""
        before = games.played.before(rows)
        return cls(
            Past(rows, games.known, games.lacking),
            Past(rows, games.scored, games.unscored).all(),
            Past(rows.with_columns(pl.col("season_year") - 1), games.scored, games.unscored).all(),
            before.all(),
            before.within(7),
            before.within(14),
        )

    @property
    def last_day(self) -> Ints:
        """The day of the team's newest game, `NO_DAY` where it has none."""
        return self.schedule.newest("game_day", NO_DAY)
