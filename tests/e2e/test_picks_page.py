"""The picks page in a browser: it shows the content of the files."""

import datetime as dt
import json
import re

import pytest

from tests.e2e.conftest import WIDTHS
from tests.e2e.reading import READY, bare, expected, go, shown


def groups_with_dates(site):
    season = site.read("subsets/season.json")
    for group in season["groups"]:
        dates = group["dates"]
        for day in {day["date"]: day for day in (dates[0], dates[len(dates) // 2], dates[-1])}.values():
            yield group, day


def in_order(rows):
    return sorted(rows, key=str)


def busiest(site):
    season = site.read("subsets/season.json")
    return max(season["groups"][7]["dates"], key=lambda day: len(day["picks"]))


def test_every_subset_on_the_first_middle_and_last_date_shows_exactly_the_file(page, site):
    go(page, site, "#/picks")
    for group, day in groups_with_dates(site):
        page.evaluate(f"location.hash = '#/picks/{group['id']}/{day['date']}'")
        page.wait_for_selector(f"#tab-{group['id']}[aria-selected=true]")
        page.wait_for_selector(f".strip [aria-current=date][data-key='{day['date']}']")
        page.wait_for_selector(READY)
        homes = {game["home"] for game in site.read(f"best-bets/{day['date']}.json")["games"]}
        assert in_order(map(bare, shown(page))) == in_order(expected(pick, homes) for pick in day["picks"])
        (own,) = [item for item in site.read(f"picks/{day['date']}.json")["groups"] if item["id"] == group["id"]]
        season = own["record"]["season"]
        page.click(".record-box summary")
        assert page.inner_text(".record tbody .score").startswith(f"{season['wins']:,}–{season['losses']:,}–")
        assert page.inner_text(".record tbody .rate") == ("–" if season["pct"] is None else f"{season['pct']:.1f} %")


def test_the_page_of_a_date_agrees_with_that_dates_own_file(page, site):
    day = busiest(site)
    own = site.read(f"picks/{day['date']}.json")
    go(page, site, f"#/picks/8/{day['date']}")
    rows = [(row["player"], row["pick"]) for row in shown(page)]
    picks = own["groups"][7]["picks"]
    assert in_order(rows) == in_order((pick["player"], f"{pick['direction']} {pick['line']:.1f}") for pick in picks)


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_a_past_date_shows_the_record_of_its_own_file_and_not_todays(page, site, width):
    page.set_viewport_size({"width": width, "height": 844})
    season = site.read("subsets/season.json")["groups"][7]
    middle = season["dates"][len(season["dates"]) // 2]["date"]
    own = site.read(f"picks/{middle}.json")["groups"][7]["record"]
    assert own["season"]["wins"] < season["record"]["season"]["wins"], "the two records differ"
    go(page, site, f"#/picks/8/{middle}")
    page.click(".record-box summary")
    scores = page.locator(".record-box .score").all_inner_texts()
    pushes = [
        sum(
            pick["result"] == "push"
            for day in season["dates"]
            if since <= day["date"] < middle
            for pick in day["picks"]
        )
        for since in ("", f"{middle[:8]}01", str(monday_of(middle)))
    ]
    windows = zip((own["season"], own["month"], own["week"]), pushes, strict=True)
    assert scores == [f"{window['wins']}–{window['losses']}–{pushed}" for window, pushed in windows]
    assert f"before {dt.date.fromisoformat(middle):%b} {int(middle[8:])};" in page.inner_text(".record-box")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_date_without_a_file_shows_no_record(page, site):
    day = busiest(site)["date"]
    (site.public / f"v1/picks/{day}.json").unlink()
    go(page, site, f"#/picks/8/{day}")
    assert "No record is published for this date" in page.inner_text(".record-box")
    assert page.locator(".record-box .score").count() == 0


def monday_of(date):
    day = dt.date.fromisoformat(date)
    return day - dt.timedelta(days=day.weekday())


@pytest.mark.parametrize("source", ["calibrated", "market", "none"])
def test_a_probability_names_its_source(page, site, source):
    day = busiest(site)["date"]

    def mark(document):
        for bet in document["bets"]:
            bet |= {"probability_source": source, "probability": None if source == "none" else 52.0}

    site.change(f"best-bets/{day}.json", mark)
    go(page, site, f"#/picks/8/{day}")
    page.wait_for_selector(".card a.behind")
    shown_text = {row["probability"].splitlines()[0] for row in shown(page)}
    expected_words = {"calibrated": {"52.0 % over", "52.0 % under"}, "none": {"unknown"}}
    assert shown_text <= expected_words.get(source, {"52.0 % over (market)", "52.0 % under (market)"})


def test_book_price_and_time_are_those_of_the_best_bets_file(page, site):
    day = busiest(site)
    bets = {bet["player"]: bet for bet in site.read(f"best-bets/{day['date']}.json")["bets"]}
    go(page, site, f"#/picks/8/{day['date']}")
    for row in shown(page):
        bet = bets[row["player"]]
        assert str(abs(bet["price"])) in row["market"]
        assert "seen" in row["market"]
        assert f"{bet['probability']:.1f} %" in row["probability"]


def test_a_probability_is_shown_with_the_observed_frequency(page, site):
    day = busiest(site)
    bins = site.read("systems/performance.json")["calibration"]
    bets = {bet["player"]: bet for bet in site.read(f"best-bets/{day['date']}.json")["bets"]}
    go(page, site, f"#/picks/8/{day['date']}")
    for row in shown(page):
        bet = bets[row["player"]]
        over = bet["probability"] if bet["direction"] == "OVER" else 100 - bet["probability"]
        (own,) = [item for item in bins if item["low"] <= over < item["high"]]
        low, high = own["interval_low"], own["interval_high"]
        bounds = (low, high) if bet["direction"] == "OVER" else (100 - high, 100 - low)
        observed = re.search(r"came true (\d+)–(\d+)\s%,\s+n ([\d,]+)", row["probability"])
        assert observed, row
        assert int(observed[3].replace(",", "")) == own["n"]
        assert all(abs(int(number) - bound) <= 0.5 for number, bound in zip(observed.groups()[:2], bounds, strict=True))


def test_an_address_is_permanent_and_back_goes_back(page, site):
    first, second = (day["date"] for day in site.read("subsets/season.json")["groups"][0]["dates"][:2])
    go(page, site, f"#/picks/1/{second}")
    page.click(f".strip [data-key='{first}']")
    page.wait_for_selector(f".strip [aria-current=date][data-key='{first}']")
    page.go_back()
    page.wait_for_selector(f".strip [aria-current=date][data-key='{second}']")
    page.reload()
    page.wait_for_selector(f".strip [aria-current=date][data-key='{second}']")
    assert page.evaluate("location.hash") == f"#/picks/1/{second}"


def test_the_keyboard_alone_reaches_tabs_dates_and_features(page, site):
    day = busiest(site)
    go(page, site, f"#/picks/8/{day['date']}")
    page.focus("#tab-8")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("#tab-all[aria-selected=true]")
    page.keyboard.press("End")
    page.wait_for_selector("#tab-7[aria-selected=true]")
    assert page.evaluate("document.activeElement.id") == "tab-7"
    page.keyboard.press("Home")
    page.wait_for_selector("#tab-8[aria-selected=true]")
    page.wait_for_selector(".card a.behind")
    page.focus(".card a.behind")
    page.keyboard.press("Enter")
    page.wait_for_selector("[aria-label=Values]")
    page.go_back()
    page.wait_for_selector("#tab-8")
    page.focus("[data-key=older]")
    page.keyboard.press("Enter")
    page.wait_for_selector(f".strip [data-key='{day['date']}']:not([aria-current])")


def test_the_features_behind_a_pick_are_those_of_the_quality_file(page, site):
    day = busiest(site)
    quality = site.read(f"quality/{day['date']}.json")
    go(page, site, f"#/picks/8/{day['date']}")
    first = shown(page)[0]["player"]
    page.click(".card a.behind")
    page.wait_for_selector("[aria-label=Values] tbody tr")
    names = page.eval_on_selector_all(
        "[aria-label=Values] tbody tr td:first-child > span", "all => all.map((n) => n.firstChild.data)"
    )
    assert names == [feature["name"].replace("_", " ") for feature in quality["features"]]
    picked = next(pick for pick in quality["picks"] if pick["player"] == first)
    shown_text = page.eval_on_selector_all(
        "[aria-label=Values] tbody tr td:nth-child(2)", "all => all.map((n) => n.textContent)"
    )
    assert [text == "no value" for text in shown_text] == [value is None for value in picked["values"]]


def test_an_empty_subset_shows_the_reason(page, site):
    season = site.read("subsets/season.json")
    group, day = next((g, d) for g in season["groups"] for d in g["dates"] if not d["picks"])
    reasons = {item["id"]: item["reason"] for item in site.read(f"best-bets/{day['date']}.json")["groups"]}
    go(page, site, f"#/picks/{group['id']}/{day['date']}")
    assert reasons[group["id"]]
    assert reasons[group["id"]] in page.inner_text("#panel")


def test_a_date_without_publication_is_labelled(page, site):
    go(page, site, "#/picks/8/2025-07-04")
    assert "Nothing was published for this date" in page.inner_text("#panel")


def test_an_unpublished_slate_shows_the_number_of_its_predictions(page, site):
    day = busiest(site)["date"]

    def take_away(season):
        for group in season["groups"]:
            group["dates"] = [entry for entry in group["dates"] if entry["date"] != day]

    site.change("subsets/season.json", take_away)
    go(page, site, f"#/picks/8/{day}")
    page.wait_for_selector("#panel .empty p:has-text('nothing is published for this date yet')")

    def without_lines(predictions):
        for player in (player for game in predictions["games"] for player in game["players"]):
            player["line"] = None

    site.change(f"predictions/{day}.json", without_lines)
    go(page, site, f"#/picks/8/{day}")
    page.wait_for_selector("#panel .empty p:has-text('none of them has a line')")


def test_a_date_on_which_every_player_was_held_shows_the_reasons(page, site):
    day = busiest(site)["date"]
    reason = "Every prediction with a line was held back: the data behind it was not good enough."

    def clear(season):
        for group in season["groups"]:
            next(entry for entry in group["dates"] if entry["date"] == day)["picks"] = []

    def hold(bets):
        bets["bets"] = []
        bets["groups"] = [group | {"picks": 0, "reason": reason} for group in bets["groups"]]

    site.change("subsets/season.json", clear)
    site.change(f"best-bets/{day}.json", hold)
    for group in range(1, 9):
        go(page, site, f"#/picks/{group}/{day}")
        page.wait_for_selector(f"#panel .empty p:has-text('{reason}')")
    assert page.locator(f".foot a[href='#/quality/{day}']").count() == 1


def test_a_date_without_signal_looks_different_from_a_neutral_one(page, site):
    day = busiest(site)["date"]

    def clear(season):
        for group in season["groups"]:
            next(entry for entry in group["dates"] if entry["date"] == day)["signal"] = None

    site.change("subsets/season.json", clear)
    go(page, site, f"#/picks/8/{day}")
    page.wait_for_selector(".page-head .badge:has-text('no signal')")
    assert "neutral" not in page.inner_text(".page-head")


def test_an_ungraded_day_shows_no_result(page, site):
    day = busiest(site)["date"]

    def ungrade(season):
        for pick in next(entry for entry in season["groups"][7]["dates"] if entry["date"] == day)["picks"]:
            pick["actual"] = pick["result"] = None

    site.change("subsets/season.json", ungrade)
    go(page, site, f"#/picks/8/{day}")
    assert {row["result"] for row in shown(page)} == {"not graded"}
    assert "not graded yet" in page.inner_text(".list-head")


@pytest.mark.parametrize(
    "name", ["<img src=x onerror=alert(1)>", "Luka Dončić", "'\"><script>alert(1)</script>", "O’Neale\u202e"]
)
def test_a_name_with_markup_is_shown_as_text(page, site, name):
    day = busiest(site)["date"]
    old = site.read(f"best-bets/{day}.json")["bets"][0]["player"]
    for path in ("subsets/season.json", f"best-bets/{day}.json", f"quality/{day}.json", "players/index.json"):
        site.write(path, json.loads(json.dumps(site.read(path)).replace(json.dumps(old), json.dumps(name))))
    dialogues = []
    page.on("dialog", lambda dialogue: dialogues.append(dialogue.message))
    go(page, site, f"#/picks/8/{day}")
    assert name in [row["player"] for row in shown(page)]
    page.locator("li.card").filter(has_text=name).locator("a.behind").click()
    page.wait_for_selector("[aria-label=Values]")
    go(page, site, "#/players")
    assert page.locator("main img, main script").count() == 0
    assert dialogues == []


def test_a_stale_file_is_labelled_stale(page, site):
    day = busiest(site)["date"]
    stale = {"path": f"v1/picks/{day}.json", "reason": "The file could not be built.", "since": "2025-11-12T12:00:00Z"}
    site.change("status.json", lambda status: status.update(stale=[stale]))
    go(page, site, f"#/picks/8/{day}")
    assert "Outdated" in page.inner_text(".stale")


def test_without_the_season_file_the_page_shows_an_error_and_tries_again(page, site):
    season = site.public / "v1/subsets/season.json"
    content = season.read_bytes()
    season.unlink()
    page.goto(f"{site.url}#/picks")
    page.wait_for_selector("text=Nothing is published yet")
    assert "courtside daily" in page.inner_text("main")
    season.write_bytes(content)
    page.click("text=Try again")
    page.wait_for_selector(".cards .card")


def test_picks_are_shown_without_the_details_file(page, site):
    day = busiest(site)["date"]
    (site.public / f"v1/best-bets/{day}.json").unlink()
    (site.public / "v1/status.json").unlink()
    go(page, site, f"#/picks/8/{day}")
    assert len(shown(page)) == len(busiest(site)["picks"])
    assert "price not published" in shown(page)[0]["market"]


def test_a_figure_that_mixes_live_and_backtest_is_labelled(page, site):
    def mix(results):
        for group in results["groups"]:
            group["days"] += [{**own, "kind": "LIVE"} for own in group["days"]]

    site.change("results/season.json", mix)
    go(page, site, f"#/picks/8/{site.read('subsets/season.json')['groups'][7]['dates'][0]['date']}")
    page.click(".record-box summary")
    record = page.inner_text(".record-box")
    assert "LIVE and BACKTEST together" in record
    assert page.locator(".record-box .record .badge").all_inner_texts() == ["BACKTEST", "LIVE, simulated"]
