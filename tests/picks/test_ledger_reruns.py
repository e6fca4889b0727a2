"""Random sequences of runs: picks of begun games stay, however predictions, tip-offs and the clock change."""

import datetime as dt

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from courtside.picks.integrity import require_append_only, require_counted, verify_ledger
from courtside.picks.ledger import CONTENT, counted, plan_publications
from courtside.picks.signal import daily_signals
from courtside.picks.subsets import qualified
from courtside.picks.tables import PUBLICATIONS, PUBLISHED_PICKS
from tests.picks.slates import DATE, DEFINITIONS, empty_ledger, predictions, tips

NOON = dt.datetime(2026, 2, 7, 17, 0)
GAMES = [f"002250000{number}" for number in range(1, 4)]
HOURS = st.integers(0, 20)
SLATES = st.fixed_dictionaries({game: st.none() | HOURS for game in GAMES})
PREDICTED = st.lists(
    st.tuples(
        st.integers(1, 12),
        st.sampled_from([16.5, 24.5, 29.5, 32.5, 33.0]),
        st.sampled_from(["pre_tip", None]),
    ),
    max_size=12,
    unique_by=lambda row: row[0],
)
RUNS = st.lists(st.tuples(st.integers(0, 5), PREDICTED), min_size=1, max_size=6)


def tip_of(slate, game):
    hour = slate[game]
    return None if hour is None else NOON + dt.timedelta(hours=hour)


def run(ledger, predicted, now, slate):
    frame = predictions(
        *(
            {
                "player_id": player,
                "game_id": GAMES[player % 3],
                "prediction": value,
                "line_timing": timing,
                "tip_at": tip_of(slate, GAMES[player % 3]),
            }
            for player, value, timing in predicted
        )
    )
    signals = daily_signals(frame)
    candidates = qualified(frame, signals, DEFINITIONS)
    slate_frame = tips(*((game, tip_of(slate, game)) for game in GAMES))
    new = plan_publications(candidates, signals, [DATE], *ledger, now=now, tips=slate_frame)
    return tuple(pl.concat(pair) for pair in zip(ledger, new, strict=True))


def content_of(ledger, games):
    picks = counted(*ledger).filter(pl.col("game_id").is_in(games))
    return picks.select(*CONTENT, "kind", "published_at")


def check_ledger(before, after):
    verify_ledger(*after)
    for old, new, table in zip(before, after, (PUBLICATIONS, PUBLISHED_PICKS), strict=True):
        require_append_only(old, new, table)
    standing = counted(*after)
    require_counted(after[0], standing)
    tops = {subset.key: subset.top for subset in DEFINITIONS.subsets if subset.top}
    for (key,), rows in standing.partition_by("subset_key", as_dict=True).items():
        assert rows.height <= tops.get(key, rows.height)


@given(slate=SLATES, start=st.integers(-6, 12), runs=RUNS)
def test_published_picks_of_begun_games_never_change(slate, start, runs):
    ledger, now = empty_ledger(), NOON + dt.timedelta(hours=start)
    begun_before = []
    for hours, predicted in runs:
        now += dt.timedelta(hours=hours, minutes=1)
        after = run(ledger, predicted, now, slate)
        check_ledger(ledger, after)
        if ledger[0].height:
            begun = [game for game in GAMES if (tip_of(slate, game) or NOON) <= now]
            assert set(begun_before) <= set(begun)
            assert content_of(after, begun).equals(content_of(ledger, begun))
            begun_before = begun
        again = run(after, predicted, now + dt.timedelta(seconds=1), slate)
        assert again[0].height == after[0].height
        ledger = after


@given(
    start=st.integers(-6, 12),
    runs=st.lists(st.tuples(st.integers(0, 5), PREDICTED, SLATES), min_size=2, max_size=6),
)
def test_a_begun_game_stays_begun_when_the_schedule_changes(start, runs):
    ledger, now = empty_ledger(), NOON + dt.timedelta(hours=start)
    for hours, predicted, slate in runs:
        now += dt.timedelta(hours=hours, minutes=1)
        after = run(ledger, predicted, now, slate)
        check_ledger(ledger, after)
        published = ledger[1].group_by("game_id").agg(pl.col("tip_at").fill_null(NOON).min().alias("tip"))
        begun = published.filter(pl.col("tip") <= now)["game_id"].to_list()
        assert content_of(after, begun).equals(content_of(ledger, begun))
        ledger = after


@given(slate=SLATES, late=st.integers(21, 40), runs=RUNS)
def test_a_backtest_date_is_published_once(slate, late, runs):
    ledger, now = empty_ledger(), NOON + dt.timedelta(hours=late)
    for hours, predicted in runs:
        now += dt.timedelta(hours=hours, minutes=1)
        after = run(ledger, predicted, now, slate)
        if ledger[0].height:
            assert all(new.equals(old) for new, old in zip(after, ledger, strict=True))
        ledger = after
    assert ledger[0]["version"].to_list() == [1]
