"""Messages about new picks and their changes, sent through `apprise` where `pick_alert_urls` is set."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import structlog

from courtside.alerts import AppriseDelivery, Delivery
from courtside.clock import Clock
from courtside.config import Settings
from courtside.publishing.exporters.predictions import PREDICTIONS
from courtside.publishing.exporters.publications import PUBLICATIONS_FILE
from courtside.publishing.stores.base import Store

ALL_PICKS = "8"
"""The subset that holds every pick."""
SENT = "picks.json"
"""The file below `alerts` in the home that holds the last version sent of each date."""

log = structlog.get_logger(__name__)
Picks = Mapping[str, Mapping[str, Any]]


def send_pick_alerts(
    store: Store, settings: Settings, clock: Clock, dates: Sequence[dt.date], delivery: Delivery | None = None
) -> list[str]:
    """Send a message for each date of today or later whose newest LIVE version has not been sent; return the titles.

    The first message of a date lists its picks; a later one lists what was dropped, added or changed, with the reason;
    a dropped player whom the quality gate blocks, for example because he is out, has the reason of the gate.
    A message that could not be delivered is logged and sent again after the next export. Without addresses nothing is
    sent.
    """
    addresses = settings.pick_alert_urls.get_secret_value().split()
    if delivery is None and not addresses:
        return []
    deliver = delivery or AppriseDelivery(addresses)
    path = settings.home / "alerts" / SENT
    sent, titles = _sent(path), []
    for day in sorted(day for day in set(dates) if day >= clock.today()):
        content = store.read(PUBLICATIONS_FILE.path(date=day))
        versions = json.loads(content)["versions"] if content else []
        if not versions or versions[-1]["version"] <= sent.get(str(day), 0):
            continue
        message = _message(day, versions, sent.get(str(day), 0), _blocked(store, day))
        why = deliver("picks", *message) if message else None
        if why is not None:
            log.warning("pick_alert.undelivered", date=str(day), reason=why)
            continue
        sent[str(day)] = versions[-1]["version"]
        titles += [message[0]] if message else []
        _remember(path, sent, clock.today())
    return titles


def _message(
    day: dt.date, versions: Sequence[Mapping[str, Any]], known: int, blocked: Mapping[str, str]
) -> tuple[str, str] | None:
    """Return title and body about the newest version, compared with the version `known`; None where no pick is LIVE.

    `blocked` holds the reason of each player whom the quality gate blocks now.
    """
    now = _live(versions[-1])
    before = next((_live(version) for version in versions if version["version"] == known), {})
    title = f"{day:%b} {day.day}: {len(now)} pick{'' if len(now) == 1 else 's'}"
    if not before:
        return (title, "\n".join(map(_line, now.values()))) if now else None
    dropped = [key for key in before if key not in now]
    lines = [f"Dropped: {_line(before[key])}" + (f": {blocked[key]}" if key in blocked else "") for key in dropped]
    lines += [f"New: {_line(pick)}" for key, pick in now.items() if key not in before]
    lines += [f"Changed: {_line(now[key])}" for key in now if key in before and _line(now[key]) != _line(before[key])]
    return (f"{title}, changed", "\n".join([str(versions[-1]["reason"]), *lines])) if lines else None


def _live(version: Mapping[str, Any]) -> Picks:
    return {_key(pick): pick for pick in version["picks"] if pick["group"] == ALL_PICKS and pick["kind"] == "LIVE"}


def _blocked(store: Store, day: dt.date) -> dict[str, str]:
    """Return the reason of each player whom the quality gate blocks, from the predictions of the date."""
    content = store.read(PREDICTIONS.path(date=day))
    games = json.loads(content)["games"] if content else []
    return {_key(player): player["held"] for game in games for player in game["players"] if player["held"]}


def _key(row: Mapping[str, Any]) -> str:
    return f"{row['player']}|{row['team']}"


def _line(pick: Mapping[str, Any]) -> str:
    teams = f"{pick['team']} – {pick['opponent']}"
    return f"{pick['player']} ({teams}) {pick['direction']} {pick['line']}, expected {pick['prediction']}"


def _sent(path: Path) -> dict[str, int]:
    """Return the last version sent of each date; none where the file is missing or cannot be read."""
    try:
        return {str(day): int(version) for day, version in json.loads(path.read_text(encoding="utf-8")).items()}
    except FileNotFoundError:
        return {}
    except (ValueError, TypeError, AttributeError):
        log.warning("pick_alert.state_unreadable", path=str(path))
        return {}


def _remember(path: Path, sent: Mapping[str, int], today: dt.date) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(json.dumps({day: version for day, version in sent.items() if day >= str(today)}), "utf-8")
    unfinished.replace(path)
