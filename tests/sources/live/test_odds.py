"""The Odds API: the cost of a request, the budget of a day, and the key."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from pydantic import SecretStr

from courtside.clock import FixedClock
from courtside.errors import ConfigError
from courtside.operations.intake import sketch
from courtside.operations.plans import odds_plan
from courtside.sources.http import Client
from courtside.sources.odds import KEY_VARIABLE, DailyBudget, OddsApi, event_ids, key_from
from courtside.sources.outcomes import NotYetError, PermanentFetchError
from courtside.sources.payload import Payload
from tests.real_data import DATA, needs_real_data
from tests.sources.live.conftest import KEY, client_of
from tests.sources.live.loopback import Provider, Reply
from tests.sources.live.payloads import DAY, EVENT, NOW, ODDS_PATH, event_odds, events

API = OddsApi(SecretStr(KEY))
THEN = OddsApi(SecretStr(KEY), regions=("us", "us2"), at=dt.datetime(2024, 1, 25, 23, 0))


def test_the_key_is_read_only_from_the_environment() -> None:
    assert key_from({KEY_VARIABLE: KEY}).get_secret_value() == KEY
    with pytest.raises(ConfigError, match=f"set {KEY_VARIABLE} in the environment"):
        key_from({})


def test_requests_name_market_region_and_price_format_and_never_the_key() -> None:
    request = API.player_lines(EVENT)
    assert str(request) == (
        f"GET https://api.the-odds-api.com/v4/sports/basketball_nba/events/{EVENT}/odds"
        "?markets=player_points&regions=us&oddsFormat=american&dateFormat=iso&apiKey=…"
    )
    assert request.name == f"event_odds_{EVENT}.json"
    assert KEY not in repr(request)


def test_historical_requests_name_the_time_and_cost_ten_times_as_much() -> None:
    request = THEN.player_lines(EVENT)
    assert "/v4/historical/sports/basketball_nba/events/" in request.url
    assert request.params["date"] == "2024-01-25T23:00:00Z"
    assert request.name.endswith("_2024-01-25T2300Z.json")
    costs = [item.cost for item in (API.events(), API.player_lines(EVENT), API.game_lines())]
    assert (costs, request.cost, THEN.events().cost) == ([0, 1, 3], 20, 1)


def test_events_are_chosen_by_the_eastern_date_of_their_tip_off() -> None:
    late = json.loads(events(at="2024-02-23T03:30:00Z", id="late"))
    next_day = json.loads(events(at="2024-02-23T23:30:00Z", id="next"))
    payload = Payload("the_odds_api", "events.json", NOW, json.dumps([*late, *next_day]).encode())
    assert list(event_ids(payload, DAY)) == ["late"]
    wrapped = Payload("the_odds_api", "events.json", NOW, json.dumps({"timestamp": "", "data": late}).encode())
    assert list(event_ids(wrapped, DAY)) == ["late"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"events": []}', "not a list of events"),
        (b'[{"id": "a", "start": "x"}]', "it has id, start"),
        (b"[3]", "int"),
    ],
)
def test_another_format_of_the_events_is_named(content: bytes, message: str) -> None:
    with pytest.raises(PermanentFetchError, match=message):
        list(event_ids(Payload("the_odds_api", "events.json", NOW, content), DAY))


def test_the_cost_in_the_headers_is_added_to_the_day_s_spending(provider: Provider, client: Client) -> None:
    provider.on(ODDS_PATH, Reply(event_odds(), headers={"x-requests-last": "4", "x-requests-remaining": "96"}))
    client.fetch(API.player_lines(EVENT))
    assert isinstance(client.quota, DailyBudget)
    assert (client.quota.spent.spent, client.quota.spent.remaining) == (4, 96)


def test_a_spent_budget_refuses_requests_in_every_process(provider: Provider, tmp_path: Path) -> None:
    provider.on(ODDS_PATH, event_odds())
    for _ in range(3):
        client_of(provider, tmp_path, budget=3).fetch(API.player_lines(EVENT))
    with pytest.raises(NotYetError, match=r"3 of 3 credits of 2024-02-22 are spent; not yet \(until 2024-02-23"):
        client_of(provider, tmp_path, budget=3).fetch(API.player_lines(EVENT))
    assert len(provider.requests) == 3


def test_a_new_day_has_a_new_budget_and_the_same_quota(tmp_path: Path) -> None:
    clock = FixedClock(NOW)
    budget = DailyBudget(tmp_path / "b.json", 5, clock)
    budget.path.write_text('{"day": "2024-02-22", "spent": 5, "remaining": 40}')
    with pytest.raises(NotYetError):
        budget.admit(API.player_lines(EVENT))
    clock.at += dt.timedelta(days=1)
    budget.admit(API.player_lines(EVENT))
    assert (budget.spent.spent, budget.spent.remaining) == (0, 40)


def test_an_exhausted_quota_refuses_requests(tmp_path: Path) -> None:
    budget = DailyBudget(tmp_path / "b.json", 500, FixedClock(NOW))
    budget.path.write_text('{"day": "2024-02-22", "spent": 0, "remaining": 2}')
    with pytest.raises(PermanentFetchError, match="costs 3, and the quota has 2 left"):
        budget.admit(API.game_lines())


def test_a_damaged_budget_file_counts_as_spent(tmp_path: Path) -> None:
    budget = DailyBudget(tmp_path / "b.json", 500, FixedClock(NOW))
    budget.path.write_text('{"day": "2024-')
    with pytest.raises(NotYetError):
        budget.admit(API.player_lines(EVENT))


@pytest.mark.real
@needs_real_data
def test_recorded_events_and_odds_are_read(provider: Provider, client: Client) -> None:
    assert DATA is not None
    samples = DATA / "payloads"
    recorded = next((samples / "provider_samples" / "oddsa_events_his").glob("raw_4c*.json")).read_bytes()
    payload = Payload("the_odds_api", "events.json", NOW, recorded)
    assert len(list(event_ids(payload, dt.date(2024, 1, 24)))) == 3
    provider.on(ODDS_PATH, (samples / "the_odds_api" / "event_odds_mockOrlandoVsCleveland.json").read_bytes())
    from courtside.raw import parse

    assert parse(client.fetch(API.player_lines(EVENT))).rows > 50


def test_each_market_costs_a_credit_and_the_settings_choose_them():
    plan = odds_plan(dt.date(2026, 2, 7), ("points", "assists", "pra"), dry=True)
    request = next(item for item in sketch(plan) if "event_odds" in item.name)
    assert request.cost == 3
    assert request.params["markets"] == "player_points,player_assists,player_points_rebounds_assists"
    with pytest.raises(ConfigError, match="closest is assists"):
        list(sketch(odds_plan(dt.date(2026, 2, 7), ("asists",), dry=True)))
