"""While a model is evaluated, no `Home` of the process gives away the dates that it is evaluated on."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

import courtside
from courtside.predictions.errors import LeakageError

DAY = "2025-11-10"
READS: dict[str, Callable[[courtside.Home], object]] = {
    "training_set": lambda home: home.training_set("2025-10-22", DAY),
    "slate": lambda home: home.slate(DAY),
    "features": lambda home: home.features(DAY, DAY),
    "lines": lambda home: home.lines("2025-11-12", "2025-11-12"),
    "predictions": lambda home: home.predictions("2025-11-01", "2025-11-12"),
    "picks": lambda home: home.picks(DAY, DAY),
    "record": lambda home: home.record(),
    "explain": lambda home: home.explain("2000016", DAY),
    "player": lambda home: home.player("2000016"),
    "check": lambda home: home.check("2025-10-22", "2025-11-01"),
}


def test_every_method_that_reads_is_listed() -> None:
    others = {"columns", "folder", "backtest"}
    assert {name for name in vars(courtside.Home) if not name.startswith("_")} - others == set(READS)


@pytest.mark.parametrize("name", READS)
def test_a_read_of_an_evaluated_date_is_refused(home: courtside.Home, name: str) -> None:
    with pytest.raises(LeakageError, match=f"{name} reads .* dates from {DAY} on are being evaluated"):  # noqa: SIM117
        with courtside.evaluating(DAY):
            READS[name](home)


def test_a_second_home_a_thread_and_a_child_process_are_refused_too(example_folder: Path) -> None:
    refused: list[BaseException] = []

    def read() -> None:
        try:
            courtside.open(example_folder).features(DAY, DAY)
        except LeakageError as error:
            refused.append(error)

    with pytest.raises(LeakageError):  # noqa: SIM117
        with courtside.evaluating(DAY):
            read()
            thread = threading.Thread(target=read)
            thread.start()
            thread.join()
            script = f"import courtside; courtside.open({str(example_folder)!r}).features({DAY!r}, {DAY!r})"
            child = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert len(refused) == 2
    assert child.returncode == 1
    assert "are being evaluated" in child.stderr


def test_a_refusal_that_the_caller_catches_is_raised_at_the_end(home: courtside.Home) -> None:
    with pytest.raises(LeakageError, match="features reads"), courtside.evaluating(DAY):  # noqa: SIM117
        with contextlib.suppress(LeakageError):
            home.features(DAY, DAY)


def test_earlier_dates_can_be_read_and_the_earliest_of_two_bounds_counts(home: courtside.Home) -> None:
    with courtside.evaluating(DAY):
        assert home.features("2025-11-09", "2025-11-09").height
    with pytest.raises(LeakageError, match="dates from 2025-11-09 on"), courtside.evaluating(DAY):  # noqa: SIM117
        with courtside.evaluating("2025-11-09"):
            home.features("2025-11-09", "2025-11-09")
    assert home.features(DAY, DAY).height
