"""A provider's name is resolved to a player from earlier data, or refused with a reason."""

from __future__ import annotations

import polars as pl
import pytest

from courtside.league.candidates import METHODS
from courtside.league.resolver import MENTION_COLUMNS, REASONS, resolve, stints_of
from tests.league.small_league import DAY, appearances, mention, mentions, resolved_from, slate, team

TONIGHT = slate((DAY - 2, "BOS", "LAL"), (DAY, "BOS", "MIA"), (DAY, "LAL", "GSW"))
PLAYED = appearances(
    (1, "Jarmo Ožol III", "BOS", DAY - 2),
    (2, "Herbert Jones", "MIA", DAY - 3),
    (3, "Luka Mirčić", "LAL", DAY - 2),
    (4, "Pau Restell", "CHI", DAY - 4),
)


def resolve_one(*rows, played=PLAYED, games=TONIGHT):
    """Return the only resolved mention as a row, or the reason of the only refused one."""
    resolution = resolved_from(rows, played, games)
    rows = resolution.resolved.to_dicts()
    return rows[0] if rows else resolution.unresolved["reason"][0]


@pytest.mark.parametrize(
    ("name", "player_id", "method"),
    [
        ("Jarmo Ozol III", 1, "exact"),
        ("jarmoozol-iii", 1, "exact"),
        ("Jarmo Ozol", 1, "suffix"),
        ("jarmoozol-g", 1, "suffix"),
        ("HERB JONES", 2, "alias"),
        ("Mircic, Luka", 3, "exact"),
        ("Luka Mircic Jr.", 3, "suffix"),
        ("lukamircicjr", 3, "suffix"),
    ],
)
def test_every_spelling_of_a_player_resolves_to_his_id(name, player_id, method):
    found = resolve_one(mention(name))
    assert (found["player_id"], found["method"]) == (player_id, method)


@pytest.mark.parametrize("name", ["Jarmo Ozol Jr.", "J. Ozol", "Ozol", "", "..."])
def test_a_spelling_of_no_player_is_unknown(name):
    assert resolve_one(mention(name)) == "unknown_name"


@pytest.mark.parametrize(
    "teams",
    [
        {},
        {"home_team": "Boston Celtics", "away_team": "Miami Heat"},
        {"home_team": "Miami Heat", "away_team": "Boston Celtics"},
        {"away_team": "BOS"},
        {"opponent": "MIA"},
        {"home_team": "BOS", "away_team": "MIA", "opponent": "Heat"},
    ],
)
def test_the_game_is_found_from_any_teams_that_the_mention_names(teams):
    found = resolve_one(mention("Jarmo Ozol", **teams))
    assert found["game_id"] == TONIGHT["game_id"][1]
    assert (found["team_id"], found["opponent_team_id"]) == (team("BOS"), team("MIA"))


def test_a_traded_player_has_the_game_of_his_mention_and_no_team_yet():
    found = resolve_one(mention("Luka Mircic", home_team="BOS", away_team="MIA"))
    assert (found["player_id"], found["game_id"]) == (3, TONIGHT["game_id"][1])
    assert (found["team_id"], found["opponent_team_id"]) == (None, None)


def test_an_opponent_determines_the_new_team_of_a_traded_player():
    found = resolve_one(mention("Luka Mircic", opponent="MIA"))
    assert (found["team_id"], found["opponent_team_id"]) == (team("BOS"), team("MIA"))
    assert found["game_id"] == TONIGHT["game_id"][1]


def test_an_opponent_without_a_game_determines_neither_team_nor_game():
    found = resolve_one(mention("Luka Mircic", opponent="CHI"))
    assert (found["player_id"], found["team_id"], found["game_id"]) == (3, None, None)


def test_a_pair_of_teams_that_do_not_meet_that_day_has_no_game():
    found = resolve_one(mention("Luka Mircic", home_team="LAL", away_team="BOS"))
    assert (found["player_id"], found["team_id"], found["game_id"]) == (3, team("LAL"), None)


@pytest.mark.parametrize("teams", [{}, {"home_team": "BOS", "away_team": "MIA"}, {"opponent": "MIA"}])
def test_a_player_whose_team_does_not_play_is_refused(teams):
    assert resolve_one(mention("Pau Restell", **teams)) == "team_does_not_play"


MOVED = {"player_id": 3, "game_day": DAY, "game_id": TONIGHT["game_id"][1]}


def _resolve_all(*rows, played=(MOVED,)):
    seen = pl.DataFrame(played, schema={"player_id": pl.Int64, "game_day": pl.Int64, "game_id": pl.String})
    people, stints = PLAYED.select("player_id", "player_name").unique(), stints_of(PLAYED)
    return resolve(mentions(rows), people, stints, TONIGHT, played=seen).resolved.to_dicts()


