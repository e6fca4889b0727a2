"""The static files of the site, which are served and published with the public files."""

from __future__ import annotations

from pathlib import Path

SITE = Path(__file__).resolve().parent.parent / "site"
CONTENT_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


def site_files() -> dict[str, Path]:
    """Return every file of the site by its path in the published folder."""
    paths = (path for path in sorted(SITE.rglob("*")) if path.suffix in CONTENT_TYPES)
    return {path.relative_to(SITE).as_posix(): path for path in paths}
