"""`courtside config`: every setting, its value and the place that set it."""

from __future__ import annotations

from rich.table import Table

from courtside.cli.common import Home, console, settings_of
from courtside.config import Settings, origins


def config_command(home: Home = None) -> None:
    """Print every setting, its value and the place that set it."""
    settings = settings_of(home)
    table = Table(box=None, pad_edge=False)
    for name in ("setting", "value", "set by", "what it is"):
        table.add_column(name, overflow="fold")
    for name, (value, place) in origins(settings).items():
        shown = "--home" if name == "home" and home else place
        table.add_row(name, str(value), shown, Settings.model_fields[name].description)
    console.print(table)
