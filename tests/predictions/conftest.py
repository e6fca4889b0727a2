"""A home whose models are trained on the small season."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from courtside.cli.main import app
from courtside.predictions import calibration, distribution, training, walk_forward
from tests import homes

DAY = str(homes.NOW.date())


@pytest.fixture(scope="session")
def trained_home(run_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that is trained for the day of its clock, which is predicted with calibrated probabilities."""

    def build(home: Path) -> None:
        homes.copy_of(run_home, home)
        with pytest.MonkeyPatch.context() as patch:
            for module, rows in ((training, 600), (walk_forward, 600), (calibration, 100), (distribution, 100)):
                patch.setattr(module, "FEWEST_ROWS", rows)
            patch.setattr(distribution, "FEWEST_SHORT", 2)
            _call(home, "train", "--as-of", DAY)
        _call(home, "run", "--start-date", DAY, "--end-date", DAY)

    return homes.built_once(tmp_path_factory, "trained", build)


def _call(home: Path, *words: str) -> None:
    result = CliRunner().invoke(app, [*words, "--home", str(home)], env={"COURTSIDE_NOW": homes.NOW.isoformat()})
    assert result.exit_code == 0, result.output
