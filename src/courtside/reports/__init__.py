"""HTML reports: each is one page that loads nothing, rendered from the templates and the one style sheet here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

__all__ = ["interval", "number", "render"]


def render(template: str, **values: object) -> str:
    """Return a page of `templates/`; every value is escaped."""
    return _environment().get_template(template).render(values)


def number(value: float | None, digits: int = 3) -> str:
    """Return a figure as text, a dash where it is absent.

    >>> number(6.1299), number(None)
    ('6.130', '–')
    """
    return "–" if value is None else f"{value:.{digits}f}"


def interval(figure: Mapping[str, Any], digits: int = 3) -> str:
    """Return a mean with its interval.

    >>> interval({"mean": 0.031, "low": 0.012, "high": 0.05})
    '+0.031 (+0.012 to +0.050)'
    """
    if figure["mean"] is None:
        return "–"
    mean, low, high = (f"{figure[name]:+.{digits}f}" for name in ("mean", "low", "high"))
    return f"{mean} ({low} to {high})"


def thousands(value: int) -> str:
    """Return a count with its thousands separated.

    >>> thousands(55519)
    '55,519'
    """
    return f"{value:,}"


def scale(low: float, high: float, first: float, last: float) -> Callable[[float], float]:
    """Return the function that maps `low` to `first` and `high` to `last` on a straight line.

    >>> scale(0, 10, 100, 200)(5)
    150.0
    """
    return lambda value: first + (value - low) / (high - low) * (last - first)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("courtside.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(interval=interval, number=number, thousands=thousands)
    environment.globals.update(scale=scale)
    return environment
