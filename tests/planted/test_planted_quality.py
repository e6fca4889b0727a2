"""Every check, gate and monitor fails on its planted violation and passes on a clean store."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import narwhals as nw
import polars as pl
import pytest

from courtside.audit.checks import DAILY_CHECKS, SPOT_CHECKS
from courtside.audit.checks.base import Catalogue, Check, Status, at_most, run_check
from courtside.audit.checks.base import Severity as CheckSeverity
from courtside.audit.guards import GUARDS
from courtside.audit.monitor import Report, Verdict, monitor
from courtside.errors import WriteRefusedError
from courtside.features.registry import FEATURES
from courtside.features.tables import PLAYER_FEATURES
from courtside.pipeline.context import Context
from courtside.quality.gate import RunMode, blocks, gated, readiness
from courtside.quality.post_write import alert_text, constant_features, validate_stored
from tests import homes
from tests.quality.stores import DAY, FIRST, catalogue, recorded_anew, spoiled
from tests.quality.violations import DAILY, LACKING, SPOT, Planted

ALL = [(check, DAILY.get(check.number)) for check in DAILY_CHECKS] + [
    (check, SPOT.get(check.number)) for check in SPOT_CHECKS
]


@pytest.fixture(scope="module")
def store(run_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Context]:
    home = homes.copy_of(run_home, tmp_path_factory.mktemp("planted") / "home")
    with homes.opened(home) as context:
        yield context


def test_every_check_has_exactly_one_planted_violation() -> None:
    assert set(DAILY) == {check.number for check in DAILY_CHECKS}
    assert set(SPOT) == {check.number for check in SPOT_CHECKS}
    assert [check.number for check in SPOT_CHECKS] == [str(number) for number in range(1, 31)]
    assert len({check.title for check, _ in ALL}) == len(ALL)


@pytest.mark.parametrize(("check", "planted"), ALL, ids=[check.number for check, _ in ALL])
def test_a_check_passes_on_a_clean_store_and_fails_on_its_violation(
    check: Check, planted: Planted, store: Context
) -> None:
    with spoiled(store, *planted.clean):
        clean = run_check(check, catalogue(store))
    assert clean.status is Status.PASSED, clean
    with spoiled(store, *planted.clean, *planted.statements), _changed_files(store, planted):
        found = run_check(check, catalogue(store))
    assert found.status is Status.FAILED, found


class _changed_files:  # noqa: N801 - a context manager
    def __init__(self, store: Context, planted: Planted) -> None:
        self.root, self.change = store.settings.public_folder, planted.on_files
        self.kept = self.root.with_name("kept")

    def __enter__(self) -> None:
        if self.change:
            shutil.copytree(self.root, self.kept)
            self.change(self.root)

    def __exit__(self, *_: object) -> None:
        if self.change:
            shutil.rmtree(self.root)
            self.kept.rename(self.root)


def _of(query: Callable[[Catalogue], object], minimum_n: int = 1) -> Check:
    return Check("x", "a property", CheckSeverity.CRITICAL, at_most(0), minimum_n, query)  # type: ignore[arg-type]


def test_an_exception_inside_a_check_is_a_failed_check(store: Context) -> None:
    def broken(_: Catalogue) -> object:
        raise ZeroDivisionError("the query divides by zero")

    result = run_check(_of(broken), catalogue(store))
    assert result.status is Status.FAILED
    assert "the check raised an error: ZeroDivisionError" in str(result.detail)


def test_a_check_of_a_missing_table_fails(store: Context) -> None:
    assert run_check(_of(lambda given: given.scan("no_such_table")), catalogue(store)).status is Status.FAILED


def test_a_check_with_several_rows_or_nan_as_result_fails(store: Context) -> None:
    many = run_check(_of(lambda given: given.window("games")), catalogue(store))
    assert many.status is Status.FAILED
    nan = pl.DataFrame({"observed": [float("nan")], "n": [5]})
    assert run_check(_of(lambda given: given.warehouse.lazy(nan)), catalogue(store)).status is Status.FAILED


def test_a_check_on_too_few_units_is_not_judged(store: Context) -> None:
    few = pl.DataFrame({"observed": [0.0], "n": [5]})
    result = run_check(_of(lambda given: given.warehouse.lazy(few), minimum_n=6), catalogue(store))
    assert result.status is Status.NOT_JUDGED


CLEAN_ROW = {
    "game_date": DAY,
    "game_id": "0022500001",
    "player_id": 1,
    "feature_quality_score": 100.0,
    "matchup_quality_pct": 100.0,
    "required_default_count": 0,
    "default_feature_count": 0,
    "quality_alert_level": "green",
}


def _quality_gate(store: Context) -> tuple[bool, bool]:
    def passes(**changed: object) -> bool:
        frame = pl.DataFrame([CLEAN_ROW | changed], schema_overrides={"required_default_count": pl.Int64})
        rows = store.warehouse.collect(gated(store.warehouse.lazy(frame), RunMode.BACKFILL))
        return bool(rows["gate_passed"][0])

    return passes(), not passes(required_default_count=None) and not passes(quality_alert_level="red")


def _blocks(_: Context) -> tuple[bool, bool]:
    rows = pl.DataFrame(
        [CLEAN_ROW | {"gate_passed": True, "gate_reason": None}], schema_overrides={"gate_reason": pl.String}
    )
    expected = rows.select("game_date", "game_id", "player_id")
    other = expected.with_columns(player_id=pl.lit(2, pl.Int64))
    return blocks(rows, expected).is_empty(), blocks(rows, other)["reason"].to_list() == ["no feature row"]


def _readiness(store: Context) -> tuple[bool, bool]:
    features = store.warehouse.collect(store.warehouse.scan(PLAYER_FEATURES, start=DAY, end=DAY))
    slate = features.select("game_date", "game_id", "team_id").unique()

    def verdict(rows: pl.DataFrame, constant: dict[object, str] | None = None) -> str:
        return str(readiness(rows, slate, constant)["verdict"][0])

    spoilt = features.with_columns(is_quality_ready=pl.lit(False))
    thin = features.filter(pl.col("player_id") % 4 == 0)
    caught = [verdict(spoilt), verdict(thin), verdict(features.clear()), verdict(features, {DAY: "points"})]
    return verdict(features) == "ready", caught == ["warning", "warning", "not_ready", "not_ready"]


def _validated(store: Context, *statements: str, more: int = 0) -> object:
    with spoiled(store, *statements):
        rows = store.warehouse.scan(PLAYER_FEATURES)
        counts = store.warehouse.collect(rows.group_by("game_date").agg(nw.len().alias("rows")))
        intended = {day: count + more for day, count in counts.iter_rows()}
        return validate_stored(store.warehouse, rows, [DAY], intended, [DAY], FEATURES)


def _post_write(store: Context) -> tuple[bool, bool]:
    clean = _validated(store)
    for statements, more in (((f"DELETE FROM player_features WHERE game_date = '{DAY}'",), 0), ((), 1)):
        with pytest.raises(WriteRefusedError, match=str(DAY)):
            _validated(store, *statements, more=more)
    return bool(clean), True


def _post_write_alert(store: Context) -> tuple[bool, bool]:
    clean = _validated(store)
    bad = _validated(store, "UPDATE player_features SET required_default_count = 3, dnp_rate_origin = 'missing'")
    text = alert_text(bad)  # type: ignore[arg-type]
    is_named = bool(text) and "dnp_rate 100 %" in str(text) and "Next: courtside check" in str(text)
    return alert_text(clean) is None, is_named  # type: ignore[arg-type]


def _spread(store: Context) -> tuple[bool, bool]:
    rows = store.warehouse.collect(store.warehouse.scan(PLAYER_FEATURES, start=FIRST, end=DAY))
    found = constant_features(rows.with_columns(points_avg_last_5=pl.lit(11.0)), FEATURES)
    return constant_features(rows, FEATURES) == {}, bool(found) and set(found.values()) == {"points_avg_last_5"}


def _monitor(store: Context) -> tuple[bool, bool]:
    with spoiled(store, LACKING):
        recorded_anew(store)
        clean = monitor(catalogue(store))
    bad_rows = "WHERE player_id % 10 < 2"
    dirty = [
        monitor_of(store, f"UPDATE player_features SET required_default_count = 1 {bad_rows}"),
        monitor_of(
            store,
            "ALTER TABLE player_features ALTER COLUMN required_default_count DROP NOT NULL",
            f"UPDATE player_features SET required_default_count = NULL {bad_rows}",
        ),
    ]
    unjudged = monitor_of(store, f"DELETE FROM player_features WHERE game_date = '{DAY}' OR required_default_count > 0")
    nothing = monitor_of(store, "DELETE FROM player_features")
    return clean.verdict is Verdict.CLEAN, (
        {item.verdict for item in dirty} == {Verdict.CONTAMINATED}
        and unjudged.verdict is nothing.verdict is Verdict.NOT_JUDGED
        and (clean.exit_code, dirty[0].exit_code, unjudged.exit_code) == (0, 1, 2)
    )


def monitor_of(store: Context, *statements: str) -> Report:
    with spoiled(store, *statements):
        return monitor(catalogue(store))


SHOWN: dict[str, Callable[[Context], tuple[bool, bool]]] = {
    "quality gate": _quality_gate,
    "quality gate, players without a row": _blocks,
    "readiness gate": _readiness,
    "post-write validation": _post_write,
    "post-write alert": _post_write_alert,
    "spread of a slate": _spread,
    "training-data monitor": _monitor,
}


def test_every_guard_has_a_test() -> None:
    assert set(SHOWN) == set(GUARDS)


@pytest.mark.parametrize("name", list(GUARDS))
def test_a_guard_passes_the_clean_case_and_finds_the_planted_violation(name: str, store: Context) -> None:
    lets_clean_through, catches = SHOWN[name](store)
    assert lets_clean_through, f"{name} stops a clean case"
    assert catches, f"{name} misses a planted violation"
