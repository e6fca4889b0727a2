"""Alerts, sent through every service that `apprise` supports.

An alert is about a cause. While the cause lasts, one message is sent per interval and the others are counted; when it
ends, one message is sent about the recovery. Sending raises no error: a message that could not be delivered is written
to the dead-letter log, and the run continues. Addresses hold secrets and are never logged.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from courtside.clock import Clock
from courtside.config import Settings
from courtside.errors import CRASHED

log = logging.getLogger(__name__)
DELIVERY_LOGGERS = ("apprise", "urllib3", "urllib3.connectionpool")
STATE, DEAD_LETTERS = "state.json", "dead_letter.jsonl"
MIN_SECRET_LENGTH = 6
"""Parts of an address that have at least this length are masked as secrets in every text."""


class Severity(StrEnum):
    """The severity of an alert."""

    WARNING = "warning"
    ERROR = "error"
    CRITICAL = "critical"


@dataclass(frozen=True)
class Alert:
    """A message about a cause, such as `post_write.contaminated`."""

    cause: str
    severity: Severity
    title: str
    body: str


@dataclass(frozen=True)
class Episode:
    """The stored state of a lasting cause: its start, the last message about it, and the messages suppressed since."""

    since: str
    last_sent_at: str
    severity: str
    suppressed: int = 0


class Delivery(Protocol):
    """Delivers a message to its recipients."""

    def __call__(self, severity: str, title: str, body: str) -> str | None:
        """Deliver a message; return None where that succeeded, or else the reason."""


class Notifier:
    """Sends alerts, at most one per cause and `interval`; `folder` holds its state and the dead-letter log."""

    def __init__(self, delivery: Delivery | None, folder: Path, clock: Clock, interval: dt.timedelta) -> None:
        self._delivery, self._folder, self._clock, self._interval = delivery, folder, clock, interval

    def send(self, alert: Alert) -> str:
        """Send an alert, and return `sent`, `suppressed`, `undelivered` or `off`."""
        return self._guarded(lambda: self._send(alert), alert.title)

    def recover(self, cause: str, body: str) -> str:
        """Send a recovery where an alert about `cause` was sent; return as `send` does, or `quiet` where none was."""
        return self._guarded(lambda: self._recover(cause, body), cause)

    def _guarded(self, work: Callable[[], str], what: str) -> str:
        try:
            return work()
        except Exception as error:  # noqa: BLE001 - a failing alert must not stop a run
            log.warning("the alert %r could not be handled: %s", what, type(error).__name__)
            return "undelivered"

    def _send(self, alert: Alert) -> str:
        now, known = self._clock.now(), self._known()
        episode = known.get(alert.cause)
        if episode and not self._is_due(episode, alert.severity, now):
            self._store(known | {alert.cause: replace(episode, suppressed=episode.suppressed + 1)})
            return "suppressed"
        since = episode.since if episode else now.isoformat()
        repeated = (
            f"\n({episode.suppressed} more alerts about it since {episode.last_sent_at[:16]} UTC)" if episode else ""
        )
        outcome = self._deliver(alert.severity, alert.cause, alert.title, alert.body + repeated)
        if outcome == "sent":
            self._store(known | {alert.cause: Episode(since, now.isoformat(), alert.severity)})
        return outcome

    def _recover(self, cause: str, body: str) -> str:
        known = self._known()
        episode = known.pop(cause, None)
        if episode is None:
            return "quiet"
        counted = f" ({episode.suppressed} more alerts about it were not sent)" if episode.suppressed else ""
        text = f"{body}\nIt lasted since {episode.since[:16]} UTC{counted}."
        outcome = self._deliver("recovered", cause, f"recovered: {cause}", text)
        if outcome == "sent":
            self._store(known)
        return outcome

    def _is_due(self, episode: Episode, severity: Severity, now: dt.datetime) -> bool:
        """Return whether a message is due: after the interval, or at once where the cause has become more severe."""
        order = [str(item) for item in Severity]
        is_worse = order.index(severity) > order.index(episode.severity)
        return is_worse or now - dt.datetime.fromisoformat(episode.last_sent_at) >= self._interval

    def _deliver(self, severity: str, cause: str, title: str, body: str) -> str:
        if self._delivery is None:
            return "off"
        try:
            why = self._delivery(severity, title, body)
        except Exception as error:  # noqa: BLE001 - an alert raises no error; only its text may hold a secret
            why = type(error).__name__
        if why is None:
            return "sent"
        letter = {"at": self._clock.now().isoformat(), "severity": severity, "cause": cause, "title": title}
        self._append_dead_letter(letter | {"body": body, "why": why})
        return "undelivered"

    def _append_dead_letter(self, letter: dict[str, str]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / DEAD_LETTERS).open("a", encoding="utf-8") as file:
            file.write(json.dumps(letter, ensure_ascii=False) + "\n")

    def _known(self) -> dict[str, Episode]:
        """Return the stored causes; none where the file cannot be read, so that their alerts are sent again."""
        path = self._folder / STATE
        if not path.exists():
            return {}
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
            return {cause: Episode(**episode) for cause, episode in stored.items()}
        except (ValueError, TypeError, AttributeError):
            log.warning("%s cannot be read; alerts about lasting causes will be sent again", path)
            return {}

    def _store(self, known: dict[str, Episode]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / STATE
        unfinished = path.with_name(f".{STATE}.{os.getpid()}.{secrets.token_hex(4)}")
        unfinished.write_text(
            json.dumps({cause: asdict(episode) for cause, episode in known.items()}), encoding="utf-8"
        )
        unfinished.replace(path)


class AppriseDelivery:
    """Delivers through `apprise` to addresses such as a Slack webhook."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self._addresses = tuple(addresses)

    def __call__(self, severity: str, title: str, body: str) -> str | None:
        """Deliver to every address; return which addresses failed and why, without their secrets, or None."""
        failed = []
        for address in self._addresses:
            why = _notified(address, severity, title, body)
            if why is not None:
                failed.append(f"{scheme_of(address)}: {masked(why, self._addresses)}")
        return "; ".join(failed) or None


