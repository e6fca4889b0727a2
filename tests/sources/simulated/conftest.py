"""A simulated league, two months into its only season, with its payloads."""

from __future__ import annotations

import datetime as dt

import pytest

from courtside.sources.payload import Payload
from courtside.sources.simulated import League, simulate

UNTIL = dt.date(2025, 12, 10)


@pytest.fixture(scope="session")
def league() -> League:
    return simulate(seasons=1, seed=11, until=UNTIL)


@pytest.fixture(scope="session")
def payloads(league: League) -> list[Payload]:
    return list(league.payloads)
