"""Make the pictures of README.md: the picks page, light and dark, and a recording of `courtside today` as SVG.

Usage: `python tools/pictures.py [HOME]`, where HOME is a demonstration that `make demo` has built (.courtside/demo).
`make docs` runs it. The pictures show the simulated league at its fixed time. Fonts and Chromium differ between
machines, and a busy machine draws single pixels differently; therefore no test compares the screenshots with a new
run. Without Chromium, or without the demonstration, the stored pictures are kept.
"""

from __future__ import annotations

import base64
import datetime as dt
import io
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rich.console import Console
from rich.text import Text

from courtside.config import load_settings
from courtside.publishing.site_files import CONTENT_TYPES, site_files

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
DEMO = ROOT / ".courtside" / "demo"
VIEW = "#/picks"
SIZE = {"width": 1180, "height": 800}
ORIGIN = "http://courtside.example"
"""No server runs: every request of the browser is answered from files."""
QUALITY = 82
COLUMNS = 80
FONTS = "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace"
TYPING_SECONDS, LINE_SECONDS = 1.2, 0.06


def main(home: Path) -> None:
    """Write every picture that can be made here, and say which are kept."""
    if not (home / "public" / "v1" / "status.json").exists():
        print(f"pictures kept: there is no demonstration at {home}; `make demo` builds it")
        return
    PICTURES.mkdir(exist_ok=True)
    write("today.svg", recording(home, "today").encode())
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        print(
            "screenshots kept: there is no Chromium; install Debian's package `chromium`, or set CHROMIUM to its path"
        )
        return
    from playwright.sync_api import sync_playwright

    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for scheme, content in screenshots(home, browser).items():
            write(f"picks-{scheme}.webp", content)
        browser.close()


def write(name: str, content: bytes) -> None:
    """Write a picture unless its bytes are those stored."""
    path = PICTURES / name
    is_new = not path.exists() or path.read_bytes() != content
    if is_new:
        path.write_bytes(content)
    print(f"{path.name}: {'written' if is_new else 'unchanged'}, {len(content) // 1000} kB")


def screenshots(home: Path, browser: Any) -> dict[str, bytes]:
    """Return the newest picks of a home at the time of its clock as WebP, by color scheme."""
    found, now = {}, load_settings(home=home).clock.now().replace(tzinfo=dt.UTC)
    for scheme in ("light", "dark"):
        page = browser.new_page(
            viewport=SIZE,
            color_scheme=scheme,
            reduced_motion="reduce",
            timezone_id="America/New_York",
            service_workers="block",
        )
        page.clock.set_fixed_time(now)
        page.route("**/*", lambda route: answer(route, home / "public"))
        page.goto(f"{ORIGIN}/{VIEW}")
        page.wait_for_selector("#main:not([aria-busy]) .card a.behind")
        page.wait_for_load_state("networkidle")
        options = {"format": "webp", "quality": QUALITY, "optimizeForSpeed": False}
        shot = page.context.new_cdp_session(page).send("Page.captureScreenshot", options)
        found[scheme] = base64.b64decode(shot["data"])
        page.close()
    return found


def answer(route: Any, public: Path) -> None:
    """Answer a request with a file of the site, or else of the published folder."""
    name = urlsplit(route.request.url).path.lstrip("/") or "index.html"
    path = site_files().get(name, public / name)
    if path.is_file():
        kind = CONTENT_TYPES.get(path.suffix, "application/json")
        route.fulfill(body=path.read_bytes(), content_type=kind)
    else:
        route.fulfill(status=404, body="{}", content_type="application/json")


def recording(home: Path, *arguments: str) -> str:
    """Return a terminal in which a command is typed and its output appears line by line, as SVG."""
    environment = os.environ | {"COURTSIDE_HOME": str(home), "COLUMNS": str(COLUMNS), "FORCE_COLOR": "1"}
    program = [str(Path(sys.executable).parent / "courtside"), *arguments]
    output = subprocess.run(program, env=environment, check=True, capture_output=True, text=True).stdout.rstrip()
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(Text(f"$ courtside {' '.join(arguments)}", style="bold"))
    console.print(Text.from_ansi(output), end="\n\n")
    return animated(without_addresses(console.export_svg(title="courtside", unique_id="courtside")))


def without_addresses(svg: str) -> str:
    """Return an SVG that loads no font and names no address; the reader's own monospaced font is used."""
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<!--.*?-->\s*", "", svg)
    return svg.replace("Fira Code, monospace", FONTS)


def animated(svg: str) -> str:
    """Return the SVG with a delay for each line; the whole output stays where motion is reduced or not supported."""
    lines = sorted({int(number) for number in re.findall(r"url\(#courtside-line-(\d+)\)", svg)})
    delays = "\n".join(
        f'[clip-path="url(#courtside-line-{line})"] {{ animation-delay: {TYPING_SECONDS + LINE_SECONDS * line:.2f}s }}'
        for line in lines[1:]
    )
    motion = "@keyframes appear { from { opacity: 0 } to { opacity: 1 } }\n" + (
        '@media (prefers-reduced-motion: no-preference) { [clip-path^="url(#courtside-line-"] '
        f"{{ animation: appear .01s linear both }}\n{delays} }}\n"
    )
    return svg.replace("</style>", f"{motion}</style>", 1)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DEMO)
