"""A made-up league as analytics frames; every count is drawn from a seed, so that a test can change a single value."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from courtside.analytics.shots import ZONES
from courtside.analytics.tables import GAMES, PLAYER_GAMES, PLAYER_LINES, PLAYER_SHOTS, TEAM_GAMES
from courtside.clock import COUNTED_TYPES, TYPE_OF_PREFIX, game_day, season_of
from courtside.features.known import Known
from courtside.raw.tables import BOX_COUNTS

START = dt.date(2024, 11, 1)
ROSTER = 9


def player_of(team: int, seat: int) -> int:
    """Return the id of the player who starts in a seat of a team."""
    return 100 * team + seat


@dataclass
class Game:
    """A game: its teams, its day, and the players of each team who played."""

    game_id: str
    date: dt.date
    home: int
    away: int
    is_final: bool = True
    is_neutral: bool = False
    status: str = "final"
    has_box: bool = True
    has_chart: bool = True
    overtimes: int = 0
    rosters: dict[int, list[int]] = field(default_factory=dict)

    @property
    def is_counted(self) -> bool:
        """Whether the game enters windows."""
        return TYPE_OF_PREFIX[self.game_id[:3]] in COUNTED_TYPES


@dataclass
class League:
    """Games and their box scores; the same game always has the same box score."""

    games: list[Game] = field(default_factory=list)
    quoted: dict[tuple[str, int], list[tuple[str, dt.datetime | None, float]]] = field(default_factory=dict)
    points_of: dict[tuple[str, int], int] = field(default_factory=dict)
    team_of_line: dict[tuple[str, int], int] = field(default_factory=dict)

    def play(self, date: dt.date, home: int, away: int, kind: str = "002", **changes: Any) -> Game:
        """Add a game and return it."""
        year = date.year if date.month >= 9 else date.year - 1
        game = Game(f"{kind}{year % 100:02d}{len(self.games):05d}", date, home, away, **changes)
        for team in (home, away):
            game.rosters.setdefault(team, [player_of(team, seat) for seat in range(ROSTER)])
        self.games.append(game)
        return game

    def known(self) -> Known:
        """Return the analytics tables of the league."""
        boxes = {(game.game_id, team): self._box(game, team) for game in self.games for team in (game.home, game.away)}
        return Known(
            GAMES.conform(_frame(map(_game_row, self.games))),
            TEAM_GAMES.conform(_frame(_team_row(game, home, boxes) for game in self.games for home in (True, False))),
            _table(PLAYER_GAMES, (row for game in self.games for row in _player_rows(game, boxes))),
            _table(PLAYER_SHOTS, (row for game in self.games for row in _shot_rows(game, boxes))),
            _table(PLAYER_LINES, self._line_rows()),
        )

    def _box(self, game: Game, team: int) -> list[dict[str, int]]:
        draw = random.Random(f"{game.game_id} {team}")
        lines = []
        roster = game.rosters[team]
        minutes = _split((240 + 25 * game.overtimes), len(roster), draw)
        for player, played in zip(roster, minutes, strict=True):
            counts = {column.name: draw.randint(0, 4) for column in BOX_COUNTS}
            zones = {zone: (draw.randint(0, 6), draw.random()) for zone in ZONES}
            shots = {zone: (tries, round(tries * share)) for zone, (tries, share) in zones.items()}
            counts |= {"fga": sum(tries for tries, _ in shots.values()), "fg3a": shots["three"][0]}
            points = self.points_of.get((game.game_id, player), draw.randint(0, 24))
            tries = {f"{zone}_fga": made[0] for zone, made in shots.items()}
            makes = {f"{zone}_fgm": made[1] for zone, made in shots.items()}
            lines.append({"player_id": player, "minutes": played, "points": points, **counts, **tries, **makes})
        return lines

    def _line_rows(self) -> Iterable[dict[str, Any]]:
        games = {game.game_id: game for game in self.games}
        for (game_id, player), quotes in self.quoted.items():
            game = games[game_id]
            tip = dt.datetime.combine(game.date, dt.time(23, 30))
            for book, seen, line in quotes:
                timing = "untimed" if seen is None else "pre_tip" if seen < tip else "in_game"
                yield {
                    **{"game_id": game_id, "game_date": game.date, "game_day": game_day(game.date)},
                    **{"player_id": player, "team_id": self.team_of_line.get((game_id, player), player // 100)},
                    **{"source": "test", "book": book},
                    **{"seen_at": seen, "line": line, "over_price": -110.0, "under_price": -110.0, "is_main": True},
                    **{"tip_at": tip, "timing": timing, "known_at": dt.datetime(2026, 1, 1)},
                }


def round_robin(
    days: int = 40, teams: int = 4, start: dt.date = START, seed: int = 1, league: League | None = None
) -> League:
    """Return a league in which pairs of teams meet on most days, drawn from a seed."""
    found, draw = league or League(), random.Random(seed)
    for step in range(days):
        order = draw.sample(range(1, teams + 1), teams)
        for first, second in zip(order[::2], order[1::2], strict=True):
            if draw.random() < 0.6:
                rosters = {
                    team: [player_of(team, seat) for seat in range(ROSTER) if draw.random() < 0.9]
                    or [player_of(team, 0)]
                    for team in (first, second)
                }
                found.play(start + dt.timedelta(step), first, second, rosters=rosters)
    return found


def changed(known: Known, **frames: Callable[[pl.DataFrame], pl.DataFrame]) -> Known:
    """Return `known` with a function applied to some of its frames."""
    return replace(known, **{name: change(getattr(known, name)) for name, change in frames.items()})


def _split(total: int, parts: int, draw: random.Random) -> list[int]:
    weights = [draw.uniform(0.6, 1.4) for _ in range(parts)]
    shares = [max(1, int(total * weight / sum(weights))) for weight in weights]
    shares[0] += total - sum(shares)
    return shares


def _dated(game: Game) -> dict[str, Any]:
    return {
        "game_id": game.game_id,
        "game_date": game.date,
        "game_day": game_day(game.date),
        "season": season_of(game.game_id),
        "game_type": str(TYPE_OF_PREFIX[game.game_id[:3]]),
    }


def _game_row(game: Game) -> dict[str, Any]:
    return {
        **_dated(game),
        **{"home_team_id": game.home, "away_team_id": game.away, "tip_at": None, "status": game.status},
        **{"is_neutral": game.is_neutral, "is_counted": game.is_counted},
    }


Boxes = dict[tuple[str, int], list[dict[str, int]]]


def _usage(box: list[dict[str, int]]) -> int:
    return sum(100 * line["fga"] + 44 * line["fta"] + 100 * line["tov"] for line in box)


def _possessions(box: list[dict[str, int]]) -> int:
    return _usage(box) - 100 * sum(line["oreb"] for line in box)


def _team_row(game: Game, home: bool, boxes: Boxes) -> dict[str, Any]:
    team, other = (game.home, game.away) if home else (game.away, game.home)
    box, against = boxes[game.game_id, team], boxes[game.game_id, other]
    is_known = game.is_final and game.has_box
    points, allowed = (sum(line["points"] for line in side) for side in (box, against))
    status = "not_final" if not game.is_final else "complete" if game.has_box else "missing"
    return {
        **_dated(game),
        **{"team_id": team, "opponent_team_id": other, "is_home": home, "is_neutral": game.is_neutral},
        **{"is_counted": game.is_counted, "is_final": game.is_final, "box_status": status},
        "points": points if is_known else None,
        "opponent_points": allowed if is_known else None,
        "minutes": 240 + 25 * game.overtimes if is_known else None,
        "possessions_x100": _possessions(box) if is_known else None,
        "opponent_possessions_x100": _possessions(against) if is_known else None,
        "usage_x100": _usage(box) if is_known else None,
        "players_listed": len(box) if is_known else 0,
        "players_points": points if is_known else 0,
        "players_minutes": sum(line["minutes"] for line in box) if is_known else 0,
    }


def _lines_of(game: Game, boxes: Boxes) -> Iterable[dict[str, Any]]:
    for home in (True, False):
        team, other = (game.home, game.away) if home else (game.away, game.home)
        for line in boxes[game.game_id, team]:
            yield {**_dated(game), "team_id": team, "opponent_team_id": other, "is_home": home, **line}


def _player_rows(game: Game, boxes: Boxes) -> Iterable[dict[str, Any]]:
    if game.is_final and game.has_box:
        for row in _lines_of(game, boxes):
            yield {**row, "is_counted": game.is_counted, "did_play": row["minutes"] > 0, "box_status": "complete"}


def _shot_rows(game: Game, boxes: Boxes) -> Iterable[dict[str, Any]]:
    if game.is_final and game.has_chart and game.is_counted:
        yield from (row for row in _lines_of(game, boxes) if row["fga"])


def _frame(rows: Iterable[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), infer_schema_length=None)


def _table(table: Any, rows: Iterable[dict[str, Any]]) -> pl.DataFrame:
    found = list(rows)
    return table.conform(_frame(found)) if found else table.empty()
