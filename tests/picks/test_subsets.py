import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from courtside.errors import ConfigError
from courtside.picks.signal import daily_signals
from courtside.picks.subsets import load_definitions, qualified, select
from courtside.picks.tables import GrainError
from tests.picks.slates import DEFINITIONS, fillers, predictions

GREEN = [{"player_id": 800 + n, "prediction": 29.5, "feature_quality_score": 10.0} for n in range(3)]
"""Three high edges that are no candidates: with the fillers they make the day GREEN."""


GREEN_DAY = (*fillers(), *GREEN)


def picks_of(*rows, signal_rows=GREEN_DAY):
    frame = predictions(*rows, *signal_rows)
    return select(frame, daily_signals(frame), DEFINITIONS)


def keys_of(*rows, **options):
    return set(picks_of(*rows, **options)["subset_key"])


def test_the_eight_subsets_are_those_of_the_specification():
    table = [(s.id, s.name, s.key, s.min_edge, s.direction, s.signal, s.top) for s in DEFINITIONS.subsets]
    rule = "green_or_yellow"
    assert table == [
        (1, "Top Pick", "top_pick", 5, "OVER", rule, 1),
        (2, "Top 3", "top_3", 5, "OVER", rule, 3),
        (3, "Top 5", "top_5", 5, "any", rule, 5),
        (4, "High Edge OVER", "high_edge_over", 5, "OVER", "any", None),
        (5, "High Edge All", "high_edge_all", 5, "any", "any", None),
        (6, "Ultra High Edge", "ultra_high_edge", 7, "any", "any", None),
        (7, "Green Light", "green_light", 5, "any", rule, None),
        (8, "All Picks", "all_picks", 3, "any", "any", None),
    ]
    assert (DEFINITIONS.candidates.min_feature_quality, DEFINITIONS.composite.edge) == (85, 10)
    assert DEFINITIONS.composite.confidence == 0.5


@pytest.mark.parametrize(
    ("prediction", "expected"),
    [
        (27.4, set()),
        (27.5, {"all_picks"}),
        (29.4, {"all_picks"}),
        (29.5, set(DEFINITIONS.keys) - {"ultra_high_edge"}),
        (31.5, set(DEFINITIONS.keys)),
        (19.5, {"top_5", "high_edge_all", "green_light", "all_picks"}),
        (17.5, {"top_5", "high_edge_all", "ultra_high_edge", "green_light", "all_picks"}),
    ],
)
def test_edge_and_side_decide_the_subsets_of_a_green_day(prediction, expected):
    assert keys_of({"prediction": prediction}) == expected


def test_a_day_without_signal_satisfies_only_rules_for_any_signal():
    expected = {"high_edge_over", "high_edge_all", "ultra_high_edge", "all_picks"}
    assert keys_of({"prediction": 32.5}, signal_rows=()) == expected


def test_a_red_day_gives_no_green_or_yellow_picks():
    red = fillers(0, 12, 0)
    assert keys_of({"prediction": 32.5}, signal_rows=red).isdisjoint({"top_pick", "top_3", "top_5", "green_light"})


def test_signals_that_are_missing_count_as_none():
    frame = predictions({"prediction": 32.5})
    assert "top_pick" not in set(select(frame, daily_signals(frame).clear(), DEFINITIONS)["subset_key"])


@pytest.mark.parametrize(
    "flaw",
    [
        {"gate_passed": False},
        {"feature_quality_score": 84.9},
        {"feature_quality_score": None},
        {"line": None},
        {"direction": "PASS"},
    ],
)
def test_a_prediction_that_fails_a_candidate_rule_is_in_no_subset(flaw):
    assert keys_of({"prediction": 32.5, **flaw}) == set()
    assert keys_of({"prediction": 32.5, "feature_quality_score": 85.0})


