"""Live intake: the requests to each source in their order, and the result of every request.

Fetching needs no warehouse: each payload is stored with a note that it waits, and is ingested afterwards or by the
next run.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import narwhals as nw
import polars as pl

from courtside.alerts import Alert, Severity, notifier
from courtside.clock import GameType, game_type_of
from courtside.errors import CourtsideError, PayloadRefusedError
from courtside.operations.ingest import Report, ingest
from courtside.operations.plans import Plan
from courtside.pipeline.context import Context
from courtside.raw import parse
from courtside.raw.tables import PAYLOAD_LOG, RAW_SCHEDULE
from courtside.sources import nba
from courtside.sources.http import Client
from courtside.sources.outcomes import (
    AbsentError,
    FetchError,
    NotYetError,
    PermanentFetchError,
    TransientFetchError,
)
from courtside.sources.payload import Payload
from courtside.sources.pending import Pending, Waiting
from courtside.sources.request import Request
from courtside.sources.store import PayloadStore
from courtside.warehouse.base import Upsert

FINE = ("fetched", "absent")
KEPT = "stored; no table reads it yet"
CAUSE, REFUSED = "source", "payloads.refused"
_MORE_OF_PLAYERS = {"PLAYER_ID", "PLAYER_NAME", "FANTASY_PTS"}


@dataclass(frozen=True)
class Step:
    """The result of one request: `fetched`, `absent`, `not_yet`, `failed`, `refused` or `stopped`, with the reason."""

    source: str
    name: str
    status: str
    reason: str | None = None


def sketch(plan: Plan) -> Iterator[Request]:
    """Yield the requests that a plan would send, without sending any."""
    requests = plan.requests()
    try:
        request = next(requests)
        while True:
            yield request
            request = requests.send(None)
    except StopIteration:
        return


def fetch(plan: Plan, client: Client, pending: Pending) -> Iterator[Step]:
    """Send a plan's requests, store each payload when it arrives, and yield the result of each request.

    A payload of another shape, a report that is not out yet, a refused request, an open circuit and a spent budget stop
    the plan, but not other plans. The plan continues after an absent document and after a fault that outlasts its
    retries.
    """
    requests = plan.requests()
    response: Payload | None = None
    is_first = True
    while True:
        try:
            request = next(requests) if is_first else requests.send(response)
        except StopIteration:
            return
        except CourtsideError as error:
            yield Step(plan.source, "plan", "stopped", str(error))
            return
        except Exception as error:  # noqa: BLE001 - any error that a response causes in a plan stops this plan only
            yield Step(plan.source, "plan", "stopped", f"the previous response cannot be used ({type(error).__name__})")
            return
        is_first = False
        try:
            step, response = _one(plan, request, client, pending)
        except OSError as error:
            step, response = _not_kept(Step(plan.source, request.name, "stopped"), error), None
        except Exception as error:  # noqa: BLE001 - becomes a failed step, so that the other requests are sent
            # The text of the error may hold a key; its class does not.
            reason = f"the response cannot be used ({type(error).__name__})"
            step, response = Step(plan.source, request.name, "failed", reason), None
        yield step
        if step.status in ("not_yet", "refused", "stopped"):
            requests.close()
            return


ENDS: dict[type[FetchError], str] = {AbsentError: "absent", NotYetError: "not_yet", PermanentFetchError: "stopped"}


def _one(plan: Plan, request: Request, client: Client, pending: Pending) -> tuple[Step, Payload | None]:
    step = Step(plan.source, request.name, "fetched")
    try:
        payload = client.fetch(request)
    except TransientFetchError as error:
        if error.content:
            pending.add(client.payload(request, error.content), is_read=request.is_read)
        return replace(step, status="failed", reason=str(error)), None
    except FetchError as error:
        return replace(step, status=ENDS[type(error)], reason=str(error)), None
    pending.add(payload, is_read=request.is_read)
    try:
        if request.is_read:
            parse(payload)
    except PayloadRefusedError as error:
        return replace(step, status="refused", reason=f"the shape has changed: {error}"), None
    return replace(step, reason=differences(payload)), payload


def _not_kept(step: Step, error: OSError) -> Step:
    """Return a step that ends its plan: the payload could not be stored, so no further one could be either."""
    return replace(step, reason=f"could not be stored on disk: {error.strerror or error}")


def differences(payload: Payload) -> str | None:
    """Return how a game log's columns differ from the known ones, or None; such a log is still parsed."""
    if payload.source != nba.SOURCE or not payload.name.startswith("leaguegamelog"):
        return None
    document = json.loads(payload.content)
    sets = document.get("resultSets") if isinstance(document, dict) else None
    header = sets[0].get("headers", []) if isinstance(sets, list) and sets and isinstance(sets[0], dict) else []
    known = nba.known_header()
    new = [name for name in header if name not in known and name not in _MORE_OF_PLAYERS]
    gone = [name for name in known if name not in header]
    order = [name for name in header if name in known]
    notes = [f"new columns {', '.join(new)}"] if new else []
    notes += [f"columns gone {', '.join(gone)}"] if gone else []
    notes += ["columns in another order"] if order != [name for name in known if name in header] else []
    return "; ".join(notes) or None


