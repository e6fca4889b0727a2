"""The site on a full season: season file, first paint, first pick, switches of tab and date, and page weight."""

from __future__ import annotations

import gzip
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright
from tests import serving
from tests.e2e.conftest import FLAGS, WIDTHS, chromium_path
from tests.real.conftest import NOW

from benchmarks import homes
from courtside.pipeline.runner import run
from courtside.publishing.exporters import season_subsets
from courtside.publishing.world import World

LOADS = 7
SWITCHES = 40
FIRST_PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
SWITCH = """async ([to, selector]) => {
  const started = performance.now();
  location.hash = to;
  while (!document.querySelector(selector)) await new Promise((resolve) => setTimeout(resolve));
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  return performance.now() - started;
}"""


def main() -> None:
    """Print the figures of the file of each season, and of the page on the largest one."""
    home, first, last, what = homes.prepared()
    with homes.opened(home) as context:
        run(context, first, last)
    print(what)
    season_files(home)
    fullest(home / "public")
    with served(home / "public") as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=list(FLAGS))
        for width in WIDTHS:
            the_page(browser, url, width)
        browser.close()


def season_files(home: Path) -> None:
    """Print, for each season, the number of picks, the size of the file and the time to build it from the warehouse."""
    with homes.opened(home) as context:
        for season, start in World(context.warehouse, (), NOW).starts.items():
            began = time.perf_counter()
            world = World(context.warehouse, (start,), NOW)
            built = next(iter(season_subsets.files(world)))
            content = built.content
            seconds = time.perf_counter() - began
            groups = built.document.model_dump()["groups"]
            picks = sum(len(day["picks"]) for group in groups for day in group["dates"])
            size = f"{len(content) / 1e6:.2f} MB, {len(gzip.compress(content)) / 1e6:.2f} MB gzip"
            print(f"season file {season}: {picks:,} picks, {size}, built in {seconds:.2f} s")


def fullest(public: Path) -> None:
    """Make the largest season the one that the page shows first."""
    largest = max((public / "v1/subsets/seasons").glob("*.json"), key=lambda path: path.stat().st_size)
    for folder in ("subsets", "results"):
        content = (public / f"v1/{folder}/seasons/{largest.name}").read_bytes()
        (public / f"v1/{folder}/season.json").write_bytes(content)
    print(f"the page opens with {largest.stem}")


def the_page(browser: Browser, url: str, width: str) -> None:
    """Print first paint, first pick, weight and switches, each on a fresh page."""
    loads = [load(browser, url, width) for _ in range(LOADS)]
    paint, pick, weight = (statistics.median(values) for values in zip(*loads, strict=True))
    print(
        f"{width}: first paint {paint:.0f} ms, first pick {pick:.0f} ms (medians of {LOADS} cold loads), "
        f"{weight / 1e6:.2f} MB over the wire"
    )
    with opened(browser, width) as page:
        page.goto(url)
        page.wait_for_selector(".card a.behind")
        tabs = [page.evaluate(SWITCH, tab(page, index)) for index in range(SWITCHES)]
        dates = [page.evaluate(SWITCH, earlier(page)) for _ in range(SWITCHES)]
    for name, times in (("tab", tabs), ("date", dates)):
        ordered = sorted(times)
        p95 = ordered[int(0.95 * len(ordered))]
        print(f"{width}: {name} switch median {statistics.median(times):.0f} ms, p95 {p95:.0f} ms (n {len(times)})")


def load(browser: Browser, url: str, width: str) -> tuple[float, float, float]:
    """Return the milliseconds to first paint and to the first visible pick, and the bytes received, of a cold load."""
    with opened(browser, width) as page:
        received: list[int] = []
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
        page.goto(url, wait_until="commit")
        page.wait_for_selector(".cards .card")
        pick = page.evaluate("performance.now()")
        page.wait_for_load_state("networkidle")
        return page.evaluate(FIRST_PAINT), pick, sum(received)


def tab(page: Page, index: int) -> list[str]:
    """Return the address of a subset on the shown date, and a selector that matches when it is shown."""
    group, date = index % 8 + 1, page.get_attribute(".strip [aria-current=date]", "data-key")
    return [f"#/picks/{group}/{date}", f"#tab-{group}[aria-selected=true]"]


def earlier(page: Page) -> list[str]:
    """Return the address of All Picks on the previous date, and a selector that matches when it is shown."""
    href: Any = page.get_attribute(".strip [data-key=older]", "href")
    date = href.split("/")[-1]
    return [f"#/picks/8/{date}", f".strip [aria-current=date][data-key='{date}']"]


@contextmanager
def opened(browser: Browser, width: str) -> Iterator[Page]:
    """Open a page with an empty cache."""
    context = browser.new_context(viewport={"width": WIDTHS[width], "height": 900})
    yield context.new_page()
    context.close()


@contextmanager
def served(public: Path) -> Iterator[str]:
    """Serve a folder of public files."""
    with serving.served(public) as (host, port):
        yield f"http://{host}:{port}/"