def test_the_order_is_composite_then_player_id():
    rows = [
        {"player_id": 7, "prediction": 30.5, "confidence": 0.6},
        {"player_id": 3, "prediction": 30.5, "confidence": 0.6},
        {"player_id": 9, "prediction": 30.5, "confidence": 0.9},
        {"player_id": 1, "prediction": 30.5, "confidence": None},
        {"player_id": 2, "prediction": 30.5, "confidence": 0.45},
    ]
    top = picks_of(*rows)
    assert top.filter(subset_key="top_3")["player_id"].to_list() == [9, 3, 7]
    assert top.filter(subset_key="top_5")["player_id"].to_list() == [9, 3, 7, 1, 2], (
        "a missing confidence counts as 50 %"
    )
    assert top.filter(subset_key="top_5")["rank"].to_list() == [1, 2, 3, 4, 5]
    assert top.filter(subset_key="top_pick")["composite"].to_list() == [10 * 6 + 0.5 * 90]


def test_the_price_is_that_of_the_side():
    sides = picks_of({"prediction": 32.5}, {"prediction": 16.5}).filter(subset_key="all_picks")
    assert sides.sort("player_id")["price"].to_list() == [-110.0, -120.0]
    assert sides["edge"].to_list() == [8.0, 8.0]


@settings(deadline=None)
@given(st.data())
def test_selection_equals_sorting_by_hand(data):
    count = data.draw(st.integers(0, 12))
    rows = [
        {
            "player_id": player,
            "prediction": data.draw(st.integers(30, 70)) / 2,
            "confidence": data.draw(st.sampled_from([None, 0.5, 0.7, 0.9])),
            "feature_quality_score": data.draw(st.sampled_from([80.0, 85.0, 100.0])),
        }
        for player in data.draw(st.permutations(range(1, count + 1)))
    ]
    picks = picks_of(*rows)
    for subset in DEFINITIONS.subsets:
        meets = [
            (-10 * abs(row["prediction"] - 24.5) - 0.5 * 100 * (row["confidence"] or 0.5), row["player_id"])
            for row in rows
            if row["feature_quality_score"] >= 85
            and abs(row["prediction"] - 24.5) >= subset.min_edge
            and (subset.direction == "any" or row["prediction"] > 24.5)
        ]
        signal = daily_signals(predictions(*rows, *fillers(), *GREEN))["signal"][0]
        by_hand = sorted(meets)[: subset.top] if subset.signal == "any" or signal != "RED" else []
        assert picks.filter(subset_key=subset.key)["player_id"].to_list() == [player for _, player in by_hand]


def test_qualified_includes_picks_beyond_the_top():
    frame = predictions(*[{"prediction": 32.5}] * 4, *fillers(), *GREEN)
    rows = qualified(frame, daily_signals(frame), DEFINITIONS).filter(subset_key="top_pick")
    assert rows["rank"].to_list() == [1, 2, 3, 4]
    assert set(rows["top"]) == {1}


def test_two_predictions_of_a_player_on_a_date_are_refused():
    frame = predictions({"player_id": 1}, {"player_id": 1, "game_id": "0022500002"})
    with pytest.raises(GrainError, match="game_date 2026-02-07, player_id 1"):
        select(frame, daily_signals(frame), DEFINITIONS)


def broken(tmp_path, change):
    content = DEFINITIONS.model_dump(mode="json")
    change(content)
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump(content))
    return path


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c["subsets"][2].update(min_edge=-1), r"entry 3 \(top_5\), field min_edge"),
        (lambda c: c["subsets"][0].update(direction="over"), r"entry 1 \(top_pick\), field direction"),
        (lambda c: c["subsets"][0].update(limit=3), r"entry 1 \(top_pick\), field limit"),
        (lambda c: c["subsets"][1].pop("top"), r"entry 2 \(top_3\), field top"),
        (lambda c: c["subsets"][1].update(id=1), "share a id"),
        (lambda c: c["subsets"].reverse(), "order of id"),
        (lambda c: c.update(subsets=["top"]), r"entry 1 \('top'\)"),
        (lambda c: c.update(version="one"), "version"),
        (lambda c: c["candidates"].update(min_feature_quality=101), "candidates.min_feature_quality"),
    ],
)
def test_an_invalid_definition_is_named_by_file_entry_and_field(tmp_path, change, message):
    path = broken(tmp_path, change)
    with pytest.raises(ConfigError, match=message) as raised:
        load_definitions(path)
    assert str(path) in str(raised.value)


@pytest.mark.parametrize("text", ["a: [", "", "- 1", "subsets: 3"])
def test_a_file_without_definitions_is_refused(tmp_path, text):
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=r"mine\.yaml"):
        load_definitions(path)
