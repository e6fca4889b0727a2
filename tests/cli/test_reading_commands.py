"""Every command that reads fits 80 columns, prints JSON of its documented shape, and creates no home."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner, Result

from courtside.cli.main import COMMANDS, app, loaded
from courtside.cli.output import PlainConsole
from courtside.operations.players import player_names
from courtside.predictions.evaluation import Evaluation
from courtside.predictions.tables import MODELS, PREDICTIONS
from tests import homes
from tests.cli.widths import broken

DAY = str(homes.NOW.date())
RANGE = ("--start-date", str(homes.FIRST), "--end-date", str(homes.LAST))
READERS: dict[str, tuple[str, ...]] = {
    "check daily": ("--date", str(homes.LAST)),
    "check features": ("--sample", "20"),
    "check history": (),
    "check training-data": ("--train-start", "2025-10-25"),
    "config": (),
    "evaluate": ("--start-date", "2025-11-10", "--end-date", "2025-11-12"),
    "explain": ("PLAYER", DAY),
    "fair": ("PLAYER", DAY),
    "models list": (),
    "models show": ("MODEL",),
    "prices": (str(homes.LAST), "--all"),
    "repair --dry-run": (),
    "run --dry-run": (*RANGE, "--no-resume"),
    "runs": (),
    "runs RUN": (),
    "status": (),
    "today": (str(homes.LAST),),
}
"""Each command that reads, with words that make it print much. `evaluate` trains, so its own tests cover it."""

OTHERS = {
    *("copy", "daily", "demo", "export", "export-training", "mcp", "migrate", "rebuild", "serve", "train", "watch"),
    *("ingest files", "ingest injuries", "ingest live", "ingest nba", "ingest odds", "ingest schedule"),
    *("ingest simulate", "models measure", "models promote", "models retire"),
}
"""Commands that write, serve, or run until they are stopped."""

DRY = (
    *("export --date 2025-11-12 --dry-run", "export --list", "migrate --dry-run", "export-training " + " ".join(RANGE)),
    *(f"ingest {source} --dry-run" for source in ("nba", "odds", "schedule", "injuries", "live")),
)
"""Calls of the other commands that change nothing."""

TRAINS = {"evaluate"}
DOCUMENTED = Path(__file__).parents[2] / "docs" / "json.md"


@pytest.fixture(scope="module")
def home(trained_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = homes.copy_of(trained_home, tmp_path_factory.mktemp("reading") / "home")
    call(place, "check daily", *READERS["check daily"])
    return place


@pytest.fixture(scope="module")
def names(home: Path) -> dict[str, str]:
    """The values of the words in capitals."""
    with homes.opened(home) as context:
        read = context.warehouse
        calibrated = read.collect(read.scan(PREDICTIONS)).filter(
            (pl.col("game_date") == homes.NOW.date()) & (pl.col("probability_source") == "calibrated")
        )
        player = calibrated.join(player_names(read), on="player_id").sort("prediction")["player_name"][-1]
        model = read.collect(read.scan(MODELS)).filter(kind="points").sort("model_id")["model_id"][0]
    run = json.loads(call(home, "runs", "--json").stdout)[0]["run_id"]
    return {"PLAYER": player, "MODEL": model, "RUN": run}


def call(home: Path, command: str, *words: str, names: dict[str, str] | None = None, width: int = 80) -> Result:
    values = names or {}
    line = [values.get(word, word) for word in (*command.split(), *words)]
    env = {"COURTSIDE_NOW": f"{homes.NOW:%Y-%m-%dT%H:%M}", "COLUMNS": str(width)}
    with contextlib.chdir(home.parent):  # a path of a temporary folder is longer than a column
        result = CliRunner().invoke(app, [*line, "--home", home.name], env=env)
    assert result.exit_code in (0, 1), f"{line}: {result.output}"
    return result


def leaves(name: str, command: Any) -> Iterator[str]:
    children = getattr(command, "commands", None)
    for child in children or ():
        yield from leaves(f"{name} {child}", children[child])
    if children is None:
        yield name


def shape(value: Any) -> str:
    """Return the kind of a JSON value and its keys, as `docs/json.md` writes them."""
    if isinstance(value, list):
        return f"list of {shape(value[0])}" if value else "list"
    return f"object: {', '.join(value)}"


def documented() -> dict[str, str]:
    rows = re.findall(r"^\| `courtside ([^`]+)` \| ([^|]+) \|", DOCUMENTED.read_text(), re.MULTILINE)
    return {command: text.replace("`", "").strip() for command, text in rows}


def test_every_command_is_one_that_reads_or_one_of_the_others() -> None:
    found = {leaf for name in COMMANDS for leaf in leaves(name, loaded(name))}
    assert found == {re.sub(" (--dry-run|RUN)$", "", name) for name in READERS} | OTHERS


@pytest.mark.parametrize("command", sorted(set(READERS) - TRAINS))
def test_output_fits_80_columns_and_breaks_no_number_and_no_date(
    home: Path, names: dict[str, str], command: str
) -> None:
    narrow, wide = (call(home, command, *READERS[command], names=names, width=width) for width in (80, 400))
    assert narrow.stdout.strip()
    assert broken(narrow.stdout, wide.stdout) == []


def test_a_planted_broken_number_date_and_sentence_are_found() -> None:
    wide = "2021-10-19 to 2025-06-22  977,973  +0.199 (+0.146 to +0.251)  a sentence"
    assert broken(wide, wide) == []
    assert broken("2021-10-19 to 2025-0\n6-22  977,973", wide)
    assert broken("2021-10-19 to 2025-06-22  977,97\n3", wide)
    assert broken("+0.199 (+0.146…", wide)
    assert broken(f"2021-10-19\n{' ' * 60}a sentence", wide)
    assert broken("a" * 81, "a" * 81)


@pytest.mark.parametrize("command", sorted(set(READERS) - TRAINS))
def test_json_has_the_documented_shape(home: Path, names: dict[str, str], command: str) -> None:
    found = json.loads(call(home, command, *READERS[command], "--json", names=names).stdout)
    assert shape(found) == ("list" if found == [] else documented()[command])


def test_the_documented_shapes_are_those_of_the_commands_that_read() -> None:
    assert set(documented()) == set(READERS)
    assert documented()["evaluate"] == shape({field.name: None for field in dataclasses.fields(Evaluation)})


@pytest.mark.parametrize("command", [*sorted(READERS), *DRY])
def test_a_command_that_reads_creates_no_home(tmp_path: Path, command: str) -> None:
    words = [*command.split(), *READERS.get(command, ()), "--home", str(tmp_path / "none")]
    result = CliRunner().invoke(app, words, env={"COURTSIDE_NOW": f"{homes.NOW:%Y-%m-%dT%H:%M}"})
    assert result.exit_code in (0, 1, 2), result.output
    assert not (tmp_path / "none").exists()


def test_piped_output_without_a_width_is_one_line_per_row(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    result = CliRunner().invoke(app, ["config", "--home", str(home)])
    lines = result.stdout.splitlines()
    assert any(line.startswith("champion") and line.endswith("where it has no prediction.") for line in lines)
    assert not any(line.startswith(" ") for line in lines)


def test_the_width_is_the_one_at_each_print(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    console = PlainConsole()
    monkeypatch.setenv("COLUMNS", "200")
    assert console.width == 200
