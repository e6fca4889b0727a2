"""`v1/feed.xml`: the newest published dates as an Atom feed, for feed readers and automations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as Xml

import polars as pl

from courtside.publishing.contracts import ROOT
from courtside.publishing.exporters.rows import partitioned, utc
from courtside.publishing.exporters.slate import picks_of
from courtside.publishing.world import World

FEED = f"{ROOT}/feed.xml"
FEED_TYPE = "application/atom+xml; charset=utf-8"
FEED_MAX_AGE = 300
"""Cache age in seconds."""
DATES = 15
"""The number of dates in the feed."""


def feed_of(world: World) -> bytes:
    """Return an Atom feed with an entry for each of the newest published dates, newest first.

    Links are relative to the feed, so that it works wherever the site is. An entry's time is that of the date's newest
    publication.
    """
    days = world.days.sort("game_date", descending=True).head(DATES)
    picks = partitioned(picks_of(world, pl.col("game_date").is_in(days["game_date"].implode())), "game_date")
    root = Xml.Element("feed", {"xmlns": "http://www.w3.org/2005/Atom"})
    _add(root, "id", "urn:courtside:picks")
    _add(root, "title", "Courtside picks" + (", simulated league" if world.freshness.is_simulated else ""))
    _add(root, "updated", _instant(days["published_at"].max() or dt.datetime(1970, 1, 1)))
    _add(root, "link", rel="self", href="feed.xml")
    _add(root, "link", rel="alternate", type="text/html", href="../")
    _add(Xml.SubElement(root, "author"), "name", "Courtside")
    for day in days.iter_rows(named=True):
        root.append(_entry(day, picks.get(day["game_date"], [])))
    return bytes(Xml.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _entry(day: Mapping[str, Any], rows: list[dict[str, Any]]) -> Xml.Element:
    date: dt.date = day["game_date"]
    entry = Xml.Element("entry")
    _add(entry, "id", f"urn:courtside:picks:{date}")
    _add(entry, "title", f"{date:%b} {date.day}, {date.year}: {len(rows)} pick{'' if len(rows) == 1 else 's'}")
    _add(entry, "updated", _instant(day["published_at"]))
    _add(entry, "link", rel="alternate", type="text/html", href=f"../#/picks/8/{date}")
    _add(entry, "content", "\n".join(_line(row) for row in rows) or "No pick on this date.", type="text")
    return entry


def _line(row: Mapping[str, Any]) -> str:
    price = "" if row["price"] is None else f" {row['price']:+d}"
    offer = f", {row['book']}{price}" if row["book"] else ""
    result = f": {row['result']}" if row["result"] else ""
    pick = f"{row['direction']} {row['line']}, expected {row['prediction']}{offer}"
    return f"{row['player']} ({row['team']} – {row['opponent']}) {pick}, {row['kind']}{result}"


def _instant(value: Any) -> str:
    return utc(value).isoformat().replace("+00:00", "Z")


def _add(parent: Xml.Element, name: str, text: str | None = None, **attributes: str) -> None:
    Xml.SubElement(parent, name, attributes).text = text
