from __future__ import annotations

import datetime as dt
import json

import polars as pl
import pytest

from courtside.league.teams import team_named
from courtside.sources.payload import Payload
from courtside.sources.simulated import League
from courtside.sources.simulated.names import as_a_book_writes
from tests.sources.simulated.conftest import UNTIL
from tests.sources.simulated.reading import all_flat_lines, named, schedules

_KEY = ["payload", "id", "bookmakers.key", "outcomes_description"]


@pytest.fixture(scope="module")
def lines(payloads: list[Payload]) -> pl.DataFrame:
    return all_flat_lines(payloads)


@pytest.fixture(scope="module")
def priced(lines: pl.DataFrame) -> pl.DataFrame:
    """Return both sides of each line in one row, with the truth."""
    over, under = (lines.filter(pl.col("outcomes_name") == side) for side in ("Over", "Under"))
    return over.join(under.select(*_KEY, "outcomes_price", "outcomes_point"), on=_KEY, suffix="_under", validate="1:1")


@pytest.fixture(scope="module")
def with_truth(priced: pl.DataFrame, payloads: list[Payload], league: League) -> pl.DataFrame:
    """Return the lines with the truth of each player, without the two namesakes."""
    games = pl.DataFrame(
        [(game["gameId"], game["homeTeam"]["teamId"], game["gameDateTimeUTC"]) for game in schedules(payloads)[0]],
        schema=["game_id", "home", "tip"],
        orient="row",
    ).with_columns(pl.col("tip").str.to_datetime("%Y-%m-%dT%H:%M:%SZ"))
    homes = {name: team_named(name).team_id for name in priced["home_team"].unique()}
    written = {name: as_a_book_writes(name) for name in league.truth.players["player_name"].unique()}
    truth = league.truth.players.with_columns(pl.col("player_name").replace_strict(written))
    of_game = ["game_id", "player_name"]
    return (
        priced.with_columns(pl.col("home_team").replace_strict(homes).alias("home"))
        .join(games, left_on=["home", "commence_time"], right_on=["home", "tip"], validate="m:1")
        .rename({"outcomes_description": "player_name"})
        .join(truth.filter(pl.struct(of_game).is_unique()), on=of_game, validate="m:1")
    )


def _implied(column: str) -> pl.Expr:
    price = pl.col(column)
    return pl.when(price < 0).then(-price / (100 - price)).otherwise(100 / (100 + price))


def test_every_line_has_two_sides_and_a_player_of_the_game(
    lines: pl.DataFrame, priced: pl.DataFrame, with_truth: pl.DataFrame
):
    assert priced.height * 2 == lines.height
    assert (priced["outcomes_point"] == priced["outcomes_point_under"]).all()
    assert priced.height >= with_truth.height > 0.99 * priced.height


def test_the_vig_is_positive_and_about_four_and_a_half_percent(priced: pl.DataFrame):
    vig = priced.select(vig=_implied("outcomes_price") + _implied("outcomes_price_under") - 1)["vig"]
    assert vig.min() > 0.02
    assert 0.040 < vig.mean() < 0.050
    assert priced.filter(pl.col("outcomes_price").abs() < 100).is_empty()


def test_lines_are_near_the_truth_and_nearer_at_the_close(with_truth: pl.DataFrame):
    before_tip = with_truth.filter(pl.col("shown_at") < pl.col("commence_time"))
    error = (pl.col("outcomes_point") - pl.col("expected_points")).abs()
    assert before_tip.filter(error < 3).height > 0.94 * before_tip.height
    by_round = before_tip.group_by(pl.col("payload").str.slice(25).alias("round")).agg(error.mean().alias("error"))
    errors = dict(by_round.iter_rows())
    assert errors["close.csv"] < errors["evening.csv"]
    assert abs(before_tip.select((pl.col("outcomes_point") - pl.col("expected_points")).mean()).item()) < 0.5


def test_a_few_snapshots_come_after_tip_off_and_none_after_they_were_fetched(lines: pl.DataFrame):
    share = lines.select((pl.col("shown_at") > pl.col("commence_time")).mean()).item()
    assert 0.001 < share < 0.007
    assert lines.filter(pl.col("shown_at") > pl.col("fetched_at")).is_empty()


def test_four_books_offer_lines_for_eight_or_nine_players_per_team_in_four_rounds(with_truth: pl.DataFrame):
    assert set(with_truth["bookmakers.key"]) == {"draftkings", "fanduel", "betmgm", "caesars"}
    quoted = with_truth.group_by("game_id", "team_id").agg(pl.col("player_id").n_unique())["player_id"]
    assert 7 <= quoted.min() <= quoted.max() <= 9
    assert set(with_truth["payload"].str.slice(25)) == {
        f"{name}.csv" for name in ("evening", "morning", "afternoon", "close")
    }
    rounds = with_truth.group_by("game_id", "player_id", "bookmakers.key").len()["len"]
    assert 2.7 < rounds.mean() < 4


def test_lines_move(priced: pl.DataFrame):
    moved = priced.group_by("id", "bookmakers.key", "outcomes_description").agg(pl.col("outcomes_point").n_unique())
    assert 0.2 < (moved["outcomes_point"] > 1).mean() < 0.9


def test_most_lines_are_at_the_half_and_some_are_whole(priced: pl.DataFrame):
    whole = (priced["outcomes_point"] % 1 == 0).mean()
    assert 0.005 < whole < 0.1
    assert (priced["outcomes_point"] * 2 % 1 == 0).all()


def test_some_players_with_lines_withdraw(with_truth: pl.DataFrame):
    withdrawn = with_truth.filter(pl.col("status") == "scratched")
    assert 0 < withdrawn.height < 0.02 * with_truth.height
    assert set(with_truth["status"]) == {"played", "scratched"}


def test_the_last_days_are_delivered_per_event_as_json(payloads: list[Payload]):
    events = named(payloads, "event_odds_")
    flat_dates = {payload.name[14:24] for payload in named(payloads, "player_points_")}
    json_dates = {payload.name.split("_")[3] for payload in events}
    slate = UNTIL + dt.timedelta(days=1)
    assert json_dates == {str(slate - dt.timedelta(days=days)) for days in range(4)}
    assert not json_dates & flat_dates
    for payload in events:
        event = json.loads(payload.content)
        assert event["sport_key"] == "basketball_nba"
        assert f"event_odds_{event['id']}_" in payload.name
        for bookmaker in event["bookmakers"]:
            (market,) = bookmaker["markets"]
            assert market["key"] == "player_points"
            assert dt.datetime.fromisoformat(market["last_update"]).replace(tzinfo=None) <= payload.fetched_at
            sides = [outcome["name"] for outcome in market["outcomes"]]
            assert sides == ["Over", "Under"] * (len(sides) // 2)
            assert sides


def test_rows_of_a_flat_payload_are_numbered_from_zero(payloads: list[Payload]):
    payload = named(payloads, "player_points_")[5]
    rows = payload.content.decode().splitlines()
    assert rows[0].startswith(",outcomes_name,outcomes_description,outcomes_price,outcomes_point,id,")
    assert [int(row.partition(",")[0]) for row in rows[1:]] == list(range(len(rows) - 1))
