"""A browser, and the site served over a copy of a small season's public files."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.serving import served

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--process-per-site"),
)
WIDTHS = {"phone": 390, "desktop": 1440}


@dataclass
class Site:
    """A served folder of public files that a test may change."""

    public: Path
    url: str

    def read(self, path):
        return json.loads((self.public / "v1" / path).read_text())

    def write(self, path, value):
        target = self.public / "v1" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps(value))

    def change(self, path, act):
        value = self.read(path)
        act(value)
        self.write(path, value)


def chromium_path():
    """Return the browser for the tests, installed if necessary; None where it cannot be installed."""
    if not CHROMIUM.exists() and shutil.which("apt-get") and os.geteuid() == 0:
        install = "apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium"
        subprocess.run(["sh", "-c", install], check=False, capture_output=True, timeout=300)
    return str(CHROMIUM) if CHROMIUM.exists() else shutil.which("chromium") or shutil.which("google-chrome")


@pytest.fixture(scope="session")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="the package `playwright` is not installed")
    path = chromium_path()
    if path is None:
        pytest.skip("no Chromium: install Debian's package `chromium` to run the browser tests")
    with playwright.sync_playwright() as running:
        opened = running.chromium.launch(executable_path=path, args=list(FLAGS))
        yield opened
        opened.close()


@pytest.fixture
def site(run_home, tmp_path):
    public = tmp_path / "public"
    shutil.copytree(run_home / "public", public)
    with served(public) as (host, port):
        yield Site(public, f"http://{host}:{port}/")


@pytest.fixture(scope="session")
def context(browser, run_home):
    """One context for all pages; one page stays open, so that the process that renders it serves the other pages too.

    It keeps no offline copy, which would load the whole site in each test; tests of the copy open their own context.
    """
    opened = browser.new_context(viewport={"width": WIDTHS["desktop"], "height": 900}, service_workers="block")
    with served(run_home / "public") as (host, port):
        opened.new_page().goto(f"http://{host}:{port}/")
    yield opened
    opened.close()


@pytest.fixture
def page(context):
    """A desktop page that fails the test on any script error or refused resource. Its site is an origin of its own."""
    opened = context.new_page()
    problems = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.on("console", lambda message: _note(message, problems))
    yield opened
    opened.evaluate("origin === 'null' || localStorage.clear()")
    opened.close()
    assert problems == []


def _note(message, problems):
    # The browser itself reports a missing file; the tests check the message of the page.
    if message.type == "error" and "Failed to load resource" not in message.text and "Missing" not in message.text:
        problems.append(message.text)
