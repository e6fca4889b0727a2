"""The banner above every page: whether the league is simulated, and the age of the data."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.e2e.conftest import WIDTHS
from tests.e2e.reading import go
from tests.e2e.test_picks_page import busiest

PAGES = ("#/picks", "#/results", "#/quality", "#/players")


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_every_page_shows_that_the_league_is_simulated_and_the_age_of_its_data(page, site, width):
    page.set_viewport_size({"width": width, "height": 844})
    assert site.read("status.json")["is_simulated"] is True, "read from the stored payloads"
    for address in PAGES:
        go(page, site, address)
        banner = page.inner_text("#data")
        assert "Simulated league." in banner
        assert "Results through Nov 12, 2025" in banner
        due = ": newer results were due Nov 14, 2025, 12:00 PM ET" if width == WIDTHS["desktop"] else "."
        assert f"Older than expected{due}" in banner
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.eval_on_selector("#data p", "(node) => getComputedStyle(node).textAlign") == "start"


def test_the_live_badge_of_a_simulated_league_reads_simulated(page, site):
    day = busiest(site)["date"]

    def live(document):
        document["kind"] = "LIVE"
        for bet in document["bets"]:
            bet["kind"] = "LIVE"

    site.change(f"best-bets/{day}.json", live)
    go(page, site, f"#/picks/8/{day}", ready=".meta .badge")
    assert page.inner_text(".meta .badge") == "LIVE, simulated"
    site.change("status.json", lambda status: status.update(is_simulated=False))
    go(page, site, f"#/picks/8/{day}", ready=".meta .badge")
    assert page.inner_text(".meta .badge") == "LIVE"


def test_fresh_data_of_the_real_league_show_their_date_only(page, site):
    now = dt.datetime.now(dt.UTC)
    due = (now + dt.timedelta(hours=9)).isoformat()

    def fresh(status):
        status["is_simulated"] = False
        status["data"] |= {"newest_results": str(now.date() - dt.timedelta(days=2)), "results_due": due}

    site.change("status.json", fresh)
    go(page, site, "#/picks")
    banner = page.inner_text("#data")
    assert banner.startswith("Results through ")
    assert "Older" not in banner
    assert "Simulated" not in banner
    assert page.locator("#data .old, #data .simulated").count() == 0


def test_without_a_status_file_the_age_is_shown_as_unknown(page, site):
    (site.public / "v1/status.json").unlink()
    go(page, site, "#/picks")
    assert "The age of the data is unknown" in page.inner_text("#data")
