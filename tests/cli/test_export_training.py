"""`courtside export-training` writes the training set as it is."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

import courtside
from courtside.cli.main import app
from tests.api.conftest import example_folder, home

__all__ = ["example_folder", "home"]
DATES = ("--start-date", "2025-10-22", "--end-date", "2025-11-12")


def call(home: courtside.Home, *words: str, **env: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["export-training", *words, "--home", str(home.folder)], env=env)
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.filterwarnings("ignore::courtside.RowsLeftOutWarning")
@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_the_file_holds_the_training_set(home: courtside.Home, tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"rows.{kind}"
    code, out, err = call(home, *DATES, "--format", kind, "--output", str(path), "--origins")
    assert code == 0, err
    expected = home.training_set("2025-10-22", "2025-11-12", origins=True)
    found = pl.read_parquet(path) if kind == "parquet" else pl.read_csv(path, schema=expected.schema)
    assert found.equals(expected)
    assert f"{expected.height:,} rows, {expected.width} columns" in out
    assert "rows are left out of the training set" in err
    assert [item.name for item in tmp_path.iterdir()] == [path.name]


def test_rows_that_may_not_be_trained_on_can_be_kept(home: courtside.Home, tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    code, _, err = call(home, *DATES, "--untrainable", "--output", str(path))
    assert (code, err) == (0, "")
    assert pl.read_parquet(path)["left_out"].n_unique() > 1


def test_what_is_refused_leaves_no_file(home: courtside.Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code, _, err = call(home, "--start-date", "2020-01-01", "--end-date", "2020-02-01")
    assert (code, "no feature rows from 2020-01-01 to 2020-02-01" in err) == (2, True)
    with courtside_evaluating():
        code, _, err = call(home, *DATES)
    assert (code, "are being evaluated" in " ".join(err.split())) == (1, True)
    assert list(tmp_path.iterdir()) == []
    code, out, _ = call(home, *DATES, "--format", "csv")
    assert (code, out.split(":")[0]) == (0, "training_2025-10-22_2025-11-12.csv")


class courtside_evaluating:  # noqa: N801
    """`courtside.evaluating` whose refusal is expected."""

    def __enter__(self) -> None:
        self.block = courtside.evaluating("2025-11-01")
        self.block.__enter__()

    def __exit__(self, *_: object) -> None:
        with pytest.raises(Exception, match="are being evaluated"):
            self.block.__exit__(None, None, None)
