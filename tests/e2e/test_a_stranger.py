"""What a reader who has never seen the site does: navigate, search, filter, share, and get lost."""

import datetime as dt
import json
import re
import shutil
import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from courtside.publishing.site_files import SITE, site_files
from tests.e2e.conftest import WIDTHS
from tests.e2e.reading import READY, go, shown
from tests.e2e.test_picks_page import busiest

WIDE = {**WIDTHS, "narrow": 320}


def tricodes(site):
    return {player["team"] for player in site.read("players/index.json")["players"]}


def test_skip_to_content_stays_on_the_page_and_moves_the_focus(page, site):
    go(page, site, "#/results")
    page.focus(".skip")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    assert page.evaluate("location.hash") == "#/results"
    assert page.inner_text("h1") == "Results"


def test_another_page_begins_at_its_top_with_the_focus_on_its_heading(page, site):
    page.set_viewport_size({"width": 390, "height": 600})
    go(page, site, "#/players")
    page.evaluate("scrollTo(0, 900)")
    page.locator("main a[href^='#/player/']").nth(20).click()
    page.wait_for_selector("h2:has-text('Log')")
    page.wait_for_selector(READY)
    assert page.evaluate("[scrollY, document.activeElement.tagName]") == [0, "H1"]
    page.go_back()
    page.wait_for_selector("h1:has-text('Players')")
    page.wait_for_function("() => scrollY > 600")


def test_an_address_that_names_no_page_shows_an_error(page, site):
    go(page, site, "#/nonsense")
    assert page.inner_text("h1") == "There is no such page"
    assert "#/nonsense" in page.inner_text("main")
    assert page.locator(".card").count() == 0


@pytest.mark.parametrize("address", ["#/player/99", "#/player/nobody", "#/player"])
def test_an_unknown_player_shows_an_error(page, site, address):
    go(page, site, address)
    assert page.inner_text("h1") == "No such player"
    assert "v1/" not in page.inner_text("main")


def test_an_unknown_pick_offers_all_predictions_of_the_date(page, site):
    day = busiest(site)["date"]
    go(page, site, f"#/pick/{day}/99")
    assert page.inner_text("h1") == "No such pick"
    page.click("text=All predictions of that date")
    page.wait_for_selector("#tab-all[aria-selected=true]")


@pytest.mark.parametrize("page_name", ["picks", "results", "players"])
def test_an_empty_installation_says_what_to_run(page, site, page_name):
    for path in (site.public / "v1").rglob("*.json"):
        path.unlink()
    go(page, site, f"#/{page_name}")
    assert page.inner_text("h1") == "Nothing is published yet"
    assert "courtside daily" in page.inner_text("main")
    assert ".json" not in page.inner_text("main")