def ingest_waiting(context: Context, steps: Sequence[Step] = ()) -> list[Report]:
    """Ingest every waiting payload, record the steps in the run log, and alert about failed sources.

    A payload stops waiting only after its rows are stored. A payload that is damaged on disk is set aside and reported.
    """
    store = PayloadStore(context.settings.raw_folder)
    pending = Pending(store)
    waiting = list(pending.waiting())
    readable = [item for item in waiting if item.payload and item.is_read]
    reports = list(ingest((item.payload for item in readable if item.payload), context.warehouse, store))
    _log_kept(context, [item for item in waiting if item.payload and not item.is_read])
    damaged = [Step("store", item.note.name, "failed", item.problem) for item in waiting if item.problem]
    _write_events(context, [*steps, *damaged], reports)
    for item in waiting:
        pending.set_aside(item) if item.problem else pending.done(item)
    _alert_sources(context, [*steps, *damaged])
    _alert_refused(context, reports)
    return reports


def _log_kept(context: Context, kept: Sequence[Waiting]) -> None:
    if not kept:
        return
    known = context.warehouse.collect(context.warehouse.scan(PAYLOAD_LOG).select("seq")).height
    rows = [
        {
            "payload_id": item.payload.payload_id,
            "seq": known + place,
            "source": item.payload.source,
            "name": item.payload.name,
            "kind": None,
            "fetched_at": item.payload.fetched_at,
            "size_bytes": len(item.payload.content),
            "status": "empty",
            **dict.fromkeys(("rows_read", "rows_new", "rows_known", "rows_refused"), 0),
            "reason": KEPT,
        }
        for place, item in enumerate(kept, start=1)
        if item.payload
    ]
    context.warehouse.append([Upsert(PAYLOAD_LOG, pl.DataFrame(rows, schema=PAYLOAD_LOG.polars_schema))])


def _write_events(context: Context, steps: Sequence[Step], reports: Sequence[Report]) -> None:
    refused = [Step("raw", report.name, "refused", report.reason) for report in reports if report.status == "refused"]
    rows: list[Upsert] = []
    if reports:
        added = sum(report.rows_new for report in reports)
        detail = f"{len(reports)} payloads, {added} new rows"
        rows.append(context.run_log.event("ingest", "wrote", [], added, detail=detail))
    for step in (*steps, *refused):
        if step.status not in FINE or (step.reason and step.status == "fetched"):
            event = "wrote" if step.status == "fetched" else "failed"
            detail = f"{step.name}: {step.status}: {step.reason}"
            rows.append(context.run_log.event(f"ingest {step.source}", event, [], 0, detail=detail))
    if rows:
        context.warehouse.upsert(rows)


def _alert_sources(context: Context, steps: Sequence[Step]) -> None:
    alerts = notifier(context.settings, context.clock)
    for source in dict.fromkeys(step.source for step in steps):
        bad = [step for step in steps if step.source == source and step.status not in FINE]
        if bad:
            body = "\n".join(f"{step.name}: {step.status}: {step.reason}" for step in bad[:10])
            severity = Severity.WARNING if all(step.status == "not_yet" for step in bad) else Severity.ERROR
            alerts.send(Alert(f"{CAUSE}.{source}", severity, f"source {source}: {bad[0].status}", body))
        else:
            alerts.recover(f"{CAUSE}.{source}", f"source {source} responds again")


def _alert_refused(context: Context, reports: Sequence[Report]) -> None:
    """Alert about refused payloads: they stay in the payload store, and no table holds their rows."""
    refused = [f"{report.name}: {report.reason}" for report in reports if report.status == "refused"]
    alerts = notifier(context.settings, context.clock)
    if refused:
        body = "\n".join([*refused[:10], "Next: `courtside repair` tries them again after an update"])
        alerts.send(Alert(REFUSED, Severity.ERROR, f"{len(refused)} payloads refused", body))
    elif reports:
        alerts.recover(REFUSED, "every payload of the last intake was parsed")


def games_on(context: Context, day: dt.date) -> list[tuple[str, GameType]]:
    """Return the id and type of the games that the schedule has on a date."""
    rows = context.warehouse.collect(
        context.raw(RAW_SCHEDULE).filter(nw.col("game_date") == day).select("game_id").unique()
    )
    return [(game_id, game_type_of(game_id)) for game_id in sorted(rows["game_id"])]
