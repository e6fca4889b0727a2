"""The market switch: state in the address, files and units of the market, and a quick change."""

from __future__ import annotations

import re
import shutil

import pytest

from tests.e2e.conftest import Site, served
from tests.e2e.reading import go
from tests.e2e.timing import to_market, turned


@pytest.fixture
def site(home_of_every_market, tmp_path):
    public = shutil.copytree(home_of_every_market / "public", tmp_path / "public")
    with served(public) as (host, port):
        yield Site(public, f"http://{host}:{port}/")


def newest(site, folder=""):
    season = site.read(f"{folder}subsets/season.json")
    return season["groups"][7]["dates"][0]


def test_a_market_has_its_own_picks_and_its_address(page, site):
    day = newest(site, "markets/assists/")
    go(page, site, f"#/picks/8/{day['date']}?market=assists")
    page.wait_for_selector(".card")
    lines = page.locator(".card").all_inner_texts()
    assert len(lines) == len(day["picks"]) > 0
    assert page.locator("#market").input_value() == "assists"
    page.evaluate(f"location.hash = '#/picks/8/{day['date']}'")
    page.wait_for_function("() => location.hash.includes('market=assists')")
    page.locator("#market").select_option("points")
    page.wait_for_function("() => !location.hash.includes('market')")


def test_an_unknown_market_shows_points(page, site):
    go(page, site, "#/picks?market=steals")
    page.wait_for_function("() => !location.hash.includes('market')")
    assert page.locator("#market").input_value() == "points"


def test_the_files_of_the_other_markets_are_loaded_when_the_choice_is_opened(page, site):
    day = newest(site)["date"]
    requested = []
    page.on("request", lambda request: requested.append(request.url.removeprefix(f"{site.url}v1/")))
    go(page, site, f"#/picks/8/{day}")
    page.wait_for_selector(".card a.behind")
    assert not [path for path in requested if path.startswith("markets/")]
    with page.expect_request(lambda request: request.url.endswith(f"markets/pra/best-bets/{day}.json")):
        page.focus("#market")
    for market in ("rebounds", "pra"):
        for path in ("subsets/season.json", f"picks/{day}.json", "systems/performance.json"):
            assert f"markets/{market}/{path}" in requested


def test_a_change_of_market_waits_for_nothing_and_takes_less_than_fifty_milliseconds(page, site):
    day = newest(site)["date"]
    go(page, site, f"#/picks/8/{day}")
    for name in ("rebounds", "points"):
        page.locator("#market").select_option(name)
        page.wait_for_selector(to_market(name)["shown"])
        page.wait_for_selector(".card a.behind")
    found = turned(page, to_market("rebounds"), to_market("points"))
    assert found.all_in_one_task
    assert found.idle_ms < 50


def test_every_page_of_a_market_names_its_own_unit(page, site):
    site.change("markets/assists/best-bets/{}.json".format(day := newest(site, "markets/assists/")["date"]), with_value)
    bet = site.read(f"markets/assists/best-bets/{day}.json")["bets"][0]
    pages = (
        f"picks/8/{day}",
        f"picks/all/{day}",
        f"pick/{day}/{bet['id']}",
        "results",
        "players",
        f"player/{bet['id']}",
    )
    for name in pages:
        go(page, site, f"#/{name}?market=assists")
        page.wait_for_selector("main a.json")
        page.wait_for_timeout(100)
        page.evaluate("document.querySelectorAll('details').forEach((box) => { box.open = true; })")
        # Some features of a player are about points in every market, such as those of the opponent.
        page.evaluate("document.querySelector('[aria-label=Values]')?.remove()")
        text = page.inner_text("main")
        tips = page.eval_on_selector_all(
            "main [data-tip], main [title]", "all => all.map((n) => n.dataset.tip ?? n.title)"
        )
        found = re.findall(r"[^.]*(?<!percentage )\bpoints?\b[^.]*", "\n".join([text, *tips]), re.IGNORECASE)
        assert found == [], name
    go(page, site, f"#/picks/8/{day}?market=assists")
    page.wait_for_selector(".card .clv")
    assert page.locator(".card .clv").first.inner_text() == "CLV +0.3 assists"


def test_the_page_of_a_pick_shows_every_feature_value_of_its_market(page, site):
    day = newest(site, "markets/assists/")["date"]
    published = site.read(f"markets/assists/features/{day}.json")
    own = published["picks"][0]
    go(page, site, f"#/pick/{day}/{own['id']}?market=assists")
    page.wait_for_selector("[aria-label=Values]")
    rows = page.locator("[role=region][aria-label=Values] tbody tr").all_inner_texts()
    assert len(rows) == len(published["features"])
    assert rows[0].startswith("Mean assists over the last 5 games")
    assert f"{own['values'][0]:g}"[:4] in rows[0]
    page.set_viewport_size({"width": 390, "height": 844})
    value = page.locator("[aria-label=Values] tbody td.number").first.bounding_box()
    assert value["x"] + value["width"] < 390, "a phone shows the value without scrolling sideways"


def with_value(document):
    """Give each pick a closing-line value, as a LIVE pick has after its game began."""
    for bet in document["bets"]:
        bet["value"] = {"best_price": bet["price"], "best_book": bet["book"], "best_line": bet["line"],
                        "best_line_price": bet["price"], "best_line_book": bet["book"], "ev": 4.0, "ev_low": 1.0,
                        "ev_high": 7.0, "verdict": "positive", "line_value": 0.3, "probability_value": 2.0}  # fmt: skip


def test_the_signal_is_explained_with_the_threshold_of_the_market(page, site):
    def calm(season):
        for group in season["groups"]:
            group["dates"][0]["signal"] = "neutral"

    for folder, market, threshold in (("", "points", "5 points"), ("markets/assists/", "assists", "1.6 assists")):
        site.change(f"{folder}subsets/season.json", calm)
        go(page, site, f"#/picks/8/{newest(site, folder)['date']}?market={market}")
        page.wait_for_selector(f".record-box:has-text('fewer than three are {threshold} or more from the line')")


def test_a_market_without_a_folder_of_files_is_not_offered(page, site):
    site.change("markets.json", lambda document: document.update(markets=document["markets"][:1]))
    go(page, site, "#/picks?market=assists")
    page.wait_for_function("() => !location.hash.includes('market')")
    assert not page.is_visible("#market")


COVERED = """() => {
  const box = document.getElementById('market').getBoundingClientRect();
  const walker = document.createTreeWalker(document.getElementById('main'), NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const range = document.createRange();
    range.selectNodeContents(walker.currentNode);
    for (const text of range.getClientRects()) {
      const isOver = text.left < box.right && box.left < text.right && text.top < box.bottom && box.top < text.bottom;
      if (isOver && box.width) found.push(walker.currentNode.data);
    }
  }
  return found;
}"""


@pytest.mark.parametrize("width", [320, 1440])
def test_the_choice_of_market_covers_no_text_and_is_accessible(page, site, width):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-core is not installed").Axe()
    page.set_viewport_size({"width": width, "height": 844})
    day = newest(site)["date"]
    bet = site.read(f"best-bets/{day}.json")["bets"][0]["id"]
    pages = (f"picks/8/{day}", f"pick/{day}/{bet}", "results", "quality", "players", f"player/{bet}", "nonsense")
    for name in (*pages, "player/99", f"pick/{day}/99"):
        go(page, site, f"#/{name}")
        assert page.evaluate(COVERED) == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    go(page, site, f"#/picks/8/{day}")
    found = axe.run(page).response["violations"]
    assert [item["id"] for item in found if item["impact"] in ("serious", "critical")] == []