@pytest.mark.parametrize("width", WIDE.values(), ids=WIDE)
def test_no_page_is_wider_than_the_screen(page, site, width):
    page.set_viewport_size({"width": width, "height": 844})
    day, player = busiest(site)["date"], site.read("players/index.json")["players"][0]["id"]
    bet = site.read(f"best-bets/{day}.json")["bets"][0]["id"]
    for name in ("picks", f"picks/all/{day}", f"pick/{day}/{bet}", "results", "quality", "players", f"player/{player}"):
        go(page, site, f"#/{name}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name


def test_a_phone_shows_the_first_pick_in_the_upper_part_and_the_tabs_at_their_start(page, site):
    page.set_viewport_size({"width": 390, "height": 844})
    go(page, site, "#/picks")
    page.wait_for_selector(".card")
    assert page.evaluate("document.querySelector('.card').getBoundingClientRect().top") < 480
    assert page.evaluate("document.querySelector('.tabs').scrollLeft") == 0


def test_a_table_that_is_cut_on_a_phone_has_a_cue_and_the_log_shows_the_result_first(page, site):
    page.set_viewport_size({"width": 390, "height": 844})
    index = site.read("players/index.json")["players"]
    files = (site.read(f"players/{item['id']}.json") for item in index)
    player = next(own for own in files if any(game["result"] for game in own["log"]))
    go(page, site, f"#/player/{player['id']}")
    page.wait_for_selector("[aria-label=Log].more-right")
    badge = page.locator("[aria-label=Log] .badge.result").first.bounding_box()
    assert badge["x"] + badge["width"] < 390
    page.evaluate("document.querySelector('[aria-label=Log]').scrollLeft = 9999")
    page.wait_for_selector("[aria-label=Log].more-left:not(.more-right)")


def test_dates_and_times_are_american(page, site):
    day = dt.date.fromisoformat(busiest(site)["date"])
    go(page, site, f"#/picks/8/{day}")
    text = page.inner_text("main")
    assert f"{day:%a, %b} {day.day}, {day.year}" in text
    assert "PM ET" in text
    assert f"{day.day} {day:%b}" not in text


def test_picks_are_grouped_by_game_with_tip_off_in_both_zones_and_the_score(browser, site):
    day = busiest(site)["date"]
    context = browser.new_context(timezone_id="America/Los_Angeles")
    page = context.new_page()
    go(page, site, f"#/picks/8/{day}")
    page.wait_for_selector(".game-head .final")
    heads = page.locator(".game-head").all_inner_texts()
    picks = {bet["team"] for bet in site.read(f"best-bets/{day}.json")["bets"]}
    games = [g for g in site.read(f"best-bets/{day}.json")["games"] if {g["home"], g["away"]} & picks]
    assert len(heads) == len(games)
    for head, game in zip(heads, games, strict=True):
        assert f"{game['away']} @ {game['home']}" in head
        assert f"{game['home']} {game['home_score']}" in head
        assert " PM ET (" in head
        assert "PST" in head or "PDT" in head
    context.close()


def test_sort_filter_and_search_are_in_the_address_and_come_back_from_it(page, site):
    day = busiest(site)["date"]
    bets = site.read(f"best-bets/{day}.json")["bets"]
    go(page, site, f"#/picks/8/{day}?sort=edge")
    page.wait_for_selector(".card a.behind")
    edges = [bet["edge"] for bet in sorted(bets, key=lambda bet: -bet["edge"])]
    texts = page.locator(".card .model .sub").all_inner_texts()
    assert [float(text.split()[0]) for text in texts] == pytest.approx(edges)
    page.click(".filters summary")
    page.select_option("[aria-label=Side]", "UNDER")
    page.wait_for_function("() => location.hash.includes('side=UNDER')")
    page.wait_for_selector(READY)
    assert {row["pick"].split()[0] for row in shown(page)} <= {"UNDER"}
    assert len(shown(page)) == sum(bet["direction"] == "UNDER" for bet in bets)
    page.reload()
    page.wait_for_selector(f"{READY} .list-head, {READY} .empty")
    assert len(shown(page)) == sum(bet["direction"] == "UNDER" for bet in bets)
    page.click(".filters summary")
    page.click("text=Clear filters")
    page.wait_for_function("() => !location.hash.includes('side')")
    page.wait_for_function(f"() => document.querySelectorAll('.card').length === {len(bets)}")
    page.fill("[aria-label='Find a player or team']", bets[0]["player"].split()[-1])
    page.wait_for_function("() => location.hash.includes('q=')")
    page.wait_for_selector(READY)
    assert bets[0]["player"] in [row["player"] for row in shown(page)]
    assert len(shown(page)) < len(bets)


def test_a_pick_shows_its_expected_value_and_every_book_on_demand(page, site):
    day = busiest(site)["date"]
    value = {"best_price": 104, "best_book": "fanduel", "best_line": 20.5, "best_line_price": -120,
             "best_line_book": "caesars", "ev": 3.1, "ev_low": -0.4, "ev_high": 6.6, "verdict": "uncertain",
             "line_value": 0.5, "probability_value": 1.2}  # fmt: skip

    def valued(document):
        for place, bet in enumerate(document["bets"]):
            bet["value"] = value | {"ev": 3.1 + place}

    site.change(f"best-bets/{day}.json", valued)
    bet = max(site.read(f"best-bets/{day}.json")["bets"], key=lambda item: item["value"]["ev"])
    offered = {"book": "fanduel", "line": 20.5, "over_price": 104, "under_price": 104, "seen_at": None,
               "state": "stale", "repeats": None}  # fmt: skip
    site.write(f"prices/{day}.json", {"games": [{"players": [{"id": bet["id"], "books": [offered]}]}]})
    go(page, site, f"#/picks/8/{day}?sort=ev")
    first = page.locator(".card").first
    assert first.locator(".name").inner_text() == bet["player"]
    assert "best +104 FanDuel" in first.inner_text()
    assert f"EV +{bet['value']['ev']:.1f} % (−0.4 to 6.6)" in first.inner_text()
    assert "CLV +0.5 points" in first.inner_text()
    assert first.locator(".ev").get_attribute("class").split() == ["sub", "ev"], "the interval holds 0"
    assert "won" in first.locator(".clv").get_attribute("class")
    first.locator("summary").click()
    first.locator(".books li").wait_for()
    assert first.locator(".books li").inner_text() == "FanDuel 20.5 +104 old: the other books moved"


def test_a_card_draws_the_last_ten_games_against_the_line(page, site):
    day = busiest(site)["date"]
    go(page, site, f"#/picks/8/{day}")
    page.wait_for_selector(".card .form-bars")
    bets = {bet["player"]: bet for bet in site.read(f"best-bets/{day}.json")["bets"]}
    drawn = page.evaluate("""() => [...document.querySelectorAll('.card')].map((card) => [
        card.querySelector('.name').textContent,
        card.querySelectorAll('.bar-won').length, card.querySelectorAll('.form-bars g').length])""")
    assert len(drawn) == len(bets)
    for player, won, games in drawn:
        bet = bets[player]
        over = sum(game["points"] > bet["line"] for game in bet["last_10"])
        under = sum(game["points"] < bet["line"] for game in bet["last_10"])
        assert (won, games) == (over if bet["direction"] == "OVER" else under, len(bet["last_10"]))
    page.hover(".card .form-bars g >> nth=0")
    assert "points" in page.inner_text(".tip")


def test_all_predictions_show_held_players_with_the_reason_and_search_finds_team_names(page, site):
    days = sorted((site.public / "v1/quality").glob("2*.json"))
    held = next(found for day in days if (found := site.read(f"quality/{day.name}"))["held"])
    file = site.read(f"predictions/{held['date']}.json")
    players = [player for game in file["games"] for player in game["players"]]
    go(page, site, f"#/picks/all/{held['date']}")
    page.wait_for_function(f"() => document.querySelectorAll('.card.player').length === {len(players)}")
    reasons = {player["held"] for player in players if player["held"]}
    shown_text = " ".join(page.locator(".held-reason").all_inner_texts())
    assert reasons
    assert all(reason in shown_text for reason in reasons)


def test_players_of_the_next_slate_come_first_and_a_team_is_found_by_its_nickname(page, site):
    team = "LAL" if "LAL" in tricodes(site) else sorted(tricodes(site))[0]
    tonight = site.read("players/index.json")["players"][:3]
    date = site.read("status.json")["latest_published"]
    predicted = [p for game in site.read(f"predictions/{date}.json")["games"] for p in game["players"]][:3]
    extra = {"is_home": True, "rest_days": 1, "injury": None, "form": []}
    games = [{"home": p["team"], "away": p["opponent"], "tip_at": None, "home_score": None, "away_score": None}
             for p in predicted]  # fmt: skip
    for name, own in zip(tonight, predicted, strict=True):
        own |= {"id": name["id"], "player": name["player"], "held": None}
    site.write("tonight/all-players.json", {
        "date": "2025-11-13", "generated_at": "2025-11-13T17:00:00Z", "model": "926A", "has_injury_reports": False,
        "reason": None, "games": games, "players": [p | extra for p in predicted],
    })  # fmt: skip
    go(page, site, "#/players")
    rows = page.locator("[aria-label='Players of the next slate'] tbody tr").all_inner_texts()
    assert len(rows) == 3
    assert all(any(item["player"] in row for row in rows) for item in tonight)
    page.fill("input[type=search]", "lakers" if team == "LAL" else team)
    page.wait_for_function("() => location.hash.includes('q=')")
    found = page.locator("main table tbody tr").all_inner_texts()
    assert found
    assert all(team in row for row in found)
    go(page, site, f"#/player/{tonight[0]['id']}")
    assert "He is not on the next slate" not in page.inner_text("main")


def test_players_with_most_lines_come_first_and_then_by_last_name(page, site):
    def level(index):
        for player in index["players"]:
            player["accuracy"]["n_with_line"] = min(player["accuracy"]["n_with_line"], 1)

    go(page, site, "#/players")
    lines = {item["player"]: item["accuracy"]["n_with_line"] for item in site.read("players/index.json")["players"]}
    names = page.locator("[aria-label=Players] tbody td:first-child").all_inner_texts()
    assert [lines[name] for name in names] == sorted(lines.values(), reverse=True)[: len(names)]
    site.change("players/index.json", level)
    go(page, site, "#/players")
    names = page.locator("[aria-label=Players] tbody td:first-child").all_inner_texts()
    bare = [re.sub(r" (Jr\.|Sr\.|II|III|IV)$", "", name) for name in names if lines[name]]
    last = [name.split()[-1].lower() for name in bare if name.isascii()]
    assert len(last) > 10
    assert last == sorted(last)


def test_an_empty_subset_offers_the_nearest_that_has_picks(page, site):
    season = site.read("subsets/season.json")
    group, day = next(
        (g, d)
        for g in season["groups"]
        for d in g["dates"]
        if not d["picks"] and any(other["picks"] for other in g["dates"])
    )
    go(page, site, f"#/picks/{group['id']}/{day['date']}")
    assert f"{group['name']} has no pick on" in page.inner_text("#panel")
    page.click("#panel .empty a >> nth=-1")
    page.wait_for_selector(".card")


def test_results_open_with_one_headline_and_keep_the_models_behind_a_switch(page, site):
    go(page, site, "#/results")
    record = site.read("results/season.json")["groups"][7]
    shown_text = page.inner_text(".headline")
    for own in record["tallies"]:
        assert f"{own['wins']}–{own['losses']}–{own['pushes']}" in shown_text
        assert f"{own['low']:.1f}–{own['high']:.1f} %" in shown_text
        assert "units" in shown_text
    assert not page.is_visible("[role=region][aria-label='Models and the line']")
    for part in ("month", "side", "edge", "book"):
        assert page.locator(f"[role=region][aria-label='Record by {part}'] tbody tr").count() > 0
    assert "On average the stated probability of over is" in page.inner_text("main")


def test_quality_gives_the_verdict_first(page, site):
    go(page, site, "#/quality")
    last = site.read("quality/training.json")["months"][-1]
    verdict = page.inner_text(".headline")
    limit = site.read("quality/training.json")["threshold_pct"]
    word = "Clean" if last["contaminated_pct"] <= limit else "Not clean"
    assert verdict.startswith(f"{word}: {last['contaminated_pct']:.1f} %")

    def soil(training):
        training["months"][-1] |= {"contaminated_pct": 9.1, "contaminated": 91, "rows": 1000}

    site.change("quality/training.json", soil)
    go(page, site, "#/quality")
    assert page.inner_text(".headline").startswith("Not clean: 9.1 %")
    assert "courtside check training-data" in page.inner_text(".headline")


def test_a_view_is_shared_by_its_address(browser, site):
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    go(page, site, "#/results")
    page.evaluate("delete Navigator.prototype.share")
    page.click("#share")
    page.wait_for_selector("#notice:has-text('Link copied')")
    assert page.evaluate("navigator.clipboard.readText()") == f"{site.url}#/results"
    context.close()


def test_the_page_has_a_preview_for_other_sites(page, site):
    go(page, site, "#/picks")
    for name in ("og:title", "og:description", "og:type"):
        assert page.get_attribute(f"meta[property='{name}']", "content")


def test_a_visited_page_is_shown_without_a_connection(browser, site):
    context = browser.new_context()
    page = context.new_page()
    day = busiest(site)["date"]
    go(page, site, f"#/picks/8/{day}")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    page.reload()
    page.wait_for_selector(".card a.behind")
    page.wait_for_load_state("networkidle")
    context.set_offline(True)
    page.reload()
    page.wait_for_selector(".card a.behind")
    assert len(shown(page)) == len(busiest(site)["picks"])
    context.close()


def test_a_page_of_another_origin_learns_that_a_date_is_missing(browser, site, tmp_path):
    (tmp_path / "other.html").write_text("<title>another origin</title>")
    with folder_served(tmp_path) as other:
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{other}other.html")
        path = f"{site.url}v1/picks/2031-01-01.json"
        requested = """async ([path, headers]) => {
            const response = await fetch(path, { headers });
            return [response.status, (await response.json()).status];
        }"""
        for headers in ({}, {"X-Requested-By": "a front end"}):
            assert page.evaluate(requested, [path, headers]) == [404, 404]
        context.close()


def test_the_site_works_from_a_folder_below_a_path(page, site, tmp_path):
    folder = tmp_path / "bucket/nba/props"
    shutil.copytree(site.public, folder, dirs_exist_ok=True)
    for path, source in site_files().items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, folder / path)
    day = busiest(site)["date"]
    with folder_served(tmp_path / "bucket") as url:
        for address in (f"#/picks/8/{day}", "#/results", "#/quality", "#/players"):
            page.goto("about:blank")
            page.goto(f"{url}nba/props/index.html{address}")
            page.wait_for_selector(f"{READY} h1")
            assert "cannot be shown" not in page.inner_text("main")
        feed = page.get_attribute("link[type='application/atom+xml']", "href")
        assert page.request.get(f"{url}nba/props/{feed}").ok


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@contextmanager
def folder_served(folder):
    """Serve a folder as a bucket would: files and nothing else."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


def test_the_offline_copy_lists_every_file_of_the_site():
    text = (SITE / "sw.js").read_text()
    listed = set(json.loads("[" + text.split("const SHELL = [")[1].split("]")[0].strip().rstrip(",") + "]"))
    assert listed == {"./", *site_files()} - {"index.html", "sw.js"}


def test_results_link_to_the_other_seasons_and_repeat_no_season(page, site):
    status = site.read("status.json")
    (season,) = (item["season"] for item in status["seasons"])
    go(page, site, "#/results")
    assert page.inner_text("p.meta").count(season) == 1
    other = {**status["seasons"][0], "season": "2024-25"}
    site.change("status.json", lambda value: value.update(seasons=[other, *status["seasons"]]))
    go(page, site, "#/results")
    assert page.inner_text("p.meta a") == "2024-25"
    assert page.inner_text("p.meta strong") == season
