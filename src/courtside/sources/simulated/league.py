"""The simulated league: a fixed history of seasons, delivered in the formats of real providers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from courtside.errors import ConfigError
from courtside.sources.payload import SIMULATED, Payload
from courtside.sources.simulated.deliveries import SeasonDeliveries, deliver_season
from courtside.sources.simulated.faults import Faults
from courtside.sources.simulated.season import Season, play_seasons
from courtside.sources.simulated.truth import Truth, build_truth

SOURCE = SIMULATED
NO_FAULTS = Faults()
FIRST_YEAR, LAST_YEAR = 1946, 2045
"""The years in which a season can start: a game id has two digits of the year, and the league began in 1946."""


@dataclass(frozen=True)
class League:
    """A league that is determined by its seed and bounds; build it with `simulate`.

    Everything is computed on demand, one season at a time, with the same result each time.
    """

    first_season_start: int
    last_season_start: int
    seed: int
    until: dt.date | None = None
    faults: Faults = field(default_factory=Faults)
    other_markets_from: dt.date = dt.date.min
    every_round_from: dt.date = dt.date.min

    @property
    def payloads(self) -> Iterator[Payload]:
        """Every payload in order of `fetched_at`; at most one season is held in memory."""
        for _, deliveries in self._seasons():
            for one in deliveries.ordered:
                yield Payload(SOURCE, one.name, one.fetched_at, one.render())

    @cached_property
    def truth(self) -> Truth:
        """Data that the payloads do not hold: expected points and minutes, and each fault; for tests only."""
        return build_truth(self._seasons())

    def _seasons(self) -> Iterator[tuple[Season, SeasonDeliveries]]:
        for season in play_seasons(self.seed, self.first_season_start, self.last_season_start, self.until):
            yield season, deliver_season(season, self.faults, self.other_markets_from, self.every_round_from)


def simulate(
    *,
    seasons: int = 2,
    seed: int = 7,
    last_season_start: int = 2025,
    until: dt.date | None = None,
    faults: Faults = NO_FAULTS,
    other_markets_from: dt.date = dt.date.min,
    every_round_from: dt.date = dt.date.min,
) -> League:
    """Return a league of `seasons` regular seasons; the last starts in October of `last_season_start`.

    `until` is the last game date with results. Later games are only in the schedule, and lines of the next day are
    delivered where they were offered by 15:00 UTC. Without `until`, the last season is played to its end.
    Lines of other markets than points are delivered for game dates from `other_markets_from` on; other payloads are the
    same with every value of it. For game dates before `every_round_from`, lines of points are delivered as they opened
    on the evening before and as they closed, without the rounds between.

    Raises:
        ConfigError: naming the argument that is not valid.
    """
    first = last_season_start - seasons + 1
    if seasons < 1:
        raise ConfigError(f"a simulated league has at least one season; {seasons} were requested")
    if seed < 0:
        raise ConfigError(f"the seed of a simulated league is 0 or more, not {seed}")
    if first < FIRST_YEAR or last_season_start > LAST_YEAR:
        raise ConfigError(
            f"seasons {first} to {last_season_start} are not within {FIRST_YEAR} to {LAST_YEAR}; "
            f"request fewer seasons or set last_season_start"
        )
    begins, ends = dt.date(last_season_start, 10, 22), dt.date(last_season_start + 1, 4, 30)
    if until is not None and not begins <= until <= ends:
        raise ConfigError(
            f"until {until} is not within the last season, {begins} to {ends}; "
            f"set last_season_start to the year that season starts in"
        )
    return League(first, last_season_start, seed, until, faults, other_markets_from, every_round_from)
