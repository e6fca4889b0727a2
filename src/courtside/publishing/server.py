"""A small server for the site and the public files, on loopback unless told otherwise."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from courtside.errors import ConfigError
from courtside.publishing.contracts import JSON_TYPE, max_age_of
from courtside.publishing.stores.base import PathRefusedError, safe_path

SITE = Path(__file__).resolve().parent.parent / "site"
SITE_MAX_AGE = 60
CONTENT_SECURITY = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


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
        if not target.is_relative_to(folder.resolve()) or not target.is_file():
            self.send_error(HTTPStatus.NOT_FOUND, "no such file")
            return
        self._send(target, path, with_body)

    def _send(self, target: Path, path: str, with_body: bool) -> None:
        content = target.read_bytes()
        max_age = max_age_of(path)
        kind = JSON_TYPE if target.suffix == ".json" else self.guess_type(str(target))
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", f"public, max-age={SITE_MAX_AGE if max_age is None else max_age}")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Content-Security-Policy", CONTENT_SECURITY)
        self.end_headers()
        if with_body:
            self.wfile.write(content)


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
