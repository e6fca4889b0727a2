"""The payloads of a season in order of `fetched_at`, rendered one at a time."""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from courtside.clock import season_label
from courtside.league.markets import Market, all_markets
from courtside.sources.simulated.arrays import Bools, Ints, stream
from courtside.sources.simulated.fault_plan import CORRECTION_DAYS, FaultPlan, plan_faults
from courtside.sources.simulated.faults import Faults
from courtside.sources.simulated.game_logs import GameLogs
from courtside.sources.simulated.market import CLOSE, ROUNDS, Quotes, quote_season, round_instant
from courtside.sources.simulated.odds_feed import OddsFeed, event_id, flat_csv
from courtside.sources.simulated.schedule_feed import ScheduleFeed
from courtside.sources.simulated.season import Season

_MARKET, _LOGS, _FAULTS, _REPEATS, _MARKETS = 10, 11, 12, 13, 1000
_EVENT_DAYS = 3
"""Number of game dates with results, at the end of a season, whose odds are fetched per event."""
_BOX_FETCHED, _SCHEDULE_FETCHED = dt.time(9), dt.time(10)
_REPEATED_AFTER = dt.timedelta(minutes=30)


@dataclass(frozen=True)
class Delivery:
    """A planned payload: its fetch time (UTC), its name, and the function that renders its bytes."""

    fetched_at: dt.datetime
    name: str
    render: Callable[[], bytes]


@dataclass(frozen=True)
class SeasonDeliveries:
    """All deliveries of a season in order, the fault plan, and the payloads that are delivered twice."""

    plan: FaultPlan
    ordered: list[Delivery]
    repeated: list[Delivery]


def deliver_season(
    season: Season,
    faults: Faults,
    other_markets_from: dt.date = dt.date.min,
    every_round_from: dt.date = dt.date.min,
) -> SeasonDeliveries:
    """Return the deliveries of a season with its faults, up to the time at which the simulation stops.

    Lines of other markets than points are delivered for game dates from `other_markets_from` on; those of the rounds
    between the first and the close for game dates from `every_round_from` on.
    """
    seed, year = season.seed, season.start_year
    quotes = quote_season(season, stream(seed, year, _MARKET))
    plan = plan_faults(season, quotes, faults, stream(seed, year, _FAULTS))
    logs = GameLogs.of(season, plan.corrected_box, stream(seed, year, _LOGS))
    offered_days = season.days_finished() + 1
    feed = OddsFeed(season, quotes.between(0, offered_days), plan.player_names)
    every = [
        *_schedules(season),
        *_BoxScores(season, plan, logs).deliveries(),
        *_lines(season, plan, feed, every_round_from),
    ]
    latest = season.fetched_until or dt.datetime.max
    in_time = sorted((one for one in every if one.fetched_at <= latest), key=_order)
    repeated = _repeats(in_time, faults.repeated_payload_share, latest, stream(seed, year, _REPEATS))
    offered = all_markets()[1:] if other_markets_from <= season.calendar.dates[-1] else ()
    first = sum(date < other_markets_from for date in season.calendar.dates)
    others = [
        OddsFeed(season, _quotes(season, market).between(first, offered_days), plan.player_names, market.key)
        for market in offered
    ]
    more = [one for one in _market_lines(season, plan, others, other_markets_from) if one.fetched_at <= latest]
    return SeasonDeliveries(plan, sorted([*in_time, *repeated, *more], key=_order), repeated)


def _quotes(season: Season, market: Market) -> Quotes:
    """Return the lines of a market from its own random stream, so that no market changes another's."""
    purpose = _MARKETS + zlib.crc32(market.key.encode())
    return quote_season(season, stream(season.seed, season.start_year, purpose), market)


def box_due(date: dt.date, days_late: int = 0) -> dt.datetime:
    """Return the time at which the box scores of `date` are fetched: the next morning, or `days_late` days after it."""
    return dt.datetime.combine(date + dt.timedelta(days=1 + days_late), _BOX_FETCHED)


def _order(delivery: Delivery) -> tuple[dt.datetime, str]:
    return delivery.fetched_at, delivery.name


def _repeats(deliveries: list[Delivery], share: float, latest: dt.datetime, rng: np.random.Generator) -> list[Delivery]:
    able = [one for one in deliveries if one.fetched_at + _REPEATED_AFTER <= latest]
    chosen = np.sort(rng.permutation(len(able))[: round(share * len(deliveries))])
    return [replace(able[place], fetched_at=able[place].fetched_at + _REPEATED_AFTER) for place in chosen]


def _schedules(season: Season) -> list[Delivery]:
    """Return the schedules: before the season, on the first of each month, and after the last results."""
    year, label = season.start_year, season_label(season.start_year)
    after = season.last_date + dt.timedelta(days=1)
    firsts = [dt.date(year, month, 1) for month in (10, 11, 12)]
    firsts += [dt.date(year + 1, month, 1) for month in range(1, 5)]
    feed, deliveries = ScheduleFeed(season), []
    for date in [*(first for first in firsts if first < after), after]:
        fetched = dt.datetime.combine(date, _SCHEDULE_FETCHED)
        days = sum(day < date for day in season.calendar.dates)
        finished = int(np.searchsorted(season.calendar.day, days))
        name = f"schedule_{label}_{date}.json"
        deliveries.append(Delivery(fetched, name, partial(feed.document, fetched, finished)))
    return deliveries


