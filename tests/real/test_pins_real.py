"""Stored tables and public files of four real seasons keep their bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import pins
from tests.real_data import needs_real_data

pytestmark = [pytest.mark.slow, pytest.mark.real, needs_real_data]


def test_the_real_seasons_keep_their_tables_and_files(real_copy: Path) -> None:
    assert pins.changed("four real seasons", real_copy) == []
