"""`courtside export`: what it takes, what it says, and its exit code."""

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
    told = export("--list")
    assert told.exit_code == 0
    assert all(kind.template in told.output for kind in FILE_TYPES)


def test_a_dry_run_into_a_new_folder_writes_nothing(home, tmp_path):
    told = export("--home", home, "--date", DAY, "--dry-run", "--target", tmp_path / "elsewhere")
    assert told.exit_code == 0, told.output
    assert f"would write v1/picks/{DAY}.json" in told.output
    assert not (tmp_path / "elsewhere").exists()


def test_a_target_of_its_own_gets_the_files_and_the_site(home, tmp_path):
    told = export("--home", home, "--date", DAY, "--target", tmp_path / "elsewhere")
    assert told.exit_code == 0, told.output
    assert (tmp_path / f"elsewhere/v1/picks/{DAY}.json").is_file()
    assert (tmp_path / "elsewhere/index.html").is_file()
    assert (tmp_path / "elsewhere/js/pages/picks.js").is_file()


def test_only_writes_what_it_names(home, tmp_path):
    told = export("--home", home, "--date", DAY, "--only", "daily-signals", "--target", tmp_path / "elsewhere")
    assert told.exit_code == 0, told.output
    assert {path.name for path in (tmp_path / "elsewhere").rglob("*.json")} == {f"{DAY}.json", "status.json"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--date", DAY, "--only", "nonsense"), "nonsense"),
        ((), "--start-date and --end-date"),
        (("--date", "yesterday"), "yesterday"),
        (("--date", DAY, "--target", "s3://bucket"), "s3://bucket"),
    ],
)
def test_what_cannot_be_done_is_named(home, arguments, said):
    told = export("--home", home, *arguments)
    assert told.exit_code == 2
    assert said in told.output
