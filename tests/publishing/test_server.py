"""`courtside serve`: headers of responses, errors for invalid requests, and limits for slow clients."""

import gzip
import http.client
import json
import socket
import subprocess
import sys
import time

import pytest

from courtside.errors import ConfigError
from courtside.publishing import server
from courtside.publishing.server import SiteServer
from tests.serving import served

SEASON = {"generated_at": "2026-02-07T15:00:00Z", "groups": ["Dončić"] * 400}


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    public = tmp_path_factory.mktemp("public")
    (public / "v1/subsets").mkdir(parents=True)
    (public / "v1/subsets/season.json").write_text(json.dumps(SEASON))
    (public / "v1/secret.txt").write_text("no")
    (public.parent / "outside.json").write_text("{}")
    (public / "v1/link.json").symlink_to(public.parent / "outside.json")
    with served(public) as address:
        yield address


def get(address, path, method="GET", **headers):
    connection = http.client.HTTPConnection(*address, timeout=5)
    connection.request(method, path, headers=headers)
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return response, content


def test_a_public_file_has_the_cache_age_and_type_of_its_contract(address):
    response, content = get(address, "/v1/subsets/season.json")
    assert response.status == 200
    assert json.loads(content) == SEASON
    assert response.headers["Cache-Control"] == "public, max-age=3600"
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_other_origins_may_read_only_the_public_files(address):
    assert get(address, "/v1/subsets/season.json")[0].headers["Access-Control-Allow-Origin"] == "*"
    assert get(address, "/index.html")[0].headers["Access-Control-Allow-Origin"] is None


def test_a_response_is_compressed_and_cached(address):
    response, content = get(address, "/v1/subsets/season.json", **{"Accept-Encoding": "gzip"})
    assert response.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(content)) == SEASON
    again, nothing = get(
        address, "/v1/subsets/season.json", **{"Accept-Encoding": "gzip", "If-None-Match": response.headers["ETag"]}
    )
    assert (again.status, nothing) == (304, b"")


def test_the_site_allows_only_its_own_origin(address):
    response, content = get(address, "/")
    assert b"<title>Courtside</title>" in content
    assert response.headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert get(address, "/js/pages/picks.js")[0].headers["Content-Type"].startswith("text/javascript")


def test_head_sends_only_headers(address):
    response, content = get(address, "/v1/subsets/season.json", "HEAD")
    assert (response.status, content) == (200, b"")
    assert int(response.headers["Content-Length"]) > 0


@pytest.mark.parametrize(
    "path",
    [
        "/v1/../../outside.json",
        "/v1/%2e%2e/%2e%2e/outside.json",
        "/..%2f..%2fetc/passwd",
        "/v1/link.json",
        "/v1/secret.txt",
        "/v1/subsets",
        "/v1/.hidden.json",
        "/js/../../config.py",
        "/v1/a%00.json",
        "/nothing.html",
        "/v1/" + "a" * 256 + ".json",
        "/" + "a/" * 2000 + "b.json",
        "//[::1/v1/subsets/season.json",
        "/v1/%ff%fe.json",
        "/v1/%ed%a0%80.json",
    ],
)
def test_a_path_without_a_public_file_is_an_error(address, path):
    response, _ = get(address, path)
    assert response.status in (400, 404)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "NONSENSE"])
def test_another_method_is_an_error(address, method):
    assert get(address, "/v1/subsets/season.json", method)[0].status in (405, 501)


def test_a_taken_port_is_named(address, tmp_path):
    with pytest.raises(ConfigError, match=f"{address[1]}"):
        SiteServer(tmp_path, "127.0.0.1", address[1])


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [("/v1/none.json", "GET", 404), ("/v1/a%00.json", "GET", 400), ("/v1/subsets/season.json", "POST", 405),
     ("/none.html", "GET", 404), ("/", "PUT", 405), ("/v1/" + "a" * 256 + ".json", "GET", 404)],
)  # fmt: skip
def test_an_error_has_the_common_headers_and_is_json_under_v1(address, path, method, status):
    response, content = get(address, path, method)
    assert response.status == status
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"].startswith("default-src 'self'")
    if path.startswith("/v1/"):
        assert response.headers["Content-Type"] == "application/json; charset=utf-8"
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert json.loads(content)["status"] == status


