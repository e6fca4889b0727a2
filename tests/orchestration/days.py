"""A simulated day, hour by hour: the payloads fetched by each hour, and a home that runs the day each time."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from courtside.operations.day import DayReport, run_day
from courtside.publishing.registry import type_of
from courtside.sources.payload import Payload
from courtside.sources.pending import Pending
from courtside.sources.store import PayloadStore
from tests import homes

DAY = dt.date(2025, 11, 5)
LAST_PLAYED = dt.date(2025, 11, 7)
LOGS = {grain: f"leaguegamelog_{grain}_{DAY}.json" for grain in ("P", "T")}


def at(hour: int, minute: int = 0, days: int = 0) -> dt.datetime:
    """Return an instant (UTC) of the simulated day, or `days` after it."""
    return dt.datetime.combine(DAY, dt.time(hour, minute)) + dt.timedelta(days=days)


def league() -> list[Payload]:
    """Return every payload up to two days after the simulated day."""
    return homes.payloads(LAST_PLAYED)


@dataclass
class Follower:
    """A home that receives the payloads fetched by an instant, and then runs the day."""

    home: Path
    waiting: list[Payload]
    now: dt.datetime = dt.datetime.min
    reports: list[DayReport] = field(default_factory=list)

    def go_to(self, now: dt.datetime) -> DayReport:
        """Set the clock to `now`, store the payloads fetched since, run the day, and check every published file."""
        self.now = now
        pending = Pending(PayloadStore(self.home / "raw"))
        for payload in self.waiting:
            if payload.fetched_at <= now:
                pending.add(payload)
        self.waiting = [payload for payload in self.waiting if payload.fetched_at > now]
        with homes.opened(self.home, now) as context:
            report = run_day(context, context.clock.today())
        self.reports.append(report)
        self.check_files()
        return report

    def check_files(self) -> None:
        """Fail unless each published file matches its contract and none is later than the clock."""
        root = self.home / "public"
        for path in root.rglob("*.json"):
            kind = type_of(str(path.relative_to(root)))
            if kind is not None:
                kind.model.model_validate_json(path.read_bytes())
                assert self.file(str(path.relative_to(root / "v1")))["generated_at"][:16] <= self.now.isoformat()[:16]

    def file(self, path: str) -> dict[str, Any]:
        """Return a published file, empty where it is absent."""
        whole = self.home / "public" / "v1" / path
        document: dict[str, Any] = json.loads(whole.read_bytes()) if whole.exists() else {}
        return document

    def picks(self) -> set[tuple[str, str, float, str]]:
        """Return (group, player, line, direction) of the day's picks file."""
        return {
            (group["id"], pick["player"], pick["line"], pick["direction"])
            for group in self.file(f"picks/{DAY}.json").get("groups", [])
            for pick in group["picks"]
        }

    def in_season(self, day: dt.date = DAY) -> dict[tuple[str, str, float, str], dict[str, Any]]:
        """Return the picks that the season file shows of a date, by (group, player, line, direction)."""
        return {
            (group["id"], pick["player"], pick["line"], pick["direction"]): pick
            for group in self.file("subsets/season.json").get("groups", [])
            for entry in group["dates"]
            if entry["date"] == str(day)
            for pick in entry["picks"]
        }


def put_off(payloads: Iterable[Payload], game_id: str, event_id: str, since: dt.datetime) -> list[Payload]:
    """Return payloads in which the schedule postpones a game at `since`, and no box score has it."""
    every = list(payloads)
    known = [p for p in every if p.name.startswith("schedule_") and p.fetched_at <= since][-1]
    changed = [replace(known, name="schedule_postponed", fetched_at=since, content=_called_off(known, game_id))]
    for payload in every:
        if payload.name.startswith("schedule_") and payload.fetched_at > since:
            changed.append(replace(payload, content=_called_off(payload, game_id)))
        elif payload.name in LOGS.values():
            changed.append(_without(payload, "GAME_ID", game_id))
        elif not (event_id in payload.name and payload.fetched_at > since):
            changed.append(payload)
    return sorted(changed, key=lambda payload: payload.fetched_at)


def _called_off(payload: Payload, game_id: str) -> bytes:
    document = json.loads(payload.content)
    for date in document["leagueSchedule"]["gameDates"]:
        for game in date["games"]:
            if game["gameId"] == game_id:
                game |= {"gameStatus": 1, "gameStatusText": "PPD", "postponedStatus": "Y"}
    return json.dumps(document).encode()


def _without(payload: Payload, column: str, value: object) -> Payload:
    document = json.loads(payload.content)
    table = document["resultSets"][0]
    place = table["headers"].index(column)
    table["rowSet"] = [row for row in table["rowSet"] if row[place] != value]
    return replace(payload, content=json.dumps(document).encode())


def scratched(payloads: Iterable[Payload], player: str, since: dt.datetime) -> list[Payload]:
    """Return payloads in which a player is in no odds fetched after `since` and in no box score of the day."""
    return [_scratched(payload, player) if payload.fetched_at > since else payload for payload in payloads]


def _scratched(payload: Payload, player: str) -> Payload:
    document = json.loads(payload.content)
    if payload.name.startswith("event_odds_") and str(DAY) in payload.name:
        for book in document["bookmakers"]:
            for market in book["markets"]:
                market["outcomes"] = [item for item in market["outcomes"] if item["description"] != player]
    elif payload.name == LOGS["P"]:
        document["resultSets"][0] = _given_to_a_team_mate(document["resultSets"][0], player)
    else:
        return payload
    return replace(payload, content=json.dumps(document).encode())


def _given_to_a_team_mate(table: dict[str, Any], player: str) -> dict[str, Any]:
    names = {name: place for place, name in enumerate(table["headers"])}
    gone = next(row for row in table["rowSet"] if row[names["PLAYER_NAME"]] == player)
    rows = [row for row in table["rowSet"] if row is not gone]
    mates = [row for row in rows if row[names["TEAM_ID"]] == gone[names["TEAM_ID"]]]
    heir = min(mates, key=lambda row: row[names["MIN"]])
    for name in (
        "MIN",
        "PTS",
        "FGM",
        "FGA",
        "FG3M",
        "FG3A",
        "FTM",
        "FTA",
        "OREB",
        "DREB",
        "REB",
        "AST",
        "STL",
        "BLK",
        "TOV",
    ):
        heir[names[name]] += gone[names[name]]
    return table | {"rowSet": rows}


def corrected(payloads: Iterable[Payload], player: str, since: dt.datetime) -> Payload:
    """Return the day's player log as corrected at `since`: two points go from a player to a team mate."""
    log = next(payload for payload in payloads if payload.name == LOGS["P"])
    document = json.loads(log.content)
    names = {name: place for place, name in enumerate(document["resultSets"][0]["headers"])}
    rows = document["resultSets"][0]["rowSet"]
    giver = next(row for row in rows if row[names["PLAYER_NAME"]] == player)
    taker = next(row for row in rows if row[names["TEAM_ID"]] == giver[names["TEAM_ID"]] and row is not giver)
    for row, points in ((giver, -2), (taker, 2)):
        row[names["PTS"]] += points
    return replace(log, name="correction", fetched_at=since, content=json.dumps(document).encode())


def rows_of(payload: Payload) -> list[dict[str, Any]]:
    """Return the rows of a game log by column."""
    table = json.loads(payload.content)["resultSets"][0]
    return [dict(zip(table["headers"], row, strict=True)) for row in table["rowSet"]]
