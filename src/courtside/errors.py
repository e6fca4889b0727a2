"""Errors a user can act on; each names the value, the place and the next command, and carries its exit code."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import ClassVar

PROBLEM, USAGE, FAILURE = 1, 2, 70
"""Exit codes: something needs attention; the command could not be run as asked; the command was stopped."""


class CourtsideError(Exception):
    """An error a user can act on: printed as one line, without a traceback."""

    exit_code: ClassVar[int] = FAILURE


class AnswerError(CourtsideError):
    """An expected answer to a question, such as a model that does not pass its gates; the command itself worked."""

    exit_code = PROBLEM


class ConfigError(CourtsideError):
    """An argument or a setting that cannot be used; nothing was done."""

    exit_code = USAGE


class SettingsError(ConfigError):
    """A setting of the environment or the settings file that does not exist or holds a wrong value; exit code 2."""


class StorageError(CourtsideError):
    """A home, a warehouse or a disk that cannot be read or written."""


class PayloadRefusedError(AnswerError):
    """A payload that cannot be read as the kind it claims to be; it is kept, its rows are not."""


class SchemaDriftError(CourtsideError):
    """A stored table that differs from its table object."""


class WriteRefusedError(CourtsideError):
    """Rows that failed validation in staging; nothing was written.

    `dates` are those at fault, where the validation can tell.
    """

    def __init__(self, message: str, dates: Iterable[dt.date] = ()) -> None:
        super().__init__(message)
        self.dates = frozenset(dates)


class WarehouseBusyError(AnswerError):
    """Another process is writing; try again when it is done."""
