"""The schedule in the format of the league's CDN: every game of the season, with the scores known so far."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

import numpy as np

from courtside.clock import season_label
from courtside.league.teams import TEAMS, Team
from courtside.sources.simulated.season import Season

_SCHEDULED, _FINAL = 1, 3


@dataclass(frozen=True)
class ScheduleFeed:
    """The schedule of one season."""

    season: Season

    def document(self, fetched_at: dt.datetime, finished: int) -> bytes:
        """Return the schedule as of `fetched_at`, when the first `finished` games were final."""
        calendar = self.season.calendar
        days = [
            {
                "gameDate": calendar.dates[day].strftime("%m/%d/%Y 00:00:00"),
                "games": [self._final[game] if game < finished else self._to_come[game] for game in games],
            }
            for day, games in groupby(range(len(calendar.game_ids)), key=calendar.day.__getitem__)
        ]
        label = season_label(self.season.start_year)
        meta = {
            "version": 1,
            "request": f"http://nba.cloud/league/00/{label}/scheduleleaguev2?Format=json",
            "time": fetched_at.strftime("%Y-%m-%dT%H:%M:%S.0000Z"),
        }
        schedule = {"seasonYear": label, "leagueId": "00", "gameDates": days}
        return json.dumps({"meta": meta, "leagueSchedule": schedule}, separators=(",", ":")).encode()

    @cached_property
    def _to_come(self) -> list[dict[str, object]]:
        return [_game(self.season, game) for game in range(len(self.season.calendar.game_ids))]

    @cached_property
    def _final(self) -> list[dict[str, object]]:
        played, teams = self.season.played, self.season.calendar.teams
        return [
            game
            | {"gameStatus": _FINAL, "gameStatusText": _final_text(overtimes)}
            | {"homeTeam": _side(TEAMS[home]) | {"score": ours}}
            | {"awayTeam": _side(TEAMS[away]) | {"score": theirs}}
            for game, overtimes, (home, away), (ours, theirs) in zip(
                self._to_come, played.overtimes.tolist(), teams.tolist(), played.score.tolist(), strict=True
            )
        ]


def _game(season: Season, game: int) -> dict[str, object]:
    calendar = season.calendar
    day = calendar.day[game]
    date, minute = calendar.dates[day], int(calendar.tip_minute[game])
    eastern = dt.datetime.combine(date, dt.time(minute // 60, minute % 60))
    universal = dt.datetime.fromtimestamp(int(calendar.tip_at[game]), dt.UTC)
    home, away = TEAMS[calendar.home[game]], TEAMS[calendar.away[game]]
    clock = eastern.strftime("%I:%M %p").lstrip("0").lower()
    return {
        "gameId": calendar.game_ids[game],
        "gameCode": f"{date:%Y%m%d}/{away.tricode}{home.tricode}",
        "gameStatus": _SCHEDULED,
        "gameStatusText": f"{clock} ET",
        "gameSequence": game - int(np.searchsorted(calendar.day, day)) + 1,
        "gameDateEst": f"{date}T00:00:00Z",
        "gameTimeEst": f"1900-01-01T{eastern:%H:%M:%S}Z",
        "gameDateTimeEst": f"{eastern:%Y-%m-%dT%H:%M:%S}Z",
        "gameTimeUTC": f"1900-01-01T{universal:%H:%M:%S}Z",
        "gameDateTimeUTC": f"{universal:%Y-%m-%dT%H:%M:%S}Z",
        "ifNecessary": False,
        "gameLabel": "",
        "gameSubLabel": "",
        "postponedStatus": "N",
        "gameSubtype": "",
        "isNeutral": False,
        "homeTeam": _side(home),
        "awayTeam": _side(away),
    }


def _side(team: Team) -> dict[str, object]:
    return {
        "teamId": team.team_id,
        "teamName": team.nickname,
        "teamCity": team.city,
        "teamTricode": team.tricode,
        "teamSlug": team.nickname.lower().replace(" ", ""),
        "score": 0,
    }


def _final_text(overtimes: int) -> str:
    return "Final" if not overtimes else "Final/OT" if overtimes == 1 else f"Final/OT{overtimes}"
