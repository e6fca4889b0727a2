"""`docs/python.md` and `examples/own_model.py` run, and the page names everything that is public."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import polars as pl
import pytest

import courtside

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "python.md"
RESULTS = (courtside.Backtest, courtside.Explanation, courtside.TrainingQuality)
NOT_SHOWN = {"found", "report", "player", "quality", "title"}
"""Attributes that hold what the shown ones are made of."""


def blocks(text: str) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def missing(text: str) -> set[str]:
    """The public names and methods that a page does not contain."""
    names = {f"courtside.{name}" for name in courtside.__all__ if not name.startswith("__")}
    names |= {f"home.{name}" for name in vars(courtside.Home) if not name.startswith("_")}
    names |= {
        name for result in RESULTS for name in vars(result) if not name.startswith("_") and name not in NOT_SHOWN
    } - set(courtside.Backtest.__dataclass_fields__)
    return {name for name in names if not re.search(rf"{re.escape(name)}\b", text)}


@pytest.mark.filterwarnings("ignore::courtside.RowsLeftOutWarning")
def test_every_block_of_the_page_runs(capsys: pytest.CaptureFixture[str]) -> None:
    code = blocks(PAGE.read_text(encoding="utf-8"))
    assert len(code) == PAGE.read_text(encoding="utf-8").count("```python")
    names: dict[str, object] = {}
    for number, block in enumerate(code, 1):
        exec(compile(block, f"docs/python.md, block {number}", "exec"), names)
    assert "are being evaluated" in capsys.readouterr().out


def test_the_page_names_everything_that_is_public() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert missing(text) == set()
    assert missing(text.replace("home.slate", "").replace("EstimatorError", "")) == {
        "home.slate",
        "courtside.EstimatorError",
    }


def test_the_example_runs_and_refuses_to_look_ahead(capsys: pytest.CaptureFixture[str]) -> None:
    text = (ROOT / "examples" / "own_model.py").read_text(encoding="utf-8")
    assert text.count("# %%") > 10
    found = runpy.run_path(str(ROOT / "examples" / "own_model.py"))
    printed = capsys.readouterr().out
    assert "rows are left out of the training set" in printed
    assert "refused: LooksAhead.fit" in printed
    assert found["result"].n > 100
    assert found["tonight"].filter(pl.col("expected").is_between(0, 60)).height == found["tonight"].height > 0


def test_the_readme_shows_the_api_in_five_lines() -> None:
    section = (ROOT / "README.md").read_text(encoding="utf-8").partition("## From Python")[2].partition("\n## ")[0]
    (block,) = blocks(section)
    lines = [line for line in block.splitlines() if line]
    assert len(lines) == 5
    assert {"courtside.open", "training_set", "slate", "backtest"} <= set(
        re.findall(r"[\w.]+", block.replace("home.", ""))
    )