@dataclass(frozen=True)
class _BoxScores:
    """The game logs of a season, with its faults."""

    season: Season
    plan: FaultPlan
    logs: GameLogs

    def deliveries(self) -> list[Delivery]:
        """Return the logs of each date with results, and further ones where a game came late or was corrected."""
        late, whole = self._days(self.plan.delayed), self._days(self.plan.truncated)
        corrected = self._days(np.array([one.game for one in self.plan.corrections], dtype=np.int64))
        deliveries = []
        for day in range(self.season.days_finished()):
            later = {self.plan.late_days} if day in late | whole else set()
            later |= {CORRECTION_DAYS} if day in corrected else set()
            for days_late in (0, *sorted(later)):
                deliveries.append(self._delivery(day, days_late, "P"))
                if not days_late or (days_late == self.plan.late_days and day in late):
                    deliveries.append(self._delivery(day, days_late, "T"))
        return deliveries

    def _days(self, games: Ints) -> set[int]:
        return set(self.season.calendar.day[games].tolist())

    def _delivery(self, day: int, days_late: int, grain: str) -> Delivery:
        date = self.season.calendar.dates[day]
        fetched = box_due(date, days_late)
        again = f"_refetched_{fetched:%Y-%m-%d}" if days_late else ""
        render = partial(self._render, day, days_late, grain)
        return Delivery(fetched, f"leaguegamelog_{grain}_{date}{again}.json", render)

    def _render(self, day: int, days_late: int, grain: str) -> bytes:
        plan, played = self.plan, self.season.played.played
        withheld = plan.missing if days_late >= plan.late_days else np.concatenate([plan.missing, plan.delayed])
        games = np.setdiff1d(np.flatnonzero(self.season.calendar.day == day), withheld)
        if grain == "T":
            return self.logs.teams_json(games)
        shown = np.zeros_like(played)
        shown[games] = played[games]
        if days_late < plan.late_days:
            shown &= ~plan.hidden
        return self.logs.players_json(shown, self._corrected(days_late))

    def _corrected(self, days_late: int) -> Bools:
        marks = np.zeros(len(self.season.calendar.game_ids), dtype=np.bool_)
        if days_late >= CORRECTION_DAYS:
            marks[[one.game for one in self.plan.corrections]] = True
        return marks


def _lines(season: Season, plan: FaultPlan, feed: OddsFeed, every_round_from: dt.date) -> list[Delivery]:
    """Return one payload per game date and round; for the last dates, one per event and round."""
    deliveries: list[Delivery] = []
    by_event = season.last_date - dt.timedelta(days=_EVENT_DAYS - 1)
    for day, date in enumerate(season.calendar.dates):
        if day in plan.silent_days or date > season.last_date + dt.timedelta(days=1):
            continue
        for round_ in range(len(ROUNDS)) if date >= every_round_from else (0, CLOSE):
            if date >= by_event:
                deliveries += _event_lines(feed, day, round_)
            elif len(shown := feed.quotes.at[feed.quotes.of(day, round_)]):
                name = f"player_points_{date}_{ROUNDS[round_]}.csv"
                render = partial(feed.flat_csv, day, round_)
                deliveries.append(Delivery(_fetched(date, round_, shown), name, render))
    return deliveries


def _market_lines(season: Season, plan: FaultPlan, feeds: list[OddsFeed], first: dt.date) -> list[Delivery]:
    """Return one payload per game date from `first` on and round, with the lines of the markets other than points."""
    deliveries: list[Delivery] = []
    for day, date in enumerate(season.calendar.dates):
        if not feeds or date < first or day in plan.silent_days or date > season.last_date + dt.timedelta(days=1):
            continue
        for round_ in range(len(ROUNDS)):
            shown = np.concatenate([feed.quotes.at[feed.quotes.of(day, round_)] for feed in feeds])
            if len(shown):
                name = f"market_lines_{date}_{ROUNDS[round_]}.csv"
                render = partial(flat_csv, feeds, day, round_)
                deliveries.append(Delivery(_fetched(date, round_, shown), name, render))
    return deliveries


def _event_lines(feed: OddsFeed, day: int, round_: int) -> list[Delivery]:
    calendar, place = feed.season.calendar, feed.quotes.of(day, round_)
    date, deliveries = calendar.dates[day], []
    for game in np.unique(feed.quotes.game[place]).tolist():
        shown = feed.quotes.at[place][feed.quotes.game[place] == game]
        event = event_id(calendar.game_ids[game], feed.season.seed)
        name = f"event_odds_{event}_{date}_{ROUNDS[round_]}.json"
        render = partial(feed.event_json, game, day, round_)
        deliveries.append(Delivery(_fetched(date, round_, shown), name, render))
    return deliveries


def _fetched(date: dt.date, round_: int, shown: Ints) -> dt.datetime:
    """Return the time at which a round was fetched; the closing round is fetched after its last snapshot."""
    if round_ < CLOSE:
        return round_instant(date, round_)
    return dt.datetime.fromtimestamp(int(shown.max()) + 30, dt.UTC).replace(tzinfo=None)
