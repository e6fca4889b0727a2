"""Box scores of the date and later never change a resolution, and the order of rows does not matter."""

from __future__ import annotations

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.league.small_league import APPEARANCES, appearances, mention, resolved_from, slate

NAMES = ("Marko Twin", "Marko Twin Jr.", "Herbert Jones", "Herb Jones")
TEAMS = ("BOS", "MIA", "LAL", "GSW")
DAYS = st.integers(1, 6)

GAMES = slate(
    *((day, "BOS", "MIA") for day in range(1, 7) if day % 3),
    *((day, "LAL", "GSW") for day in range(1, 7) if day % 2),
)
PLAYERS = st.lists(st.sampled_from(NAMES), min_size=1, max_size=5)
BOX_SCORES = st.lists(st.tuples(st.integers(0, 4), st.sampled_from(TEAMS), DAYS), max_size=15)
TEAMS_GIVEN = st.sampled_from(
    [{}, {"home_team": "BOS", "away_team": "MIA"}, {"home_team": "GSW", "away_team": "LAL"}]
    + [{"opponent": tricode} for tricode in TEAMS]
)


def league(players, box_scores):
    rows = {
        (player, day): (player, players[player], tricode, day)
        for player, tricode, day in box_scores
        if player < len(players)
    }
    return appearances(*rows.values())


@settings(max_examples=3 * settings().max_examples)
@given(PLAYERS, BOX_SCORES, st.sampled_from(NAMES), TEAMS_GIVEN, DAYS, DAYS, DAYS)
def test_later_box_scores_only_give_a_resolution_to_a_player_who_had_not_appeared(
    players, box_scores, name, teams, day, early, late
):
    played = league(players, box_scores)
    first, then = (played.filter(pl.col("game_day") < day + more) for more in sorted((early - 1, late - 1)))
    before = resolved_from([mention(name, day, **teams)], first, GAMES)
    after = resolved_from([mention(name, day, **teams)], then, GAMES)
    if before.resolved.height:
        assert before.resolved.equals(after.resolved)
    elif before.unresolved["reason"][0] != "unknown_name":
        assert before.unresolved["reason"].equals(after.unresolved["reason"])
    else:
        seen_before = first.filter(pl.col("game_day") < day)["player_id"]
        assert not after.resolved["player_id"].is_in(seen_before.to_list()).any()


@given(PLAYERS, BOX_SCORES, st.lists(st.tuples(st.sampled_from(NAMES), TEAMS_GIVEN, DAYS), max_size=6), st.randoms())
def test_the_order_of_rows_does_not_matter(players, box_scores, rows, random):
    played, lines = (
        league(players, box_scores).rows(),
        [mention(name, day, **teams) for name, teams, day in rows],
    )
    once = resolved_from(lines, pl.DataFrame(played, schema=APPEARANCES, orient="row"), GAMES)
    random.shuffle(played)
    random.shuffle(lines)
    shuffled = pl.DataFrame(played, schema=APPEARANCES, orient="row")
    again = resolved_from(lines, shuffled, GAMES.sample(fraction=1, shuffle=True, seed=random.randrange(9)))
    assert once.resolved.sort(pl.all()).equals(again.resolved.sort(pl.all()))
    assert once.unresolved.sort(pl.all()).equals(again.unresolved.sort(pl.all()))


def test_a_namesake_who_enters_the_league_later_changes_nothing():
    line = mention("Marko Twin", 4, opponent="MIA")
    known = appearances((10, "Marko Twin Jr.", "BOS", 2))
    before = resolved_from([line], known, GAMES)
    for later_team in TEAMS:
        newcomer = appearances((11, "Marko Twin", later_team, 4), (11, "Marko Twin", later_team, 5))
        after = resolved_from([line], pl.concat([known, newcomer]), GAMES)
        assert before.resolved["player_id"].to_list() == [10]
        assert before.resolved.equals(after.resolved)


def test_of_two_who_had_not_appeared_the_first_to_appear_keeps_his_earlier_lines():
    line = mention("Marko Twin", 2, opponent="MIA")
    first = appearances((11, "Marko Twin Jr.", "BOS", 3))
    before = resolved_from([line], first, GAMES)
    after = resolved_from([line], pl.concat([first, appearances((10, "Marko Twin", "BOS", 5))]), GAMES)
    assert before.resolved["player_id"].to_list() == [11]
    assert before.resolved.equals(after.resolved)
