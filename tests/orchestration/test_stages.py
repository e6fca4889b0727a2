"""A stage reads and writes what it declares, and nothing else."""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from courtside.analytics.tables import GAMES, PLAYER_GAMES
from courtside.pipeline import runner
from courtside.pipeline.inputs import Inputs, UndeclaredTableError
from courtside.pipeline.reads import Dates, Read
from courtside.pipeline.resume import input_state, upstream
from courtside.pipeline.runner import WRITERS, run
from courtside.pipeline.stage import Result, Stage, Surroundings
from courtside.pipeline.stages import STAGE_NAMES, STAGES
from courtside.pipeline.stages.lines import LINES
from courtside.warehouse.base import Change
from courtside.warehouse.schema import Table
from tests import homes

ONLY_TONIGHT = {"injury_reports"}
"""Tables that the small season, whose games are all over, gives no reason to publish from."""


def planted(access: str) -> Stage:
    """Return a stage that declares only the games and uses the player games."""

    def process(inputs: Inputs, dates: Sequence[dt.date], at: Surroundings) -> Result:
        if access == "index":
            inputs[PLAYER_GAMES]
        if access == "scan":
            inputs.scan(PLAYER_GAMES)
        return Result(changes=[Change(PLAYER_GAMES, PLAYER_GAMES.empty())] if access == "write" else ())

    return Stage("planted", "A stage for a test.", process, reads=(Read(GAMES),))


@pytest.mark.parametrize("access", ["index", "scan", "write"])
def test_a_stage_that_uses_a_table_it_does_not_declare_fails_and_changes_nothing(
    run_home: Path, tmp_path: Path, access: str
) -> None:
    home = homes.copy_of(run_home, tmp_path / "home")
    before = homes.contents(home)
    with homes.opened(home) as context:
        summary = run(context, homes.FIRST, homes.FIRST, stages=(planted(access),))
    ((_, stage, cell),) = summary.open_cells
    assert (stage, cell.state) == ("planted", "failed")
    assert cell.reason is not None
    assert "UndeclaredTableError" in cell.reason
    assert "table player_games, which it does not declare" in cell.reason
    assert homes.contents(home) == before


def test_a_stage_has_no_access_to_the_warehouse() -> None:
    for stage in STAGES:
        source = inspect.getsource(inspect.getmodule(stage.process))  # type: ignore[arg-type]
        assert "import Warehouse" not in source
        assert "Context" not in source
        assert len(source.splitlines()) <= 130, "rules of the field belong in their room"


def test_a_stage_uses_every_table_that_it_declares(
    ingested_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    used: dict[str, set[str]] = {}
    honest = Inputs._read

    def read(self: Inputs, table: Table) -> Read:
        used.setdefault(self.stage, set()).add(table.name)
        return honest(self, table)

    monkeypatch.setattr(Inputs, "_read", read)
    homes.run_in(homes.copy_of(ingested_home, tmp_path / "home"))
    for stage in STAGES:
        names = [read.table.name for read in stage.reads]
        assert len(names) == len(set(names)), f"{stage.name} declares a table twice"
        unused = set(names) - used[stage.name]
        assert unused <= ONLY_TONIGHT, stage.name


def test_a_stage_reads_only_from_stages_before_it() -> None:
    for place, stage in enumerate(STAGES):
        assert set(upstream(stage, WRITERS)) <= set(STAGE_NAMES[:place])


def test_the_loaded_frames_are_of_the_declared_dates(run_home: Path) -> None:
    day = homes.FIRST + dt.timedelta(days=5)
    with homes.opened(run_home) as context:
        reads = (Read(GAMES), Read(PLAYER_GAMES, Dates.HISTORY))
        inputs = Inputs("test", reads, context.warehouse, [day]).load()
        assert set(inputs[GAMES]["game_date"]) == {day}
        assert inputs[PLAYER_GAMES]["game_date"].min() == homes.FIRST
        assert inputs[PLAYER_GAMES]["game_date"].max() == day
        with pytest.raises(UndeclaredTableError):
            Inputs("test", (), context.warehouse, [day])[GAMES]


def test_many_raw_rows_are_processed_in_several_pieces_with_the_same_rows(
    ingested_home: Path, run_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = homes.copy_of(ingested_home, tmp_path / "home")
    pieces: list[int] = []
    honest = LINES.process

    def process(inputs: Inputs, dates: Sequence[dt.date], at: Surroundings) -> Result:
        pieces.append(len(dates))
        return honest(inputs, dates, at)

    monkeypatch.setattr(runner, "MOST_RAW_ROWS", 10_000)
    monkeypatch.setattr(LINES, "process", process)
    homes.run_in(home, through="lines")
    assert len(pieces) > 1
    found, whole = homes.contents(home), homes.contents(run_home)
    for stage in STAGES[: STAGES.index(LINES) + 1]:
        for table in stage.replaces:
            assert found[table.name] == whole[table.name], table.name


def test_a_change_of_a_declared_setting_or_version_changes_the_resume_hash(run_home: Path) -> None:
    dates = [homes.FIRST]
    with homes.opened(run_home) as context:
        picks = next(stage for stage in STAGES if stage.name == "picks")
        before = input_state(context, picks, WRITERS, dates).hashes
        assert input_state(context, replace(picks, version="2"), WRITERS, dates).hashes != before
        other = replace(context, settings=context.settings.model_copy(update={"champion": "ewma"}))
        assert input_state(other, picks, WRITERS, dates).hashes != before
        lines = next(stage for stage in STAGES if stage.name == "lines")
        own = replace(lines, reads=(*lines.reads, Read(lines.replaces[0])))
        assert input_state(context, own, WRITERS, dates).hashes == input_state(context, lines, WRITERS, dates).hashes
