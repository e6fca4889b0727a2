"""Where the real seasons lie, for the tests that read them in place."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"
_PLACE = Path(os.environ.get("COURTSIDE_REAL_DATA", str(_BESIDE)))

DATA: Path | None = _PLACE if (_PLACE / "boxscores").is_dir() else None
"""The folder of real data, or None where this machine has none."""

needs_real_data = pytest.mark.skipif(
    DATA is None, reason=f"no real seasons at {_PLACE}; set COURTSIDE_REAL_DATA to the folder that holds them"
)
