"""The picks page under load: a day of a thousand picks, a full season, and how fast it switches."""

import datetime as dt

from tests.e2e.reading import go, shown
from tests.e2e.test_picks_page import busiest


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


SWITCH = """async (to) => {
  const started = performance.now();
  location.hash = to;
  const chosen = () => document.querySelector(`#tab-${to.split('/')[2]}`)?.getAttribute('aria-selected');
  while (chosen() !== 'true') await new Promise((resolve) => setTimeout(resolve));
  return performance.now() - started;
}"""


def test_a_switch_of_tab_is_shown_within_fifty_milliseconds(page, site):
    day = busiest(site)["date"]
    go(page, site, f"#/picks/8/{day}")
    page.wait_for_selector(".card a.behind")
    times = [page.evaluate(SWITCH, f"#/picks/{group}/{day}") for group in (5, 8, 5, 8, 5, 8)]
    # The fastest of several turns; slower turns measure other processes of the machine.
    assert min(times) < 50


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
    assert page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime") < 1000
    times = [page.evaluate(SWITCH, f"#/picks/{group}/{day}") for group in (5, 8, 5, 8, 5, 8)]
    # The fastest of several turns, as above.
    assert min(times) < 50
