"""Readers of payloads for the tests, independent of the project's parsers."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable

import polars as pl

from courtside.sources.payload import Payload


def game_log(payload: Payload) -> pl.DataFrame:
    (result,) = json.loads(payload.content)["resultSets"]
    return pl.DataFrame(result["rowSet"], schema=result["headers"], orient="row", infer_schema_length=None)


def game_logs(payloads: Iterable[Payload], grain: str) -> pl.DataFrame:
    return pl.concat([log for log in map(game_log, named(payloads, f"leaguegamelog_{grain}_")) if log.height])


def flat_lines(payload: Payload) -> pl.DataFrame:
    frame = pl.read_csv(io.BytesIO(payload.content))
    instants = ("commence_time", "bookmakers.markets.last_update")
    return frame.with_columns(
        pl.lit(payload.name).alias("payload"),
        pl.lit(payload.fetched_at).alias("fetched_at"),
        *(pl.col(name).str.to_datetime("%Y-%m-%dT%H:%M:%SZ") for name in instants),
    ).rename({"bookmakers.markets.last_update": "shown_at"})


def all_flat_lines(payloads: Iterable[Payload]) -> pl.DataFrame:
    return pl.concat([flat_lines(payload) for payload in named(payloads, "player_points_")])


def schedules(payloads: Iterable[Payload]) -> list[list[dict[str, object]]]:
    documents = [json.loads(payload.content) for payload in named(payloads, "schedule_")]
    return [
        [game for date in document["leagueSchedule"]["gameDates"] for game in date["games"]] for document in documents
    ]


def named(payloads: Iterable[Payload], start: str) -> list[Payload]:
    return [payload for payload in payloads if payload.name.startswith(start)]
