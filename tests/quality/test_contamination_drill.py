"""The contamination drill: a season with faults, counted by cause, which a repair makes equal to a faultless one."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from courtside.audit.monitor import Report, monitor
from courtside.features.registry import FEATURES
from courtside.features.tables import PLAYER_FEATURES
from courtside.operations.checking import catalogue_of
from courtside.operations.repair import Repair, needs, repair
from courtside.picks.tables import PUBLICATIONS, PUBLISHED_PICKS
from courtside.pipeline.context import Context
from courtside.predictions.tables import PREDICTIONS
from courtside.quality.tables import POST_WRITE_STATS
from courtside.sources.payload import Payload
from courtside.sources.simulated import Faults, simulate
from courtside.warehouse.schema import Table
from tests import homes

pytestmark = pytest.mark.slow

FAULTS = Faults(
    missing_box_share=0.02,
    truncated_box_share=0.01,
    late_days=60,
    missing_line_days=3,
    renamed_players=20,
    correction_share=0.02,
)
LEDGER = ("publications", "published_picks", "graded_picks", "unresolved_names")
"""What a user was shown stays as it was shown; what a book wrote stays as it was written."""

READS_LINES = {item.name for item in FEATURES if item.source == "lines"}
"""A quote under a name that is nobody's is not seen: a consensus without it is a computed one."""

KINDS = {
    "missing_box": "box score missing",
    "truncated_box": "box score does not reconcile",
    "correction": "box score corrected after its first delivery",
    "missing_line_day": "no lines for the date",
    "renamed_player": "name held back: unknown_name",
}


def read(context: Context, table: Table) -> pl.DataFrame:
    return context.warehouse.collect(context.warehouse.scan(table)).sort(table.key)


def look(context: Context) -> Report:
    return monitor(catalogue_of(context, homes.FIRST, homes.LAST, homes.LAST))


def counted(report: Report) -> dict[str, int]:
    return {
        kind: sum(cause.units for cause in report.causes if cause.kind == "upstream" and cause.what.startswith(what))
        for kind, what in KINDS.items()
    }


def corrections(batch: list[Payload]) -> list[Payload]:
    return [payload for payload in batch if "_P_" in payload.name and "refetched" in payload.name]


def delivered_again(batch: list[Payload]) -> list[Payload]:
    """Return a faultless season as a provider delivers it after its corrections: corrected rows replace the first."""
    documents = [json.loads(payload.content)["resultSets"][0] for payload in corrections(batch)]
    identity = [documents[0]["headers"].index(name) for name in ("GAME_ID", "PLAYER_ID")]

    def key(row: list[object]) -> tuple[object, ...]:
        return tuple(row[place] for place in identity)

    corrected = {key(row): row for document in documents for row in document["rowSet"]}
    again = []
    for payload in homes.payloads():
        content = payload.content
        if payload.name.startswith("leaguegamelog_P_"):
            document = json.loads(content)
            result = document["resultSets"][0]
            result["rowSet"] = [corrected.get(key(row), row) for row in result["rowSet"]]
            content = json.dumps(document).encode()
        again.append(replace(payload, content=content))
    return again


def trained_on(context: Context) -> pl.DataFrame:
    return read(context, PLAYER_FEATURES).filter("is_training_ready")


def assert_nothing_contaminated_is_used(context: Context) -> None:
    """Fail where a row that lacks a required feature is training-ready, or a prediction from it took a side."""
    training = trained_on(context)
    required = [item.origin_column for item in FEATURES if item.is_required]
    assert training.height
    assert training["required_default_count"].sum() == 0
    assert training.filter(pl.any_horizontal(pl.col(required).is_in(["early", "missing"]))).is_empty()
    lacking = read(context, PLAYER_FEATURES).filter(pl.col("required_default_count") > 0)
    sides = read(context, PREDICTIONS).filter(pl.col("direction").is_in(["OVER", "UNDER"]))
    assert sides.join(lacking, on=["game_id", "player_id"], how="semi").is_empty()


