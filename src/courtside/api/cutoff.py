"""The first date that is being evaluated: while a model is fitted and predicts, no data from it on can be read.

The date is kept in the environment, so that every `Home` of this process, its threads and the processes that it starts
refuse the same dates.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from courtside.predictions.errors import LeakageError

VARIABLE = "COURTSIDE_EVALUATED_FROM"
_inherited = os.environ.get(VARIABLE)
_lock = Lock()
_active: list[dt.date] = []
_refused: list[LeakageError] = []


@contextmanager
def evaluating(day: dt.date | str) -> Iterator[None]:
    """Refuse, inside the `with` block, every read of data of `day` or later.

    Raises:
        LeakageError: at the end of the block where a read was refused, also where the caller caught the first error.

    >>> import courtside
    >>> home = courtside.example()
    >>> with courtside.evaluating("2025-11-10"):
    ...     home.training_set("2025-10-22", "2025-11-10")
    Traceback (most recent call last):
    ...
    courtside.predictions.errors.LeakageError: training_set reads data up to 2025-11-10, but dates from 2025-11-10 on \
are being evaluated: a model must not see them. End the range at 2025-11-09.
    """
    first = dt.date.fromisoformat(day) if isinstance(day, str) else day
    with _lock:
        _active.append(first)
        known = len(_refused)
        _publish()
    try:
        yield
    finally:
        with _lock:
            _active.remove(first)
            _publish()
            refused = _refused[known:]
            if not _active:
                _refused.clear()
    if refused:
        raise refused[0]


def require_before_cutoff(last: dt.date | None, what: str) -> None:
    """Refuse to read data up to `last` where that date is being evaluated; None stands for all data.

    Raises:
        LeakageError: naming `what` reads, and both dates.
    """
    if (text := os.environ.get(VARIABLE)) is None:
        return
    first = dt.date.fromisoformat(text)
    if last is not None and last < first:
        return
    error = LeakageError(
        f"{what} reads {f'data up to {last}' if last else 'all data'}, but dates from {first} on are being evaluated: "
        f"a model must not see them. End the range at {first - dt.timedelta(days=1)}."
    )
    _refused.append(error)
    raise error


def _publish() -> None:
    """Set the variable to the earliest date that is being evaluated, or remove it where there is none."""
    days = [*(day.isoformat() for day in _active), *([_inherited] if _inherited else [])]
    if days:
        os.environ[VARIABLE] = min(days)
    else:
        os.environ.pop(VARIABLE, None)