def test_a_line_without_teams_gets_the_game_of_its_player_and_no_team():
    (found,) = _resolve_all(mention("Luka Mircic"))
    assert (found["game_id"], found["team_id"], found["opponent_team_id"]) == (MOVED["game_id"], None, None)


def test_a_line_without_teams_gets_the_game_of_its_player_where_his_old_team_does_not_play():
    (found,) = _resolve_all(mention("Pau Restell"), played=({**MOVED, "player_id": 4},))
    assert (found["game_id"], found["team_id"]) == (MOVED["game_id"], None)


def test_a_box_score_does_not_move_a_line_that_names_teams():
    for teams in ({"home_team": "LAL", "away_team": "GSW"}, {"opponent": "GSW"}):
        (found,) = _resolve_all(mention("Luka Mircic", **teams))
        assert found["team_id"] == team("LAL")
    (found,) = _resolve_all(mention("Jarmo Ozol"), played=({**MOVED, "player_id": 1},))
    assert found["team_id"] == team("BOS")


def test_a_line_without_teams_gets_the_game_that_other_lines_of_the_date_name():
    with_opponent = mention("Luka Mircic", opponent="MIA")
    for found in _resolve_all(with_opponent, mention("Luka Mircic"), played=()):
        assert found["game_id"] == MOVED["game_id"]
        assert (found["team_id"], found["opponent_team_id"]) == (team("BOS"), team("MIA"))
    pair = mention("Luka Mircic", home_team="BOS", away_team="MIA")
    assert {(row["game_id"], row["team_id"]) for row in _resolve_all(pair, mention("Luka Mircic"), played=())} == {
        (MOVED["game_id"], None)
    }


@pytest.mark.parametrize(
    "name", ["K. Caldwell-Pope", "K Caldwell Pope", "Caldwell-Pope, K.", "k. caldwell-pope jr.", "K. Pope"]
)
@pytest.mark.parametrize("teams", [{"opponent": "MIA"}, {"home_team": "MIA", "away_team": "BOS"}])
def test_an_initial_resolves_where_the_line_names_the_players_team(name, teams):
    played = appearances((7, "Kentavious Caldwell-Pope", "BOS", DAY - 2), (8, "Keldon Caldwell", "LAL", DAY - 2))
    found = resolve_one(mention(name, **teams), played=played)
    if name.endswith("jr."):
        assert found == "unknown_name", "he has no suffix"
    else:
        assert (found["player_id"], found["team_id"], found["method"]) == (7, team("BOS"), "initial")


@pytest.mark.parametrize(
    ("name", "teams"),
    [
        ("J. Isaac", {}),
        ("J. Isaac", {"home_team": "LAL", "away_team": "GSW"}),
        ("J. Isaac", {"opponent": "LAL"}),
        ("J. Isaac", {"home_team": "BOS", "away_team": "Somewhere"}),
        ("Jonathan", {"opponent": "MIA"}),
        ("Isaac", {"opponent": "MIA"}),
        ("J.", {"opponent": "MIA"}),
        ("JI", {"opponent": "MIA"}),
        ("jisaac", {"opponent": "MIA"}),
        ("K. Isaac", {"opponent": "MIA"}),
    ],
)
def test_an_initial_without_a_team_and_a_family_name_are_refused(name, teams):
    played = appearances((7, "Jonathan Isaac", "BOS", DAY - 2))
    assert resolve_one(mention(name, **teams), played=played) in {"unknown_name", "unknown_team"}


def test_an_initial_of_two_players_of_the_game_is_refused_and_suggests_them():
    played = appearances(
        *((7, "Jalen Williams", "BOS", DAY - 2), (8, "Jaylin Williams", "MIA", DAY - 2)),
        *((9, "Mo Williams", "BOS", DAY - 2), (10, "Josh Williams", "LAL", DAY - 2)),
    )
    resolution = resolved_from([mention("J. Williams", home_team="BOS", away_team="MIA")], played, TONIGHT)
    assert resolution.unresolved["reason"].to_list() == ["two_players"]
    suggested = resolution.unresolved["suggestions"][0]
    assert "Jalen Williams (7)" in suggested and "Jaylin Williams (8)" in suggested
    assert "Mo Williams" not in suggested


def test_a_full_name_is_preferred_to_an_initial():
    played = appearances((7, "J. Williams", "BOS", DAY - 2), (8, "Jalen Williams", "BOS", DAY - 2))
    assert resolve_one(mention("J. Williams", opponent="MIA"), played=played)["player_id"] == 7


def test_an_unknown_team_is_refused():
    assert resolve_one(mention("Luka Mircic", home_team="Team Captain", away_team="LAL")) == "unknown_team"