def assert_computed_values_are_right(between: pl.DataFrame, whole: pl.DataFrame) -> None:
    """Fail where a value of a training row with the origin `computed` differs from that of the faultless store."""
    both = between.filter("is_training_ready").join(whole, on=["game_id", "player_id"], suffix="_whole")
    assert both.height > 1000
    for item in FEATURES:
        computed = both.filter(pl.col(item.origin_column) == "computed")
        wrong = computed.filter(pl.col(item.name) != pl.col(f"{item.name}_whole"))
        assert item.name in READS_LINES or wrong.is_empty(), (item.name, wrong.height, computed.height)


@pytest.fixture(scope="module")
def whole(ingested_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which every payload was complete and on time, with the season's corrections."""
    home = homes.copy_of(ingested_home, tmp_path_factory.mktemp("whole") / "home")
    league = simulate(seasons=1, seed=11, until=homes.LAST, faults=FAULTS)
    homes.ingest_into(home, corrections(list(league.payloads)))
    homes.run_in(home)
    return home


def test_faults_are_counted_and_a_repair_makes_the_home_equal_to_a_faultless_one(whole: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    league = simulate(seasons=1, seed=11, until=homes.LAST, faults=FAULTS)
    homes.ingest_into(home, [payload for payload in league.payloads if not homes.is_of_other_markets(payload)])
    assert not homes.run_in(home).is_whole
    truth = dict(
        league.truth.faults.filter((pl.col("kind") != "correction") | pl.col("delivered_at").is_not_null())
        .group_by("kind")
        .len()
        .iter_rows()
    )
    assert min(truth.values()) >= 2
    with homes.opened(home) as context:
        assert counted(look(context)) == truth
        assert_nothing_contaminated_is_used(context)
        between, shown = read(context, PLAYER_FEATURES), read(context, PUBLISHED_PICKS)
        versions = read(context, PUBLICATIONS)
        assert needs_by_source(context) == {"box": truth["missing_box"] + truth["truncated_box"], "lines": 3}
        done = repair(context, delivered_again(list(league.payloads)), homes.FIRST, homes.LAST)
        assert_repaired(context, done, truth)
        assert_nothing_contaminated_is_used(context)
        assert read(context, PUBLISHED_PICKS).join(shown, on=PUBLISHED_PICKS.key, how="semi").equals(shown)
        assert read(context, PUBLICATIONS).join(versions, on=PUBLICATIONS.key, how="semi").equals(versions)
    with homes.opened(whole) as context:
        assert_computed_values_are_right(between, read(context, PLAYER_FEATURES))
    repaired, reference = homes.contents(home), homes.contents(whole)
    derived = [name for name in reference if name not in LEDGER and not name.startswith("raw_")]
    assert {"player_games", "player_features", "predictions", "graded_predictions"} <= set(derived)
    assert [name for name in derived if repaired[name] != reference[name]] == []


def needs_by_source(context: Context) -> dict[str, int]:
    """Return games without a complete box score, and dates without lines."""
    found = needs(context, homes.FIRST, homes.LAST)
    return {
        "box": sum(len(need.ids) for need in found if need.source == "box"),
        "lines": sum(need.source == "lines" for need in found),
    }


def assert_repaired(context: Context, done: Repair, truth: dict[str, int]) -> None:
    assert done.is_whole
    assert not done.needs_after
    assert done.before.cells["held"] >= truth["missing_box"]
    assert "held" not in done.after.cells
    assert done.after.with_gaps == 0 < done.before.with_gaps
    after = counted(look(context))
    named = {"correction": truth["correction"], "renamed_player": truth["renamed_player"]}
    assert after == dict.fromkeys(KINDS, 0) | named
    assert all(stage.processed < 22 for stage in done.summary.stages if stage.stage == "analytics")
    stats = read(context, POST_WRITE_STATS)
    assert stats["run_id"].n_unique() == 2, "each run keeps its own statistics"
    assert stats.filter(pl.col("post_write_rows") != pl.col("post_write_rows_intended")).is_empty()


def test_a_repair_of_a_complete_home_processes_nothing(whole: Path, tmp_path: Path) -> None:
    home = homes.copy_of(whole, tmp_path / "home")
    before = homes.contents(home)
    with homes.opened(home) as context:
        done = repair(context, [], homes.FIRST, homes.LAST)
    assert done.is_whole
    assert {stage.processed for stage in done.summary.stages} == {0}
    assert homes.contents(home) == before
