"""The examples in docstrings are run, and every public function of the pure modules has one."""

from __future__ import annotations

import doctest
import importlib
import inspect
from pathlib import Path
from types import ModuleType

import pytest

import courtside

SOURCE = Path(courtside.__file__).parent
WITH_EXAMPLES = tuple(
    ".".join(("courtside", *path.relative_to(SOURCE).with_suffix("").parts))
    for path in sorted(SOURCE.rglob("*.py"))
    if ">>> " in path.read_text()
)
EACH_FUNCTION = ("clock", "intervals", "league.odds", "league.names")
"""Modules in which every public function that takes plain values shows an example."""


def failures(module: ModuleType) -> int:
    """Return how many examples of a module fail; the differences are printed."""
    return doctest.testmod(module, optionflags=doctest.ELLIPSIS).failed


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_the_examples_of_a_module_hold(name: str) -> None:
    assert failures(importlib.import_module(name)) == 0


@pytest.mark.parametrize("name", EACH_FUNCTION)
def test_every_public_function_of_a_pure_module_has_an_example(name: str) -> None:
    module = importlib.import_module(f"courtside.{name}")
    without = [
        function
        for function, found in inspect.getmembers(module, inspect.isfunction)
        if found.__module__ == module.__name__
        and not function.startswith("_")
        and "pl." not in str(found.__annotations__)
        and function != "packaged_aliases"
        and ">>> " not in (found.__doc__ or "")
    ]
    assert without == [], f"add an example to the docstrings of {name}"


def test_every_public_method_of_a_home_has_an_example() -> None:
    public = {name: found for name, found in vars(courtside.Home).items() if not name.startswith("_")}
    assert [name for name, found in public.items() if ">>> " not in (found.__doc__ or "")] == []
    assert len(public) > 10


def test_an_example_that_does_not_hold_fails() -> None:
    planted = ModuleType("planted", ">>> 1 + 1\n3\n")
    assert failures(planted) == 1
