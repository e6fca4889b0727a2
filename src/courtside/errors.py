"""Errors that a user can act on; each names the value, the place and the next command, and has an exit code."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import ClassVar

PROBLEM, USAGE, FAILURE = 1, 2, 70
"""Exit codes: something needs attention; an argument or setting is wrong; an error stopped the command."""

CRASHED = "run.crashed"
"""The cause of the alert about a command that an error stopped."""


class CourtsideError(Exception):
    """An error that a user can act on; it is printed as one line, without a traceback."""

    exit_code: ClassVar[int] = FAILURE


class AnswerError(CourtsideError):
    """An expected condition that needs attention, such as a model that does not pass its gates; nothing crashed."""

    exit_code = PROBLEM


class ConfigError(CourtsideError):
    """An argument or a setting is unknown or has a wrong value; nothing was done."""

    exit_code = USAGE


class StorageError(CourtsideError):
    """A home, a warehouse or a disk cannot be read or written."""


class PayloadRefusedError(AnswerError):
    """A payload cannot be parsed as its kind; the payload is kept, and its rows are not stored."""


class SchemaDriftError(CourtsideError):
    """A stored table has another shape than its table object."""


class WriteRefusedError(CourtsideError):
    """Rows failed validation in staging; nothing was written.

    `dates` holds the dates of the failing rows where the validation knows them.
    """

    def __init__(self, message: str, dates: Iterable[dt.date] = ()) -> None:
        super().__init__(message)
        self.dates = frozenset(dates)


class WarehouseBusyError(AnswerError):
    """Another process is writing; run the command again when that process is done."""