@pytest.mark.parametrize(
    ("teams", "expected"),
    [
        ({"home_team": "BOS", "away_team": "MIA"}, 10),
        ({"home_team": "LAL", "away_team": "GSW"}, 11),
        ({"opponent": "MIA"}, 10),
        ({"opponent": "GSW"}, 11),
        ({}, "two_players"),
        ({"opponent": "BOS"}, "two_players"),
    ],
)
def test_namesakes_are_distinguished_by_team_and_date_or_refused(teams, expected):
    played = appearances((10, "Marko Twin", "BOS", DAY - 2), (11, "Marko Twin", "LAL", DAY - 2))
    found = resolve_one(mention("Marko Twin", **teams), played=played)
    assert found == expected if isinstance(expected, str) else found["player_id"] == expected
    assert isinstance(found, str) or found["method"] == "team_and_date"


def test_a_suffix_is_ignored_where_only_the_suffixed_namesake_plays():
    played = appearances((10, "Marko Twin", "CHI", DAY - 2), (11, "Marko Twin Jr.", "LAL", DAY - 2))
    assert resolve_one(mention("Marko Twin", opponent="GSW"), played=played)["player_id"] == 11
    played = appearances((10, "Marko Twin", "GSW", DAY - 2), (11, "Marko Twin Jr.", "LAL", DAY - 2))
    assert resolve_one(mention("Marko Twin"), played=played)["player_id"] == 10


def test_a_missing_suffix_of_two_suffixed_players_is_refused():
    played = appearances((10, "Marko Twin II", "LAL", DAY - 2), (11, "Marko Twin Jr.", "LAL", DAY - 2))
    assert resolve_one(mention("Marko Twin"), played=played) == "two_players"


def test_the_line_of_a_rookie_is_never_assigned_to_a_veteran_namesake_without_a_game():
    veteran = (10, "Marko Twin", "CHI", DAY - 2)
    line = mention("Marko Twin", home_team="BOS", away_team="MIA")
    assert resolve_one(line, played=appearances(veteran)) == "team_does_not_play"
    rookie_seen = appearances(veteran, (11, "Marko Twin", "BOS", DAY))
    assert resolve_one(line, played=rookie_seen) == "team_does_not_play"
    next_line = mention("Marko Twin", DAY + 1, opponent="GSW")
    games = slate((DAY, "BOS", "MIA"), (DAY + 1, "BOS", "GSW"))
    assert resolve_one(next_line, played=rookie_seen, games=games)["player_id"] == 11


def test_a_player_before_his_first_game_has_a_team_only_from_an_opponent():
    played = appearances((20, "Ruud Kie", "BOS", DAY))
    assert resolve_one(mention("Ruud Kie", home_team="BOS", away_team="MIA"), played=played)["team_id"] is None
    assert resolve_one(mention("Ruud Kie", opponent="MIA"), played=played)["team_id"] == team("BOS")
    assert resolve_one(mention("Ruud Kie"), played=played)["game_id"] is None


def test_the_box_score_of_the_day_does_not_determine_the_team():
    traded_tonight = pl.concat([PLAYED, appearances((3, "Luka Mirčić", "MIA", DAY))])
    assert resolve_one(mention("Luka Mircic"), played=traded_tonight)["team_id"] == team("LAL")


def test_a_stint_ends_where_the_next_begins():
    rows = appearances((1, "A B", "BOS", 10), (1, "A B", "BOS", 12), (1, "A B", "LAL", 15), (1, "A B", "BOS", 20))
    stints = stints_of(pl.concat([rows, rows]).sample(fraction=1, shuffle=True, seed=1))
    expected = [(1, team("BOS"), 10, 12), (1, team("LAL"), 15, 15), (1, team("BOS"), 20, 20)]
    assert stints.rows() == expected


def test_every_mention_is_returned_once_with_the_declared_columns():
    rows = [mention("Herb Jones"), mention("Herb Jones"), mention("Nobody Here"), mention("Pau Restell")]
    resolution = resolved_from(rows, PLAYED, TONIGHT)
    answered = ("player_id", "team_id", "opponent_team_id", "game_id", "method")
    assert tuple(resolution.resolved.columns) == (*MENTION_COLUMNS, *answered)
    assert tuple(resolution.unresolved.columns) == (*MENTION_COLUMNS, "reason", "suggestions")
    assert resolution.counts == {"alias": 2, "team_does_not_play": 1, "unknown_name": 1}
    assert set(resolution.counts) <= {*METHODS, *REASONS}


@pytest.mark.parametrize("empty", ["mentions", "box scores", "slate"])
def test_empty_frames_have_the_same_shape(empty):
    rows = [] if empty == "mentions" else [mention("Herb Jones", opponent="BOS")]
    played = PLAYED.clear() if empty == "box scores" else PLAYED
    resolution = resolved_from(rows, played, TONIGHT.clear() if empty == "slate" else TONIGHT)
    full = resolved_from([mention("Herb Jones"), mention("No One")], PLAYED, TONIGHT)
    assert resolution.resolved.schema == full.resolved.schema
    assert resolution.unresolved.schema == full.unresolved.schema
    assert resolution.resolved.height + resolution.unresolved.height == len(mentions(rows))
