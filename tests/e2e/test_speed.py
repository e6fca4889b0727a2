"""The picks page under load: a day of a thousand picks, a full season, and how much work a change takes."""

import datetime as dt

from tests.e2e.reading import go, shown
from tests.e2e.test_picks_page import busiest
from tests.e2e.timing import IDLE_REFERENCE_MS, to_date, to_tab, turned


def thousand(site, day):
    def grow(season):
        picks = next(entry for entry in season["groups"][7]["dates"] if entry["date"] == day)["picks"]
        picks[:] = [{**picks[n % len(picks)], "player": f"Player {n}"} for n in range(1000)]

    site.change("subsets/season.json", grow)


def test_a_day_of_a_thousand_picks_is_shown_whole(page, site):
    day = busiest(site)["date"]
    thousand(site, day)
    go(page, site, f"#/picks/8/{day}")
    page.wait_for_function("() => document.querySelectorAll('.cards .card').length === 1000")
    assert {row["player"] for row in shown(page)} == {f"Player {n}" for n in range(1000)}


def test_a_change_of_tab_or_date_waits_for_nothing_and_takes_less_than_fifty_milliseconds(page, site):
    days = site.read("subsets/season.json")["groups"][7]["dates"]
    place = max(range(len(days) - 1), key=lambda index: len(days[index]["picks"]))
    shown_first, older = days[place]["date"], days[place + 1]["date"]
    with page.expect_response(lambda response: response.url.endswith(f"best-bets/{older}.json")):
        go(page, site, f"#/picks/8/{shown_first}")
    page.wait_for_selector(".card a.behind")
    turned(page, to_date(older), to_date(shown_first), times=1)
    page.wait_for_selector(".card a.behind")
    found = turned(page, to_tab(5, shown_first), to_tab(8, shown_first), to_date(older), to_date(shown_first))
    assert found.all_in_one_task
    assert found.idle_ms < 50


def whole_season(site):
    """Make the season file one of 170 dates, each with the picks of the busiest."""
    busy = busiest(site)["date"]

    def grow(season):
        for group in season["groups"]:
            (day,) = [entry for entry in group["dates"] if entry["date"] == busy]
            first = dt.date.fromisoformat(busy)
            group["dates"] = [day | {"date": str(first - dt.timedelta(days=back))} for back in range(170)]

    site.change("subsets/season.json", grow)
    return busy


def test_a_full_season_is_painted_within_a_second_and_weighs_under_a_megabyte_and_a_half(page, site):
    day = whole_season(site)
    assert (site.public / "v1/subsets/season.json").stat().st_size > 1_000_000
    received = []
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    go(page, site, f"#/picks/8/{day}", ready=".card a.behind")
    page.wait_for_load_state("networkidle")
    assert 0 < sum(received) < 1_500_000
    painted = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    found = turned(page, to_tab(5, day), to_tab(8, day))
    assert found.all_in_one_task
    assert found.idle_ms < 50
    assert painted * IDLE_REFERENCE_MS / found.reference_ms < 1000
