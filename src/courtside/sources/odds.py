"""Requests to The Odds API v4: events, player points and game lines, live and historical, within a daily budget."""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import SecretStr

from courtside.clock import Clock, eastern_date
from courtside.errors import ConfigError
from courtside.sources.outcomes import NotYetError, PermanentFetchError
from courtside.sources.payload import Payload
from courtside.sources.request import Request
from courtside.sources.transport import Response

log = logging.getLogger(__name__)

SOURCE = "the_odds_api"
ROOT = "https://api.the-odds-api.com/v4"
SPORT = "basketball_nba"
KEY_VARIABLE = "COURTSIDE_ODDS_API_KEY"
PLAYER_MARKETS = ("player_points",)
GAME_MARKETS = ("h2h", "spreads", "totals")
HISTORICAL_FACTOR = 10
"""A historical response costs ten times as much as a live one, per market and region."""


def key_from(environment: Mapping[str, str] = os.environ) -> SecretStr:
    """Return the key of The Odds API, which is read from the environment only.

    Raises:
        ConfigError: naming the variable, where it is not set.
    """
    key = environment.get(KEY_VARIABLE, "").strip()
    if not key:
        raise ConfigError(f"The Odds API needs a key: set {KEY_VARIABLE} in the environment (never in a file)")
    return SecretStr(key)


@dataclass(frozen=True)
class OddsApi:
    """The requests for one key; `at` requests the market at a past time, `regions` selects the books.

    `markets` are the keys of the player markets to request.
    """

    key: SecretStr
    regions: tuple[str, ...] = ("us",)
    at: dt.datetime | None = None
    markets: tuple[str, ...] = PLAYER_MARKETS

    def events(self) -> Request:
        """Return the request for the current events; a live one is free, and a historical one costs one credit."""
        return self._request("events", "events", cost=1 if self.at else 0, is_read=False)

    def player_lines(self, event_id: str) -> Request:
        """Return the request for the lines of an event in `markets`; each market costs one credit per region."""
        return self._odds(f"events/{event_id}/odds", f"event_odds_{event_id}", self.markets)

    def game_lines(self) -> Request:
        """Return the request for moneylines, spreads and totals of every event."""
        return self._odds("odds", "game_lines", GAME_MARKETS, is_read=False)

    def _odds(self, path: str, name: str, markets: tuple[str, ...], *, is_read: bool = True) -> Request:
        cost = len(markets) * len(self.regions) * (HISTORICAL_FACTOR if self.at else 1)
        params = {"markets": ",".join(markets), "regions": ",".join(self.regions), "oddsFormat": "american"}
        return self._request(path, name, params, cost=cost, is_read=is_read)

    def _request(
        self, path: str, name: str, params: Mapping[str, str] | None = None, *, cost: int, is_read: bool
    ) -> Request:
        then = {"date": f"{self.at:%Y-%m-%dT%H:%M:%SZ}"} if self.at else {}
        return Request(
            source=SOURCE,
            name=f"{name}{f'_{self.at:%Y-%m-%dT%H%M}Z' if self.at else ''}.json",
            url=f"{ROOT}/{'historical/' if self.at else ''}sports/{SPORT}/{path}",
            params={**(params or {}), "dateFormat": "iso", **then},
            keys={"apiKey": self.key},
            cost=cost,
            is_read=is_read,
        )


def event_ids(payload: Payload, day: dt.date) -> Iterator[str]:
    """Yield the ids of the events in an events payload that begin on the ET date `day`.

    Raises:
        PermanentFetchError: where the payload does not list events in the known format.
    """
    document = json.loads(payload.content)
    events = document.get("data") if isinstance(document, dict) else document
    if not isinstance(events, list):
        raise PermanentFetchError(f"{payload.name}: not a list of events; the format of The Odds API has changed")
    for event in events:
        if not isinstance(event, dict) or not {"id", "commence_time"} <= event.keys():
            held = ", ".join(sorted(event)[:8]) if isinstance(event, dict) else type(event).__name__
            raise PermanentFetchError(
                f"{payload.name}: an event lacks id or commence_time; it has {held}. The format has changed"
            )
        if eastern_date(dt.datetime.fromisoformat(str(event["commence_time"]))) == day:
            yield str(event["id"])


@dataclass(frozen=True)
class Spent:
    """The credits spent on one ET day, and the credits left by the provider's count."""

    day: str
    spent: int = 0
    remaining: int | None = None


@dataclass
class DailyBudget:
    """The credits that may be spent in a day. The count is stored in a file, so that all processes share it."""

    path: Path
    per_day: int
    clock: Clock

    @property
    def spent(self) -> Spent:
        """The credits spent today."""
        today = str(self.clock.today())
        if not self.path.exists():
            return Spent(today)
        try:
            stored = Spent(**json.loads(self.path.read_text(encoding="utf-8")))
        except (ValueError, TypeError):
            log.warning("%s cannot be read; the whole budget of today counts as spent", self.path)
            return Spent(today, self.per_day)
        return stored if stored.day == today else Spent(today, 0, stored.remaining)

    def admit(self, request: Request) -> None:
        """Check that the budget covers `request`.

        Raises:
            NotYetError: where the day's budget would be exceeded.
            PermanentFetchError: where less is left of the provider's quota than the request costs.
        """
        now = self.spent
        if now.spent + request.cost > self.per_day:
            tomorrow = dt.datetime.combine(self.clock.today() + dt.timedelta(days=1), dt.time(5))
            raise NotYetError(
                f"{request}: costs {request.cost}, and {now.spent} of {self.per_day} credits of {now.day} are spent",
                tomorrow,
            )
        if now.remaining is not None and now.remaining < request.cost:
            raise PermanentFetchError(f"{request}: costs {request.cost}, and the quota has {now.remaining} left")

    def record(self, request: Request, response: Response) -> None:
        """Add the cost of a response, from its headers where they state it."""
        charged = _number(response.headers.get("x-requests-last"))
        if charged is None:
            charged = request.cost if response.status == 200 else 0
        before = self.spent
        left = _number(response.headers.get("x-requests-remaining"))
        after = Spent(before.day, before.spent + charged, before.remaining if left is None else left)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self.path.with_name(f"{self.path.name}.{os.getpid()}.part")
        unfinished.write_text(json.dumps(asdict(after)), encoding="utf-8")
        unfinished.replace(self.path)


def _number(text: str | None) -> int | None:
    """Return a count from a header, such as `12` or `12.0`; None for anything else."""
    whole = re.fullmatch(r"([0-9]{1,9})(\.0*)?", (text or "").strip())
    return int(whole[1]) if whole else None
