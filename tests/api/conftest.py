"""The small simulated league of the documentation, built once and opened for every test."""

from __future__ import annotations

from pathlib import Path

import pytest

import courtside
from courtside.operations.example import build_example
from tests import homes


@pytest.fixture(scope="session")
def example_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the league; copy it before you change it."""
    return homes.built_once(tmp_path_factory, "example", build_example)


@pytest.fixture
def home(example_folder: Path) -> courtside.Home:
    """The league, open for reading."""
    return courtside.open(example_folder)
