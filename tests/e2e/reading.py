"""Readers of the picks page in the browser, as plain data."""

READ = """() => [...document.querySelectorAll('.cards .card')].map((row) => ({
  player: row.querySelector('.name').textContent,
  teams: row.querySelector('.teams').textContent,
  pick: row.querySelector('.pick strong').textContent,
  prediction: row.querySelector('.model span').textContent,
  result: row.querySelector('.badge.result').textContent,
  actual: row.querySelector('.result-cell .sub')?.textContent ?? '',
  market: row.querySelector('.market').innerText,
  probability: row.querySelector('.chance').innerText,
}))"""
READY = "#main:not([aria-busy])"
WORDS = {"hit": "HIT", "miss": "MISS", "push": "PUSH", "void": "VOID", None: "not graded"}


def go(page, site, address, ready=f"{READY} h1"):
    """Open an address of the site and wait until it is shown."""
    page.goto("about:blank")
    page.goto(f"{site.url}{address}")
    page.wait_for_selector(ready)


def shown(page):
    """Return the pick cards, in the order of the page."""
    return page.evaluate(READ)


def expected(pick, homes):
    """Return a pick of the season file as the page should show it, without its market; `homes` are the home teams."""
    sign = "vs" if pick["team"] in homes else "@"
    counted = "" if pick["actual"] is None else f"{pick['actual']} point{'' if pick['actual'] == 1 else 's'}"
    points = "did not play" if pick["result"] == "void" else counted
    return {
        "player": pick["player"],
        "teams": f"{pick['team']} {sign} {pick['opponent']}",
        "pick": f"{pick['direction']} {pick['line']:.1f}",
        "prediction": f"{pick['prediction']:.1f}",
        "result": WORDS[pick["result"]],
        "actual": points,
    }


def bare(row):
    """Return a shown row without its market."""
    return {name: value for name, value in row.items() if name not in ("market", "probability")}
