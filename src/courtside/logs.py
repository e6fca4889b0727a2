"""Logs: readable lines, or JSON by setting; each line carries the run, the stage and the dates it belongs to.

Modules log through the standard library. A value that is bound with `bound` appears in each of their lines.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any, TextIO

import structlog

from courtside.errors import ConfigError

LEVEL_VARIABLE, FORMAT_VARIABLE = "COURTSIDE_LOG_LEVEL", "COURTSIDE_LOG_FORMAT"
FORMATS = ("text", "json")
SECRET_ENDINGS = ("_KEY", "_TOKEN", "_SECRET", "_PASSWORD", "ALERT_URLS")
HANDLER = "courtside"
HIDDEN = "(hidden)"
MIN_SECRET_LENGTH = 6
QUIETED_LOGGERS = ("urllib3", "pypdf", "apprise", "stamina")

Event = MutableMapping[str, Any]

SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def configure(stream: TextIO | None = None, *, level: str | None = None, as_json: bool | None = None) -> None:
    """Write log lines to `stream` (default: standard error).

    The level is `level`, or `COURTSIDE_LOG_LEVEL`, or WARNING. Lines are JSON with `as_json`, or where
    `COURTSIDE_LOG_FORMAT` is `json`.

    Raises:
        ConfigError: where the level or the format does not exist.
    """
    target = stream or sys.stderr
    wanted = (level or os.environ.get(LEVEL_VARIABLE) or "WARNING").upper()
    if wanted not in logging.getLevelNamesMapping():
        raise ConfigError(f"{LEVEL_VARIABLE} {wanted!r} is not a log level. Set it to DEBUG, INFO, WARNING or ERROR")
    form = os.environ.get(FORMAT_VARIABLE) or FORMATS[0]
    if form not in FORMATS:
        raise ConfigError(f"{FORMAT_VARIABLE} {form!r} is not a format of log lines. Set it to text or json")
    is_json = form == "json" if as_json is None else as_json
    handler = logging.StreamHandler(stream) if stream else _ToStandardError()
    handler.set_name(HANDLER)
    handler.setFormatter(_formatter(is_json, has_colours=target.isatty() and "NO_COLOR" not in os.environ))
    root = logging.getLogger()
    for known in [known for known in root.handlers if known.get_name() == HANDLER]:
        root.removeHandler(known)
    root.addHandler(handler)
    root.setLevel(wanted)
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    for name in QUIETED_LOGGERS:
        logging.getLogger(name).setLevel(logging.ERROR)


class _ToStandardError(logging.StreamHandler[TextIO]):
    """A handler that writes each line to the current standard error."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:
        return sys.stderr

    @stream.setter
    def stream(self, value: TextIO) -> None:
        """Do nothing: the stream is looked up for each line."""


def _formatter(is_json: bool, *, has_colours: bool) -> logging.Formatter:
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if is_json
        else structlog.dev.ConsoleRenderer(colors=has_colours)
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=SHARED,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            without_secrets,
            renderer,
        ],
    )


def without_secrets(_: Any, __: str, event: Event) -> Event:
    """Return an event in which every secret value from the environment is hidden."""
    event.update({name: hide_secrets(value) for name, value in event.items() if isinstance(value, str)})
    return event


def hide_secrets(text: str) -> str:
    """Return `text` in which every secret value from the environment is hidden."""
    for name, value in os.environ.items():
        if name.startswith("COURTSIDE_") and name.endswith(SECRET_ENDINGS):
            for secret in value.split():
                text = text.replace(secret, HIDDEN) if len(secret) >= MIN_SECRET_LENGTH else text
    return text


@contextmanager
def bound(**values: Any) -> Iterator[None]:
    """Add `values`, such as the run id and the stage, to every line that is logged inside the block."""
    with structlog.contextvars.bound_contextvars(**{name: str(value) for name, value in values.items()}):
        yield
