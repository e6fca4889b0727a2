"""The example page, used as its README describes."""

import shutil
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

EXAMPLE = Path(__file__).parents[2] / "examples/minimal-frontend/index.html"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


def test_the_example_shows_the_newest_picks(page, site):
    shutil.copy(EXAMPLE, site.public / "picks.html")
    day = site.read("status.json")["latest_published"]
    picks = site.read(f"picks/{day}.json")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=site.public)) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        page.goto(f"http://127.0.0.1:{server.server_address[1]}/picks.html")
        page.wait_for_selector("h2:nth-of-type(8)")
        assert page.inner_text("h1") == f"Picks of {day}, simulated league"
        shown_text = page.locator("li").all_inner_texts()
        server.shutdown()
    assert [text.split(" (")[0] for text in shown_text] == [p["player"] for g in picks["groups"] for p in g["picks"]]


def test_the_example_is_about_thirty_lines():
    assert len(EXAMPLE.read_text().splitlines()) <= 32
