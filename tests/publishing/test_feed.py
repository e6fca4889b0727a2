"""The Atom feed of the newest picks."""

import datetime as dt
from xml.etree import ElementTree as Xml

from courtside.analytics.freshness import Freshness
from courtside.publishing.feed import DATES, FEED, FEED_TYPE, feed_of
from tests.publishing.season import date_at
from tests.publishing.test_contract_fuzz import world_of

ATOM = "{http://www.w3.org/2005/Atom}"
NOW = dt.datetime(2026, 2, 9, 12)


def feed(*slates, name="Nikola Jokić <b> & Co."):
    world = world_of([list(slate) for slate in slates], name, ["did_not_play"], NOW)
    world.__dict__["freshness"] = Freshness(is_simulated=True, newest_results=None, as_of=None, results_due=None)
    return Xml.fromstring(feed_of(world))


def test_an_entry_lists_the_picks_of_a_date_with_its_permanent_link():
    root = feed([(1, 32.5), (2, 16.5)], [])
    first, second = root.findall(f"{ATOM}entry")
    date = date_at(0)
    assert first.findtext(f"{ATOM}title") == f"{date:%b} {date.day}, {date.year}: 2 picks"
    assert first.find(f"{ATOM}link").get("href") == f"../#/picks/8/{date}"
    assert "Nikola Jokić <b> & Co. (LAL – BOS) OVER" in first.findtext(f"{ATOM}content")
    assert second.findtext(f"{ATOM}content") == "No pick on this date."
    assert root.findtext(f"{ATOM}updated") == max(e.findtext(f"{ATOM}updated") for e in (first, second))
    assert root.findtext(f"{ATOM}title") == "Courtside picks, simulated league"


def test_the_feed_holds_the_newest_dates_only():
    entries = feed(*[[(1, 32.5)]] * (DATES + 3)).findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}id")[-10:] for entry in entries] == [str(date_at(n)) for n in range(DATES)]


def test_the_feed_is_published_and_the_same_feed_is_not_written_again(run_home, tmp_path):
    from courtside.operations.exporting import export_dates
    from courtside.publishing.stores.local import LocalStore
    from tests import homes

    home = homes.copy_of(run_home, tmp_path / "home")
    assert Xml.fromstring((home / "public" / FEED).read_bytes()).findall(f"{ATOM}entry")
    (home / "public" / FEED).unlink()
    with homes.opened(home) as context:
        for status in ("written", "unchanged"):
            reports = export_dates(context, LocalStore(home / "public"), [homes.LAST], only=["feed"])
            assert [(item.path, item.status) for item in reports if item.kind == "feed"] == [(FEED, status)]
    assert FEED_TYPE.startswith("application/atom+xml")
