"""Data of a simulated league that its payloads do not hold; for tests only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import polars.selectors as cs

from courtside.clock import season_label
from courtside.league.markets import all_markets
from courtside.league.teams import TEAMS
from courtside.sources.simulated.deliveries import SeasonDeliveries, box_due
from courtside.sources.simulated.fault_plan import CORRECTION_DAYS
from courtside.sources.simulated.season import Season

FAULT_SCHEMA: dict[str, pl.DataType] = {
    "kind": pl.String(),
    "season": pl.String(),
    "game_id": pl.String(),
    "game_date": pl.Date(),
    "team_id": pl.Int64(),
    "player_id": pl.Int64(),
    "to_player_id": pl.Int64(),
    "name": pl.String(),
    "delivered_at": pl.Datetime("us"),
}

_Row = dict[str, object]


@dataclass(frozen=True)
class Truth:
    """The truth as frames.

    `players` has a row per game and rostered player: `game_id`, `game_date`, `team_id`, `player_id`, `player_name`,
    `status` (`played`, `scratched` after lines were offered, `injured`, `coach`), and `expected_points`,
    `expected_minutes`, `expected_rebounds` and so on for every market (NULL unless played or scratched). `faults` has a
    row per fault: its `kind`, the affected game, player or date, and `delivered_at`, the time at which the delayed or
    corrected data arrived; NULL where it never did. A `correction` moves a basket from `player_id` to `to_player_id`.
    """

    players: pl.DataFrame
    faults: pl.DataFrame

    def write(self, folder: Path) -> None:
        """Write both frames as Parquet into `folder`, which is created where it is absent."""
        folder.mkdir(parents=True, exist_ok=True)
        self.players.write_parquet(folder / "players.parquet")
        self.faults.write_parquet(folder / "faults.parquet")


def build_truth(seasons: Iterable[tuple[Season, SeasonDeliveries]]) -> Truth:
    """Return the truth of seasons and their deliveries."""
    players, faults = [], []
    for season, deliveries in seasons:
        players.append(_players(season))
        faults.append(pl.DataFrame(_faults(season, deliveries), schema=FAULT_SCHEMA, orient="row"))
    return Truth(pl.concat(players), pl.concat(faults))


def _players(season: Season) -> pl.DataFrame:
    calendar, played = season.calendar, season.played
    game, side, _ = np.indices(played.player.shape).reshape(3, -1)
    seat = played.player.ravel()
    status = np.select([played.played, played.scratched, played.injured], [0, 1, 2], 3).ravel()
    known = pl.Series(status <= 1)
    team_ids = np.array([team.team_id for team in TEAMS])
    frame = pl.DataFrame(
        {
            "game_id": pl.Series(calendar.game_ids).gather(pl.Series(game)),
            "game_date": pl.Series(calendar.dates).gather(pl.Series(calendar.day[game])),
            "team_id": team_ids[calendar.teams[game, side]],
            "player_id": season.players.player_id[seat],
            "player_name": pl.Series(season.players.name).gather(pl.Series(seat)),
            "status": pl.Series(["played", "scratched", "injured", "coach"]).gather(pl.Series(status)),
            "expected_points": played.expected_points.ravel(),
            "expected_minutes": played.expected_minutes.ravel(),
            **{f"expected_{market.name}": season.expected(market.counts).ravel() for market in all_markets()[1:]},
        }
    )
    return frame.with_columns(pl.when(known).then(cs.starts_with("expected_")))


def _faults(season: Season, deliveries: SeasonDeliveries) -> list[_Row]:
    plan = deliveries.plan
    rows = [_of_game(season, "missing_box", int(game), None) for game in plan.missing]
    rows += [_of_game(season, "delayed_box", int(game), plan.late_days) for game in plan.delayed]
    for game in plan.truncated:
        side = int(plan.hidden[game].any(axis=1).argmax())
        rows.append(_of_game(season, "truncated_box", int(game), plan.late_days, side))
    for one in plan.corrections:
        row = _of_game(season, "correction", one.game, CORRECTION_DAYS, one.side)
        ids = season.players.player_id[season.played.player[one.game, one.side]]
        rows.append(row | {"player_id": int(ids[one.giver]), "to_player_id": int(ids[one.taker])})
    for seat in plan.renamed:
        who: _Row = {"player_id": int(season.players.player_id[seat]), "name": plan.player_names[seat]}
        rows.append({"kind": "renamed_player", **who})
    rows += [{"kind": "missing_line_day", "game_date": season.calendar.dates[day]} for day in plan.silent_days]
    for again in deliveries.repeated:
        rows.append({"kind": "repeated_payload", "name": again.name, "delivered_at": again.fetched_at})
    empty = dict.fromkeys(FAULT_SCHEMA)
    return [empty | {"season": season_label(season.start_year)} | row for row in rows]


def _of_game(season: Season, kind: str, game: int, days_late: int | None, side: int | None = None) -> _Row:
    calendar = season.calendar
    date = calendar.dates[calendar.day[game]]
    arrives = None if days_late is None else box_due(date, days_late)
    if arrives and arrives > (season.fetched_until or dt.datetime.max):
        arrives = None
    team_id = None if side is None else TEAMS[calendar.teams[game, side]].team_id
    row: _Row = {"kind": kind, "game_id": calendar.game_ids[game], "game_date": date}
    return row | {"team_id": team_id, "delivered_at": arrives}
