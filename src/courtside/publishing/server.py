"""A small server for the site and the public files, on loopback unless told otherwise."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from functools import lru_cache, partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from courtside.errors import ConfigError
from courtside.publishing.contracts import JSON_TYPE
from courtside.publishing.registry import SITE_MAX_AGE, max_age_of
from courtside.publishing.site_files import CONTENT_TYPES, SITE
from courtside.publishing.stores.base import PathRefusedError, safe_path

CONTENT_SECURITY = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
TYPES = {**CONTENT_TYPES, ".json": JSON_TYPE}
KEPT_FILES = 256
SMALL = 1024
"""Files under this many bytes are sent as they are."""


class Handler(SimpleHTTPRequestHandler):
    """Answers GET and HEAD for files of the site and of `v1/`; anything else is an error."""

    server_version = "courtside"
    sys_version = ""
    protocol_version = "HTTP/1.1"

    def __init__(self, *args: object, public: Path, **kwargs: object) -> None:
        self._public = public
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """Send a file."""
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        """Send a file's headers."""
        self._answer(with_body=False)

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing; the browser shows what failed."""

    def _answer(self, *, with_body: bool) -> None:
        path = unquote(urlsplit(self.path).path).lstrip("/") or "index.html"
        try:
            relative = safe_path(path)
        except PathRefusedError:
            self.send_error(HTTPStatus.BAD_REQUEST, "a path outside the site")
            return
        folder = self._public if path.startswith("v1/") else SITE
        target = (folder / relative).resolve()
        if not target.is_relative_to(folder.resolve()) or not target.is_file() or target.suffix not in TYPES:
            self.send_error(HTTPStatus.NOT_FOUND, "no such file")
            return
        self._send(target, path, with_body)

    def _send(self, target: Path, path: str, with_body: bool) -> None:
        is_zipped = "gzip" in self.headers.get("Accept-Encoding", "")
        stat = target.stat()
        content, tag, is_zipped = _content(str(target), stat.st_mtime_ns, stat.st_size, is_zipped)
        max_age = max_age_of(path)
        is_known = self.headers.get("If-None-Match") == tag
        self.send_response(HTTPStatus.NOT_MODIFIED if is_known else HTTPStatus.OK)
        self.send_header("Content-Type", TYPES[target.suffix])
        if not is_known:
            self.send_header("Content-Length", str(len(content)))
        if is_zipped:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Vary", "Accept-Encoding")
        self.send_header("ETag", tag)
        self.send_header("Cache-Control", f"public, max-age={SITE_MAX_AGE if max_age is None else max_age}")
        if path.startswith("v1/"):
            self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Content-Security-Policy", CONTENT_SECURITY)
        self.end_headers()
        if with_body and not is_known:
            self.wfile.write(content)


@lru_cache(KEPT_FILES)
def _content(path: str, modified: int, size: int, is_zipped: bool) -> tuple[bytes, str, bool]:
    """Return a file's bytes as sent, their tag, and whether they are compressed; kept until the file changes."""
    content = Path(path).read_bytes()
    is_zipped = is_zipped and len(content) >= SMALL
    sent = gzip.compress(content, mtime=0) if is_zipped else content
    return sent, f'"{hashlib.sha256(sent).hexdigest()[:24]}"', is_zipped


def make_server(public: Path, host: str, port: int) -> ThreadingHTTPServer:
    """Return a server of the site and of the files in `public`, bound but not yet serving.

    Raises:
        ConfigError: where the address is taken or not this machine's.
    """
    try:
        return ThreadingHTTPServer((host, port), partial(Handler, public=public))
    except OSError as error:
        raise ConfigError(f"cannot listen on {host}:{port}: {error}; choose another --port") from error


def serve(public: Path, host: str, port: int, *, say: Callable[[str], None]) -> None:
    """Serve until interrupted."""
    with make_server(public, host, port) as server:
        say(f"serving {public} and the site at http://{host}:{server.server_address[1]}/ (Ctrl-C ends it)")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            say("stopped")
