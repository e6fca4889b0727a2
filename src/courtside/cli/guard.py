"""The guard around every command: it prints one line per error, sets the exit code, and alerts about crashes."""

from __future__ import annotations

import errno
import gc
import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from typer.core import TyperGroup

import courtside
from courtside import logs
from courtside.cli.output import complaints
from courtside.errors import CRASHED, FAILURE, PROBLEM, CourtsideError

if TYPE_CHECKING:
    from courtside.config import Settings

log = logging.getLogger(__name__)
used_settings: list[Settings] = []
"""The settings that the running command loaded; the guard sends its alert with them."""

RECOVERING = ("daily", "run")
"""Commands that send the recovery when they end normally."""

EXIT_CODES = (
    "Exit codes: 0 done; 1 something is held, failed, late, refused or contaminated, or another process is writing; "
    "2 wrong arguments or settings, nothing was done (`check`: could not check); 70 stopped by an error; an alert is "
    f"sent as `{CRASHED}`; 130 interrupted."
)
ADVICE = {
    errno.ENOSPC: "Free disk space, then run the command again",
    errno.EDQUOT: "Free disk space, then run the command again",
    errno.EACCES: "Correct its owner and mode, or name another folder with --home",
    errno.EPERM: "Correct its owner and mode, or name another folder with --home",
    errno.EROFS: "Mount it for writing, or name another folder with --home",
}
"""The next step for an error of the operating system."""

_LONGEST = 400
_NEW_OBJECTS = 100_000
"""New objects between two searches for reference cycles. Published documents are many objects without cycles."""


class GuardedGroup(TyperGroup):
    """The root group of the commands. It passes on only those exceptions that carry typer's own exit codes."""

    def invoke(self, context: typer.Context) -> object:  # type: ignore[override]
        """Run the named command, and turn an exception into one line and an exit code."""
        used_settings.clear()
        gc.set_threshold(_NEW_OBJECTS)
        with _guarded(context):
            result: object = super().invoke(context)
            if context.invoked_subcommand in RECOVERING:
                _recover()
        return result


@contextmanager
def _guarded(context: typer.Context) -> Iterator[None]:
    try:
        yield
    except (typer.Abort, BrokenPipeError):
        raise
    except CourtsideError as error:
        _end(context, str(error), error, error.exit_code)
    except Exception as error:
        if hasattr(error, "exit_code"):  # typer's own: a usage error or an exit
            if context.invoked_subcommand in RECOVERING and error.exit_code == PROBLEM:
                _recover()
            raise
        _end(context, described(error), error, FAILURE)


def _end(context: typer.Context, text: str, error: Exception, code: int) -> None:
    """Print one line, send an alert where an error stopped the command, and exit."""
    text = logs.hide_secrets(text)
    complaints.print("error: ", end="", style="bold red")
    complaints.print(text, soft_wrap=True)
    log.debug("%s", type(error).__name__, exc_info=error)
    if code == FAILURE and used_settings:
        from courtside.alerts import alert_crash

        alert_crash(used_settings[-1], f"`courtside {context.invoked_subcommand}`", text)
    raise typer.Exit(code) from error


def _recover() -> None:
    if used_settings:
        from courtside.alerts import notifier

        settings = used_settings[-1]
        notifier(settings, settings.clock).recover(CRASHED, "A run ended normally.")


def described(error: Exception) -> str:
    """Return on one line what was found, where, and the next step."""
    if isinstance(error, OSError) and error.strerror:
        place = f"{error.filename}: " if error.filename else ""
        return f"{place}{error.strerror}. {ADVICE.get(error.errno or 0, 'Correct it, then run the command again')}."
    found = " ".join(f"{type(error).__name__}: {error}".split())[:_LONGEST]
    return (
        f"{found} ({_place(error)}). This is a fault of the program; stored data keep their last complete state. "
        f"Run the command again with {logs.LEVEL_VARIABLE}=DEBUG to see the traceback, and report it."
    )


def _place(error: Exception) -> str:
    """Return the innermost line of this package in the traceback."""
    root = Path(courtside.__file__).parent
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if root in Path(frame.filename).parents]
    return f"{Path(frames[-1].filename).relative_to(root)}:{frames[-1].lineno}" if frames else "outside the package"