class _LineCollector(logging.Handler):
    """A log handler that collects the lines of a library."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Collect a line."""
        self.lines.append(record.getMessage())


def _notified(address: str, severity: str, title: str, body: str) -> str | None:
    """Send a message to one address; return None where that succeeded, or else the library's reason."""
    import apprise

    types = apprise.NotifyType
    kinds = {"warning": types.WARNING, "recovered": types.SUCCESS, "picks": types.INFO}
    kind = kinds.get(severity, apprise.NotifyType.FAILURE)
    with _collected_log_lines() as lines:
        service = apprise.Apprise()
        if not service.add(address):
            return "no service supports this address; see the list of services of `apprise`"
        if service.notify(title=f"[{severity}] {title}", body=body, notify_type=kind):
            return None
    return "; ".join(lines) or "the service did not accept the message"


@contextmanager
def _collected_log_lines() -> Iterator[list[str]]:
    """Collect the log lines of the delivery libraries instead of logging them: they hold whole addresses."""
    collector = _LineCollector()
    loggers = [logging.getLogger(name) for name in DELIVERY_LOGGERS]
    before = [(logger.level, logger.propagate) for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.WARNING)
        logger.propagate = False
        logger.addHandler(collector)
    try:
        yield collector.lines
    finally:
        for logger, (level, propagate) in zip(loggers, before, strict=True):
            logger.removeHandler(collector)
            logger.setLevel(level)
            logger.propagate = propagate


def scheme_of(address: str) -> str:
    """Return the part of an address that may be shown: its scheme."""
    return f"{address.partition('://')[0][:20]}://…" if "://" in address else "an address without a scheme"


def masked(text: str, addresses: Sequence[str]) -> str:
    """Return `text` with every possible secret of the addresses replaced."""
    parts = {part for address in addresses for part in _secret_parts(address)}
    for part in sorted(parts, key=len, reverse=True):
        text = text.replace(part, "…")
    return text


def _secret_parts(address: str) -> set[str]:
    rest = address.partition("://")[2] or address
    pieces = {address, rest, *re.split(r"[/:@?&=,\s]", rest)}
    query = urlsplit(address).query if "://" in address else ""
    return {form for piece in (*pieces, query) for form in (piece, unquote(piece)) if len(form) >= MIN_SECRET_LENGTH}


def alert_crash(settings: Settings, what: str, reason: str) -> None:
    """Send an alert that an error stopped `what`, under the cause `run.crashed`."""
    alert = Alert(CRASHED, Severity.CRITICAL, f"{what} was stopped", f"{reason}\nNext: `courtside status`")
    notifier(settings, settings.clock).send(alert)


def notifier(settings: Settings, clock: Clock) -> Notifier:
    """Return the notifier of an installation; it sends nothing where no addresses are set."""
    addresses = settings.alert_urls.get_secret_value().split()
    return Notifier(
        AppriseDelivery(addresses) if addresses else None,
        settings.home / "alerts",
        clock,
        dt.timedelta(minutes=settings.alert_interval_minutes),
    )
