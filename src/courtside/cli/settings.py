"""`courtside config`: every setting, its value and the place that set it."""

from __future__ import annotations

from typing import Any

from courtside.cli.common import AsJson, Home, print_json, settings_of
from courtside.cli.output import show_table
from courtside.config import Settings, origins


def config_command(as_json: AsJson = False, home: Home = None) -> None:
    """Print every setting, its value and the place that set it."""
    found = {
        name: (_shown(value), "--home" if name == "home" and home else place)
        for name, (value, place) in origins(settings_of(home)).items()
    }
    if as_json:
        print_json([{"setting": name, "value": value, "set_by": place} for name, (value, place) in found.items()])
        return
    rows = [(name, value, place, Settings.model_fields[name].description) for name, (value, place) in found.items()]
    show_table(("setting", "value", "set by", "what it is"), rows, sentence="what it is")


def _shown(value: Any) -> str:
    return "" if value is None else ", ".join(value) if isinstance(value, tuple) else str(value)
