"""Every page at phone and desktop width, light and dark: fits, does not shift, and is accessible."""

import pytest

from tests.e2e.conftest import WIDTHS
from tests.e2e.reading import go
from tests.e2e.test_picks_page import busiest

SHIFT = """() => new Promise((resolve) => {
  let total = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((e) => { total += e.hadRecentInput ? 0 : e.value; }))
    .observe({ type: 'layout-shift', buffered: true });
  setTimeout(() => resolve(total), 60);
})"""


def addresses(site):
    player = site.read("players/index.json")["players"][0]["id"]
    day = busiest(site)["date"]
    bet = site.read(f"best-bets/{day}.json")["bets"][0]["id"]
    pages = ["#/results", f"#/quality/{day}", "#/players", f"#/player/{player}", "#/nonsense", "#/player/99"]
    return [f"#/picks/8/{day}", f"#/picks/all/{day}", f"#/pick/{day}/{bet}", *pages]


@pytest.fixture
def open_at(browser):
    contexts = []

    def make(width, scheme="light"):
        context = browser.new_context(viewport={"width": WIDTHS[width], "height": 900}, color_scheme=scheme)
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_is_wider_than_the_screen_or_shifts_while_it_loads(open_at, site, width):
    page = open_at(width)
    for address in addresses(site):
        go(page, site, address)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, address
        # 0.1 is where the web's own measure of layout shift stops calling a page good.
        assert page.evaluate(SHIFT) < 0.1, address


@pytest.mark.parametrize(("width", "scheme"), [("desktop", "light"), ("phone", "dark")])
def test_axe_finds_no_serious_violation_on_any_page(open_at, site, width, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-core is not installed").Axe()
    page = open_at(width, scheme)
    for address in addresses(site):
        go(page, site, address)
        found = axe.run(page).response["violations"]
        assert [
            (item["id"], item["nodes"][0]["html"][:120]) for item in found if item["impact"] in ("serious", "critical")
        ] == []


def test_the_chosen_theme_is_kept(open_at, site):
    page = open_at("desktop")
    go(page, site, "#/picks")
    page.click("#theme")
    page.reload()
    page.wait_for_selector("h1")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_no_page_loads_anything_from_another_origin(open_at, site):
    page = open_at("desktop")
    requested = []
    page.on("request", lambda request: requested.append(request.url))
    for address in addresses(site):
        go(page, site, address)
    assert requested
    assert [url for url in requested if not url.startswith((site.url, "about:"))] == []


def test_results_show_every_subset_with_n_and_interval(open_at, site):
    page = open_at("desktop")
    go(page, site, "#/results")
    record = site.read("results/season.json")
    shown_text = page.inner_text("[aria-label='Record by subset'] tbody")
    for group in record["groups"]:
        for own in group["tallies"]:
            assert f"{own['wins']:,}–{own['losses']:,}–{own['pushes']:,}" in shown_text
            assert f"{own['low']:.1f}–{own['high']:.1f} %" in shown_text
    page.click("text=Every model")
    models = page.inner_text("[aria-label='Models and the line'] tbody")
    season = site.read("systems/performance.json")["windows"]["season"]["models"]
    assert all(f"{model['line_mae']:.2f}" in models for model in season)


def test_the_quality_page_shows_what_was_held_and_why(open_at, site):
    days = sorted((site.public / "v1/quality").glob("2*.json"))
    quality = next(found for day in days if (found := site.read(f"quality/{day.name}"))["held"])
    page = open_at("desktop")
    go(page, site, f"#/quality/{quality['date']}")
    page.wait_for_selector("[aria-label='Blocked players']")
    shown = page.inner_text("[aria-label='Blocked players'] tbody")
    assert all(item["player"] in shown and item["reason"] in shown for item in quality["held"])


def test_a_players_log_is_that_of_his_file(open_at, site):
    index = site.read("players/index.json")["players"]
    player = site.read(f"players/{index[3]['id']}.json")
    page = open_at("desktop")
    go(page, site, f"#/player/{player['id']}")
    predictions = page.eval_on_selector_all(
        "[aria-label=Log] tbody td:nth-child(5)", "all => all.map((n) => n.textContent)"
    )
    assert predictions == [f"{game['prediction']:.1f}" for game in player["log"]]
