"""Box scores in the format of stats.nba.com: the LeagueGameLog of players and teams for each game date."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np

from courtside.clock import season_label
from courtside.league.teams import TEAMS
from courtside.sources.simulated.arrays import Bools, Floats, Ints
from courtside.sources.simulated.boxes import Box
from courtside.sources.simulated.play import OVERTIME, REGULATION
from courtside.sources.simulated.season import Season

_WHO = ["TEAM_ID", "TEAM_ABBREVIATION", "TEAM_NAME", "GAME_ID", "GAME_DATE", "MATCHUP", "WL"]
_SHOTS = ["FGM", "FGA", "FG_PCT", "FG3M", "FG3A", "FG3_PCT", "FTM", "FTA", "FT_PCT"]
_LINE = ["MIN", *_SHOTS, "OREB", "DREB", "REB", "AST", "STL", "BLK", "TOV", "PF", "PTS", "PLUS_MINUS"]
PLAYER_HEADERS = ["SEASON_ID", "PLAYER_ID", "PLAYER_NAME", *_WHO, *_LINE, "FANTASY_PTS", "VIDEO_AVAILABLE"]
TEAM_HEADERS = ["SEASON_ID", *_WHO, *_LINE, "VIDEO_AVAILABLE"]


@dataclass(frozen=True)
class GameLogs:
    """The box scores of a season, as first published (`box`) and as corrected (`corrected`)."""

    season: Season
    box: Box
    corrected: Box
    plus_minus: Ints

    @classmethod
    def of(cls, season: Season, corrected: Box, rng: np.random.Generator) -> GameLogs:
        """Return the logs of a season; plus-minus follows the final margin and the player's minutes."""
        score, minutes = season.played.score, season.played.minutes
        margin = (score - score[:, ::-1])[..., None]
        while_on = margin * minutes / 48 + rng.normal(0, 5.5, minutes.shape)
        return cls(season, season.played.box, corrected, np.rint(while_on).astype(np.int64))

    def players_json(self, shown: Bools, as_corrected: Bools) -> bytes:
        """Return the log of the players `shown`, by (game, side, place), corrected for the games in `as_corrected`."""
        played, players = self.season.played, self.season.players
        at = np.nonzero(shown)
        seat = played.player[at]
        counts = self._counts(at, as_corrected)
        columns: list[list[object]] = [
            players.player_id[seat].tolist(),
            [players.name[place] for place in seat],
            *self._who(at[0], at[1]),
            *_line(played.minutes[at], counts, self.plus_minus[at]),
            _fantasy_points(counts).tolist(),
        ]
        return self._payload("P", PLAYER_HEADERS, columns)

    def teams_json(self, games: Ints) -> bytes:
        """Return the log of both teams of `games`; corrections within a team do not change it."""
        game, side = np.repeat(games, 2), np.tile([0, 1], len(games))
        counts = {name: values[game, side].sum(axis=1) for name, values in self.box.counts().items()}
        score = self.season.played.score
        minutes = REGULATION + OVERTIME * self.season.played.overtimes[game]
        margin = score[game, side] - score[game, 1 - side]
        columns = [*self._who(game, side), *_line(minutes, counts, margin)]
        return self._payload("T", TEAM_HEADERS, columns)

    def _counts(self, at: tuple[Ints, ...], as_corrected: Bools) -> dict[str, Ints]:
        later = as_corrected[at[0]]
        corrected = self.corrected.counts()
        return {name: np.where(later, corrected[name][at], values[at]) for name, values in self.box.counts().items()}

    def _who(self, game: Ints, side: Ints) -> list[list[object]]:
        calendar, score = self.season.calendar, self.season.played.score
        teams = [TEAMS[place] for place in calendar.teams[game, side]]
        others = [TEAMS[place].tricode for place in calendar.teams[game, 1 - side]]
        courts = [" vs. " if home == 0 else " @ " for home in side]
        return [
            [team.team_id for team in teams],
            [team.tricode for team in teams],
            [team.full_name for team in teams],
            [calendar.game_ids[place] for place in game],
            [calendar.dates[day].isoformat() for day in calendar.day[game]],
            [team.tricode + court + other for team, court, other in zip(teams, courts, others, strict=True)],
            np.where(score[game, side] > score[game, 1 - side], "W", "L").tolist(),
        ]

    def _payload(self, grain: str, headers: list[str], columns: list[list[object]]) -> bytes:
        season_id, year = f"2{self.season.start_year}", self.season.start_year
        count = len(columns[0])
        rows = list(zip([season_id] * count, *columns, [1] * count, strict=True))
        parameters = {"LeagueID": "00", "Season": season_label(year), "SeasonType": "Regular Season"}
        parameters |= {"PlayerOrTeam": grain, "Sorter": "DATE", "Direction": "ASC"}
        log = {"name": "LeagueGameLog", "headers": headers, "rowSet": rows}
        document = {"resource": "leaguegamelog", "parameters": parameters, "resultSets": [log]}
        return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _line(minutes: Ints, counts: dict[str, Ints], plus_minus: Ints) -> list[list[object]]:
    """Return the columns from minutes to plus-minus, in the order of the log."""
    shots = [
        column
        for made, tried in (("fgm", "fga"), ("fg3m", "fg3a"), ("ftm", "fta"))
        for column in (counts[made].tolist(), counts[tried].tolist(), _share(counts[made], counts[tried]))
    ]
    rebounds = counts["oreb"] + counts["dreb"]
    rest = [counts[name].tolist() for name in ("ast", "stl", "blk", "tov", "pf")]
    boards = [counts["oreb"].tolist(), counts["dreb"].tolist(), rebounds.tolist()]
    return [minutes.tolist(), *shots, *boards, *rest, _points(counts).tolist(), plus_minus.tolist()]


def _share(made: Ints, tried: Ints) -> list[object]:
    shares: Floats = np.round(made / np.maximum(tried, 1), 3)
    return [share if tries else None for share, tries in zip(shares.tolist(), tried.tolist(), strict=True)]


def _points(counts: dict[str, Ints]) -> Ints:
    return 2 * counts["fgm"] + counts["fg3m"] + counts["ftm"]


def _fantasy_points(counts: dict[str, Ints]) -> Floats:
    weights = {"oreb": 1.2, "dreb": 1.2, "ast": 1.5, "stl": 3.0, "blk": 3.0, "tov": -1.0}
    total: Floats = _points(counts) + sum(weight * counts[name] for name, weight in weights.items())
    return np.round(total, 1)
