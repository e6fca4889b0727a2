"""The harness of the BigQuery emulator, from the folder `tools`."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

_PATH = Path(__file__).parents[2] / "tools" / "bigquery_emulator.py"
_SPEC = importlib.util.spec_from_file_location("bigquery_emulator", _PATH)
assert _SPEC and _SPEC.loader
_TOOL = importlib.util.module_from_spec(_SPEC)
sys.modules["bigquery_emulator"] = _TOOL
_SPEC.loader.exec_module(_TOOL)

Emulator = _TOOL.Emulator
EmulatorError = _TOOL.EmulatorError
running = _TOOL.running