def test_options_lists_the_allowed_methods(address):
    response, _ = get(address, "/v1/subsets/season.json", "OPTIONS")
    assert (response.status, response.headers["Access-Control-Allow-Origin"]) == (204, "*")
    assert get(address, "/index.html", "OPTIONS")[0].headers["Access-Control-Allow-Origin"] is None


def exchange(address, sent: bytes) -> bytes:
    """Send bytes and return everything that comes until the server closes."""
    with socket.create_connection(address, timeout=30) as connection:
        connection.sendall(sent)
        return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.parametrize("sent", [b"nonsense\r\n\r\n", b"GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n"])
def test_bytes_that_are_not_http_are_answered_with_400(address, sent):
    response = exchange(address, sent)
    assert response.startswith(b"HTTP/1.1 400")
    assert b"nosniff" in response
    assert get(address, "/")[0].status == 200


def test_the_body_of_a_request_is_never_a_second_request(address):
    hidden = b"GET /v1/subsets/season.json HTTP/1.1\r\nHost: a\r\n\r\n"
    sent = b"GET /none.html HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(hidden)
    response = exchange(address, sent + hidden)
    assert response.count(b"HTTP/1.1 ") == 1
    assert response.startswith(b"HTTP/1.1 404")


def test_headers_above_the_limit_are_refused(address):
    with socket.create_connection(address) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nX: ")
        assert is_closed_within(connection, 30, b"a" * 10_000)


@pytest.fixture
def impatient(tmp_path, monkeypatch):
    """A server that gives a client half a second."""
    monkeypatch.setattr(server, "HEADER_SECONDS", 0.5)
    monkeypatch.setattr(server, "SENDING_SECONDS", 0.5)
    (tmp_path / "v1").mkdir()
    (tmp_path / "v1/large.json").write_text(json.dumps("x" * 20_000_000))
    with served(tmp_path) as found:
        yield found


def is_closed_within(connection: socket.socket, seconds: float, sent: bytes) -> bool:
    """Send `sent` repeatedly, and return whether the other side closes the connection within `seconds`."""
    end = time.monotonic() + seconds
    connection.settimeout(0.05)
    while time.monotonic() < end:
        try:
            connection.sendall(sent)
            if connection.recv(1024) == b"":
                return True
        except TimeoutError:
            continue
        except OSError:
            return True
    return False


@pytest.mark.parametrize("start", [b"", b"GET / HTTP/1.1\r\nX: ", b"GET / HTTP/1.1\r\nHost: a\r\n\r\nG"])
def test_a_client_that_sends_its_headers_too_slowly_is_closed(impatient, start):
    with socket.create_connection(impatient) as connection:
        connection.sendall(start)
        assert is_closed_within(connection, 30, b"a")


def test_a_client_that_sends_nothing_is_closed(impatient):
    with socket.create_connection(impatient) as connection:
        connection.settimeout(30)
        assert connection.recv(1) == b""


def test_a_client_that_does_not_read_its_response_is_closed(impatient):
    with socket.create_connection(impatient) as connection:
        connection.sendall(b"GET /v1/large.json HTTP/1.1\r\nHost: a\r\n\r\n")
        time.sleep(3)
        connection.settimeout(30)
        received = 0
        with pytest.raises(ConnectionResetError):
            while part := connection.recv(2**20):
                received += len(part)
            raise ConnectionResetError if received < 20_000_000 else AssertionError("the whole response came")


def test_slow_clients_do_not_block_others_even_with_few_file_descriptors(tmp_path):
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_NOFILE, (120, 120)); "
        "from courtside.cli.main import app; app()"
    )
    command = [sys.executable, "-u", "-c", code, "serve", "--port", "0", "--home", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline()
            address = ("127.0.0.1", int(line.split("127.0.0.1:")[1].split("/")[0]))
            slow = []
            for _ in range(300):
                slow.append(socket.create_connection(address, timeout=30))
                slow[-1].sendall(b"GET / HTTP/1.1\r\nX: ")
            for _ in range(5):
                connection = http.client.HTTPConnection(*address, timeout=60)
                connection.request("GET", "/")
                assert connection.getresponse().status == 200
                connection.close()
            for connection in slow:
                connection.close()
        finally:
            process.terminate()
