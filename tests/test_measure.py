"""The measurements of `benchmarks/`."""

from __future__ import annotations

from benchmarks.measure import measured

HELD = 256 * 2**20


def nothing() -> None:
    """Do nothing."""


def test_the_peak_of_a_process_does_not_count_what_its_starter_holds() -> None:
    before = measured(nothing).peak_mb
    held = b"x" * HELD
    assert measured(nothing).peak_mb < before + len(held) / 2**20 / 2
