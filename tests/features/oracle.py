"""A reference implementation of the features in plain Python, one row at a time."""

from __future__ import annotations

import datetime as dt
import statistics
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import polars as pl

Row = dict[str, Any]
ZONE_OF = {
    "Restricted Area": "paint",
    "In The Paint (Non-RA)": "paint",
    "Mid-Range": "mid_range",
    "Above the Break 3": "three",
    "Left Corner 3": "three",
    "Right Corner 3": "three",
    "Backcourt": "three",
}
YEAR = dt.timedelta(365)


def _clamp(value: float, bound: float) -> float:
    return max(-bound, min(bound, value))


@dataclass
class Oracle:
    """Raw box scores, schedule and shots by player, team and game."""

    by_player: dict[int, list[Row]]
    real_by_player: dict[int, list[Row]]
    by_team: dict[int, list[Row]]
    team_box: dict[tuple[str, int], Row]
    shots: dict[str, list[Row]]

    @classmethod
    def over(cls, games: pl.DataFrame, players: pl.DataFrame, teams: pl.DataFrame, shots: pl.DataFrame) -> Oracle:
        """Return the reference implementation over rows of `GAMES` and current raw player box, team box and shots."""
        counted = {row["game_id"]: row for row in games.filter("is_counted").to_dicts() if row["status"] == "final"}
        cup = games.filter((pl.col("game_type") == "cup_final") & (pl.col("status") == "final")).to_dicts()
        real = counted | {row["game_id"]: row for row in cup}
        by_player, real_by_player = defaultdict(list), defaultdict(list)
        by_team, by_game = defaultdict(list), defaultdict(list)
        for row in players.to_dicts():
            if row["game_id"] in real and _has_played(row):
                real_by_player[row["player_id"]].append(row)
            if row["game_id"] in counted and _has_played(row):
                game = counted[row["game_id"]]
                sides = (game["home_team_id"], game["away_team_id"])
                other = sides[1] if row["team_id"] == sides[0] else sides[0]
                by_player[row["player_id"]].append({**row, "season": game["season"], "opponent": other})
        for game in [*counted.values(), *cup]:
            for team, other in (
                (game["home_team_id"], game["away_team_id"]),
                (game["away_team_id"], game["home_team_id"]),
            ):
                by_team[team].append({**game, "other": other})
        for shot in shots.to_dicts():
            by_game[shot["game_id"]].append(shot)
        for found in (*by_player.values(), *real_by_player.values(), *by_team.values()):
            found.sort(key=lambda row: (row["game_date"], row["game_id"]))
        return cls(
            by_player,
            real_by_player,
            by_team,
            {(row["game_id"], row["team_id"]): row for row in teams.to_dicts()},
            by_game,
        )

    def values(self, row: Row) -> dict[str, float]:
        """Return features of a row of `PLAYER_FEATURES` from the games before its date."""
        day, season = row["game_date"], row["season"]
        past = [game for game in self.by_player[row["player_id"]] if game["game_date"] < day]
        recent = [game for game in past if day - game["game_date"] <= YEAR]
        last5, last10 = recent[-5:], recent[-10:]
        this, before = ([g for g in past if g["season"] == name] for name in (season, _before(season)))
        base = this if len(this) >= 3 else before
        real = [game for game in self.real_by_player[row["player_id"]] if game["game_date"] < day]
        found = self._form(last5, last10, base) | self._load(real, day) | self._teams(row, day)
        found["games_in_last_7_days"] = sum((day - game["game_date"]).days <= 7 for game in past)
        return found | self._shots(row, last10, day)

    def _form(self, last5: list[Row], last10: list[Row], base: list[Row]) -> dict[str, float]:
        points10, minutes10 = ([game[name] for game in last10] for name in ("points", "minutes"))
        found: dict[str, float] = {}
        if len(last10) >= 3:
            found["points_avg_last_5"] = sum(game["points"] for game in last5) / len(last5)
            found["points_avg_last_10"] = sum(points10) / len(points10)
            found["points_std_last_10"] = statistics.stdev(points10)
            found["minutes_avg_last_10"] = sum(minutes10) / len(minutes10)
            if sum(minutes10):
                found["ppm_avg_last_10"] = sum(points10) / sum(minutes10)
            if sum(points10):
                found["pct_free_throw"] = min(0.5, sum(game["ftm"] for game in last10) / sum(points10))
            if sum(minutes10[-3:]):
                found["usage_spike_score"] = _clamp((self._usage(last10[-3:]) - self._usage(last10)) * 0.3, 3)
        if len(last5) == 5:
            points = [game["points"] for game in last5]
            rise = sum(points[3:]) / 2 - sum(points[:3]) / 3
            found["recent_trend"] = (
                2 if rise >= 5 else 1 if rise >= 2 else -2 if rise <= -5 else -1 if rise <= -2 else 0
            )
            steps = range(len(points10))
            slope, _ = statistics.linear_regression(list(steps), points10)
            found["pts_slope_10g"] = slope
        if len(base) >= 3:
            found["points_avg_season"] = sum(game["points"] for game in base) / len(base)
        return found

    def _load(self, past: list[Row], day: dt.date) -> dict[str, float]:
        week = [game for game in past if (day - game["game_date"]).days <= 7]
        fortnight = [game for game in past if (day - game["game_date"]).days <= 14]
        rest = (day - past[-1]["game_date"]).days - 1
        minutes = sum(game["minutes"] for game in week)
        days = {game["game_date"] for game in past}
        pairs = sum(game["game_date"] - dt.timedelta(1) in days for game in fortnight)
        score = 100 + (-15 if rest == 0 else 5 if rest >= 3 else 0)
        score -= 10 * (len(week) >= 4) + 10 * (minutes > 240)
        score -= 8 * (bool(week) and minutes / max(len(week), 1) > 35)
        score -= 12 if pairs >= 2 else 5 if pairs == 1 else 0
        return {"fatigue_score": max(0, min(100, score))}

    def _usage(self, games: list[Row]) -> float:
        teams = [self.team_box[game["game_id"], game["team_id"]] for game in games]
        own = sum(game["fga"] + 0.44 * game["fta"] + game["tov"] for game in games)
        team = sum(box["fga"] + 0.44 * box["fta"] + box["tov"] for box in teams)
        minutes = sum(game["minutes"] for game in games)
        return 100 * own * (sum(box["minutes"] for box in teams) / 5) / (minutes * team)

    def _teams(self, row: Row, day: dt.date) -> dict[str, float]:
        own, other = self._window(row["team_id"], day), self._window(row["opponent_team_id"], day)
        found: dict[str, float] = {}
        last = [self._past(team, day) for team in (row["team_id"], row["opponent_team_id"])]
        rest = [min(4, (day - games[-1]["game_date"]).days - 1) if games else 4 for games in last]
        found["rest_advantage"] = _clamp(rest[0] - rest[1], 2)
        found["back_to_back"] = float(bool(last[0]) and (day - last[0][-1]["game_date"]).days == 1)
        if len(own) >= 5:
            found["team_pace"] = _pace(own[-10:])
            found["team_off_rating"] = (
                100 * sum(b["points"] for b, _ in own[-10:]) / sum(_poss(b) for b, _ in own[-10:])
            )
        if len(other) >= 5:
            late = other[-15:]
            found["opponent_pace"] = _pace(late)
            found["opponent_def_rating"] = 100 * sum(b["points"] for _, b in late) / sum(_poss(b) for _, b in late)
        if len(own) >= 5 and len(other) >= 5:
            found["pace_score"] = _clamp((_pace(own[-10:]) - _pace(other[-10:])) / 2, 3)
        return found

    def _past(self, team: int, day: dt.date) -> list[Row]:
        return [game for game in self.by_team[team] if game["game_date"] < day]

    def _window(self, team: int, day: dt.date) -> list[tuple[Row, Row]]:
        """Return the box scores of a team and its opponents, where there are both, of a year."""
        games = [game for game in self._past(team, day) if day - game["game_date"] <= YEAR and game["is_counted"]]
        pairs = [
            (self.team_box.get((g["game_id"], team)), self.team_box.get((g["game_id"], g["other"]))) for g in games
        ]
        return [(own, other) for own, other in pairs if own and other]

    def _shots(self, row: Row, last10: list[Row], day: dt.date) -> dict[str, float]:
        tries: dict[str, int] = defaultdict(int)
        for game in last10:
            for shot in self.shots[game["game_id"]]:
                tries[ZONE_OF[shot["zone"]]] += shot["player_id"] == row["player_id"]
        total = sum(tries.values())
        if not total:
            return {}
        found = {"pct_paint": tries["paint"] / total, "pct_mid_range": tries["mid_range"] / total}
        zone = max(("paint", "mid_range", "three"), key=lambda name: tries[name])
        allowed, league = self._allowed(row, zone, day)
        if allowed and league:
            beyond = 100 * (sum(allowed) / len(allowed) - sum(league) / len(league))
            score = beyond * min(100 * tries[zone] / total / 50, 1)
            found["shot_zone_mismatch_score"] = _clamp(score * 1.2 if abs(score) > 5 else score, 10)
        return found

    def _allowed(self, row: Row, zone: str, day: dt.date) -> tuple[list[bool], list[bool]]:
        """Return whether shots from a zone went in: against the opponent lately, and in the league on those days."""
        team = row["opponent_team_id"]
        games = [g for g in self._past(team, day) if g["is_counted"] and (g["game_id"], team) in self.team_box]
        games = [g for g in games if day - g["game_date"] <= YEAR][-15:]
        if not games:
            return [], []
        allowed = [
            shot["is_made"]
            for game in games
            for shot in self.shots[game["game_id"]]
            if shot["team_id"] != team and ZONE_OF[shot["zone"]] == zone
        ]
        since = games[0]["game_date"]
        league = [
            shot["is_made"]
            for shots in self.shots.values()
            if shots and since <= shots[0]["game_date"] < day
            for shot in shots
            if ZONE_OF[shot["zone"]] == zone
        ]
        return allowed, league


def _has_played(row: Row) -> bool:
    """A row of a log of players who played; a comment says why another did not."""
    return row["points"] is not None and bool(row["minutes"] or row["points"] or not row["comment"])


def _before(season: str) -> str:
    year = int(season[:4]) - 1
    return f"{year}-{(year + 1) % 100:02d}"


def _poss(box: Row) -> float:
    return float(box["fga"] + 0.44 * box["fta"] + box["tov"] - box["oreb"])


def _pace(games: list[tuple[Row, Row]]) -> float:
    return 48 * sum(_poss(box) for box, _ in games) / (sum(box["minutes"] for box, _ in games) / 5)
