"""`courtside export`: its arguments, output and exit codes."""

import duckdb
import pytest
from typer.testing import CliRunner

from courtside.cli.main import app
from courtside.publishing.exporters import FILE_TYPES
from tests import homes

RUN = CliRunner()
DAY = str(homes.LAST)


@pytest.fixture
def home(run_home, tmp_path, monkeypatch):
    monkeypatch.setenv("COURTSIDE_NOW", homes.NOW.isoformat())
    return homes.copy_of(run_home, tmp_path / "home")


def export(*arguments):
    return RUN.invoke(app, ["export", *map(str, arguments)])


def test_list_names_every_type_with_its_path():
    result = export("--list")
    assert result.exit_code == 0
    assert all(kind.template in result.output for kind in FILE_TYPES)


def test_a_dry_run_into_a_new_folder_writes_nothing(home, tmp_path):
    result = export("--home", home, "--date", DAY, "--dry-run", "--target", tmp_path / "elsewhere")
    assert result.exit_code == 0, result.output
    assert f"would write v1/picks/{DAY}.json" in result.output
    assert not (tmp_path / "elsewhere").exists()


def test_another_target_receives_the_files_and_the_site(home, tmp_path):
    result = export("--home", home, "--date", DAY, "--target", tmp_path / "elsewhere")
    assert result.exit_code == 0, result.output
    assert (tmp_path / f"elsewhere/v1/picks/{DAY}.json").is_file()
    assert (tmp_path / "elsewhere/index.html").is_file()
    assert (tmp_path / "elsewhere/js/pages/picks.js").is_file()


def test_only_writes_the_named_types(home, tmp_path):
    result = export("--home", home, "--date", DAY, "--only", "daily-signals", "--target", tmp_path / "elsewhere")
    assert result.exit_code == 0, result.output
    assert {path.name for path in (tmp_path / "elsewhere").rglob("*.json")} == {f"{DAY}.json", "status.json"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--date", DAY, "--only", "nonsense"), "nonsense"),
        ((), "--start-date and --end-date"),
        (("--date", "yesterday"), "yesterday"),
        (("--date", DAY, "--target", "s3://bucket"), "s3://bucket"),
    ],
)
def test_an_invalid_argument_is_named(home, arguments, message):
    result = export("--home", home, *arguments)
    assert result.exit_code == 2
    assert message in result.output


def test_a_number_that_json_cannot_hold_keeps_the_last_good_file(home):
    good = (home / f"public/v1/predictions/{DAY}.json").read_bytes()
    with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
        connection.execute("UPDATE predictions SET edge = 'NaN' WHERE edge IS NOT NULL AND game_date = ?", [DAY])
    result = export("--home", home, "--date", DAY, "--only", "predictions")
    assert (result.exit_code, "NaN or infinite" in result.output) == (1, True), result.output
    assert (home / f"public/v1/predictions/{DAY}.json").read_bytes() == good
