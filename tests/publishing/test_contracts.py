import datetime as dt
import json
from decimal import ROUND_HALF_UP, Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from courtside.publishing.contracts import json_schema, one_decimal, render
from courtside.publishing.exporters import EXPORTERS, FILE_TYPES
from courtside.publishing.exporters.rows import GROUP_IDS, one_decimal_expr
from courtside.publishing.exporters.season_subsets import SEASON_SUBSETS, SeasonSubsets
from courtside.publishing.exporters.subset_picks import SUBSET_PICKS, SubsetPicks
from courtside.publishing.registry import max_age_of, schema_files

EXAMPLE_GROUP = {
    "id": "1",
    "name": "Top Pick",
    "record": {
        "season": {"wins": 42, "losses": 18, "pct": 70.0},
        "month": {"wins": 8, "losses": 3, "pct": 72.7},
        "week": {"wins": 3, "losses": 1, "pct": 75.0},
    },
    "picks": [
        {
            "player": "LeBron James",
            "team": "LAL",
            "opponent": "BOS",
            "prediction": 26.1,
            "line": 24.5,
            "direction": "OVER",
        }
    ],
}


def example(**changes):
    groups = [EXAMPLE_GROUP | {"id": number} for number in GROUP_IDS]
    document = {
        "date": "2026-02-07",
        "generated_at": "2026-02-07T15:00:00Z",
        "model": "926A",
        "signal": "favorable",
        "groups": groups,
    }
    return document | changes


def season_example(*dates):
    pick = EXAMPLE_GROUP["picks"][0] | {"actual": 28, "result": "hit"}
    entries = [{"date": date, "signal": "favorable", "picks": [pick]} for date in dates]
    group = {"name": "Top Pick", "record": EXAMPLE_GROUP["record"], "dates": entries}
    return {
        "generated_at": "2026-02-07T15:00:00Z",
        "model": "926A",
        "season": "2025-26",
        "groups": [{"id": number, **group} for number in GROUP_IDS],
    }


def test_the_example_of_the_specification_keeps_its_keys_and_their_order():
    rendered = render(SubsetPicks.model_validate(example()))
    assert json.loads(rendered) == example()
    assert rendered == json.dumps(example(), separators=(",", ":")).encode() + b"\n"
    season = season_example("2026-02-07", "2026-02-05")
    assert json.loads(render(SeasonSubsets.model_validate(season))) == season


def without(key):
    document = example()
    del document[key]
    return document


@pytest.mark.parametrize(
    "document",
    [
        example(extra=1),
        *(without(key) for key in example()),
        example(signal="GREEN"),
        example(generated_at="2026-02-07T15:00:00"),
        example(generated_at="2026-02-07T15:00:00-05:00"),
        example(groups=example()["groups"][:7]),
        example(groups=example()["groups"][::-1]),
        example(groups=[EXAMPLE_GROUP] * 8),
    ],
)
def test_a_document_of_another_shape_is_refused(document):
    with pytest.raises(ValidationError):
        SubsetPicks.model_validate(document)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("prediction", 26.14),
        ("line", float("nan")),
        ("line", None),
        ("direction", "PASS"),
        ("team", 1610612747),
        ("player", ""),
    ],
)
def test_a_pick_of_another_shape_is_refused(field, value):
    pick = EXAMPLE_GROUP["picks"][0] | {field: value}
    groups = [EXAMPLE_GROUP | {"id": number, "picks": [pick]} for number in GROUP_IDS]
    with pytest.raises(ValidationError, match=field):
        SubsetPicks.model_validate(example(groups=groups))


@pytest.mark.parametrize("dates", [("2026-02-05", "2026-02-07"), ("2026-02-07", "2026-02-07")])
def test_a_season_file_has_each_date_once_and_newest_first(dates):
    with pytest.raises(ValidationError, match="newest first"):
        SeasonSubsets.model_validate(season_example(*dates))


def test_documents_cannot_be_changed():
    with pytest.raises(ValidationError, match="frozen"):
        SubsetPicks.model_validate(example()).model = "318E"


@given(st.floats(-200, 200))
def test_one_decimal_is_within_half_a_tenth_and_idempotent(value):
    rounded = one_decimal(value)
    assert abs(rounded - value) <= 0.05 + 1e-9
    assert one_decimal(rounded) == rounded


@pytest.mark.parametrize(("value", "rounded"), [(24.25, 24.3), (24.35, 24.4), (24.5, 24.5), (-0.25, -0.3)])
def test_one_decimal_rounds_half_up(value, rounded):
    assert one_decimal(value) == rounded


@given(st.one_of(st.floats(-2000, 2000), st.integers(-40_000, 40_000).map(lambda twentieths: twentieths / 20)))
def test_one_decimal_of_a_column_and_of_a_value_is_what_decimals_give(value):
    written = float(Decimal(repr(value)).quantize(Decimal("0.1"), ROUND_HALF_UP))
    assert one_decimal(value) == written
    assert pl.select(one_decimal_expr(pl.lit(value))).item() == written


def test_names_are_rendered_in_unicode_and_nan_is_refused():
    assert "Dončić".encode() in render({"player": "Luka Dončić"})
    with pytest.raises(ValueError, match="Out of range float"):
        render({"pct": float("nan")})


@pytest.mark.parametrize(
    ("path", "age"),
    [
        (SUBSET_PICKS.path(date=dt.date(2026, 2, 7)), 300),
        (SEASON_SUBSETS.path(), 3600),
        ("v1/predictions/today.json", 300),
        ("v1/predictions/2026-02-07.json", 3600),
        ("v1/results/latest.json", 300),
        ("v1/results/2026-02-07.json", 86400),
        ("v1/players/index.json", 3600),
        ("v1/players/2544.json", 3600),
        ("v1/players/lebron.json", None),
        ("v1/schemas/subset-picks.json", 86400),
        ("v1/status.json", 60),
        ("v1/statusXjson", None),
        ("v1/picks/latest.json", None),
        ("picks/2026-02-07.json", None),
        ("index.html", None),
    ],
)
def test_the_cache_age_of_a_path_is_that_of_the_contract(path, age):
    assert max_age_of(path) == age


def test_the_schema_of_every_type_forbids_additional_and_missing_keys():
    assert set(schema_files()) == {f"v1/schemas/{kind.name}.json" for kind in FILE_TYPES}
    for kind in FILE_TYPES:
        schema = json_schema(kind.model)
        for shape in (schema, *schema.get("$defs", {}).values()):
            assert shape["additionalProperties"] is False
            assert set(shape["required"]) == set(shape["properties"])


def test_every_type_has_one_model_and_its_own_paths():
    models = {}
    for kind in FILE_TYPES:
        assert models.setdefault(kind.name, kind.model) is kind.model
    parts = {"date": dt.date(2026, 2, 7), "season": "2025-26", "player": 2544}
    paths = [kind.path(**parts) for kind in FILE_TYPES]
    assert [sum(kind.holds(path) for kind in FILE_TYPES) for path in paths] == [1] * len(paths)
    assert len({exporter.name for exporter in EXPORTERS}) == len(EXPORTERS)


@given(st.decimals(min_value=-200, max_value=200, places=3).map(float))
def test_one_decimal_equals_decimal_rounding_half_up(value):
    written = Decimal(repr(value)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    assert one_decimal(value) == float(written)
