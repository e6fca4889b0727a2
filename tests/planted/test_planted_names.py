"""Planted ambiguous names, which the resolver must refuse and count."""

from __future__ import annotations

from tests.league.small_league import DAY, appearances, mention, resolved_from, slate

GAMES = slate((DAY, "BOS", "MIA"), (DAY, "LAL", "GSW"))


def test_a_player_name_of_two_players_is_refused_and_counted():
    played = appearances(
        (10, "Marko Twin", "BOS", DAY - 2),
        (11, "Marko Twin", "LAL", DAY - 2),
        (12, "Solo Sole", "LAL", DAY - 2),
    )
    resolution = resolved_from([mention("Marko Twin"), mention("Solo Sole")], played, GAMES)
    assert resolution.resolved["player_id"].to_list() == [12]
    assert resolution.counts == {"exact": 1, "two_players": 1}
    suggestions = resolution.unresolved["suggestions"][0]
    assert "Marko Twin (10) 100" in suggestions
    assert "Marko Twin (11) 100" in suggestions


def test_two_teammates_of_one_name_are_refused_even_with_the_game_known():
    played = appearances((10, "Marko Twin", "BOS", DAY - 2), (11, "Marko Twin", "BOS", DAY - 2))
    resolution = resolved_from([mention("Marko Twin", opponent="MIA")], played, GAMES)
    assert resolution.counts == {"two_players": 1}


def test_a_suggestion_is_shown_and_never_applied():
    played = appearances((10, "Giannis Antetokounmpo", "BOS", DAY - 2))
    resolution = resolved_from([mention("Gianis Antetokounmpo", opponent="MIA")], played, GAMES)
    assert resolution.resolved.is_empty()
    assert resolution.counts == {"unknown_name": 1}
    assert resolution.unresolved["suggestions"][0].startswith("Giannis Antetokounmpo (10) ")
