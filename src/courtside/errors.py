"""The outcomes a reader can act on; each error names the value, the place and the next command."""

from __future__ import annotations


class CourtsideError(Exception):
    """An error a user can act on: printed as one line, without a traceback."""


class ConfigError(CourtsideError):
    """A setting that cannot be used."""


class SettingsError(ConfigError):
    """A setting of the environment or the settings file that does not exist or holds a wrong value; exit code 2."""


class PayloadRefusedError(CourtsideError):
    """A payload that cannot be read as the kind it claims to be; it is kept, its rows are not."""


class SchemaDriftError(CourtsideError):
    """A stored table that differs from its table object."""


class WriteRefusedError(CourtsideError):
    """Rows that failed validation in staging; nothing was written."""


class WarehouseBusyError(CourtsideError):
    """Another process is writing; try again when it is done."""
