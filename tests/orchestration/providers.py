"""Failing providers of a simulated month, requested through the real client."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from unittest import mock

from courtside.clock import FixedClock
from courtside.operations.intake import Step, fetch
from courtside.operations.plans import Plan, Requests
from courtside.sources.http import Client, Policy
from courtside.sources.payload import Payload
from courtside.sources.pending import Pending
from courtside.sources.request import Request
from courtside.sources.store import PayloadStore
from courtside.sources.transport import Limits, Response

IMPATIENT = Policy(attempts=2, first_wait=0.0, longest_wait=1.0, jitter=0.0, least_pace=0.0, pace={})


def fetch_when_down(home: Path, rng: random.Random, payloads: Sequence[Payload]) -> Step:
    """Request a payload from a provider that responds with 503."""
    return _fetch_once(home, _readable(rng, payloads), Response(503, {}, b""))


def fetch_when_rate_limited(home: Path, rng: random.Random, payloads: Sequence[Payload]) -> Step:
    """Request a payload from a provider that demands a wait of an hour."""
    return _fetch_once(home, _readable(rng, payloads), Response(429, {"retry-after": "3600"}, b""))


def fetch_with_a_full_disk(home: Path, rng: random.Random, payloads: Sequence[Payload], full: OSError) -> Step:
    """Request a payload while the disk is full."""
    chosen = _readable(rng, payloads)
    kept = PayloadStore(home / "raw").path_of(chosen.payload_id)
    kept.unlink(missing_ok=True)
    with mock.patch("os.fsync", side_effect=full):
        return _fetch_once(home, chosen, Response(200, {}, chosen.content))


def _readable(rng: random.Random, payloads: Sequence[Payload]) -> Payload:
    return rng.choice([payload for payload in payloads if payload.name.endswith(".json")])


def _fetch_once(home: Path, payload: Payload, response: Response) -> Step:
    def transport(_: Request, __: Limits) -> Response:
        return response

    def requests() -> Requests:
        yield Request(payload.source, payload.name, f"https://league.test/{payload.name}")

    client = Client(FixedClock(payload.fetched_at), transport, IMPATIENT, sleep=lambda _: None)
    (step,) = fetch(Plan(payload.source, requests), client, Pending(PayloadStore(home / "raw")))
    return step
