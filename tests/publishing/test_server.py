"""What `courtside serve` answers: the right headers, and an error to anything odd."""

import gzip
import http.client
import json
import threading

import pytest

from courtside.errors import ConfigError
from courtside.publishing.server import make_server

SEASON = {"generated_at": "2026-02-07T15:00:00Z", "groups": ["Dončić"] * 400}


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    public = tmp_path_factory.mktemp("public")
    (public / "v1/subsets").mkdir(parents=True)
    (public / "v1/subsets/season.json").write_text(json.dumps(SEASON))
    (public / "v1/secret.txt").write_text("no")
    (public.parent / "outside.json").write_text("{}")
    (public / "v1/link.json").symlink_to(public.parent / "outside.json")
    with make_server(public, "127.0.0.1", 0) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server.server_address
        server.shutdown()


def ask(address, path, method="GET", **headers):
    connection = http.client.HTTPConnection(*address, timeout=5)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer, content


def test_a_public_file_comes_with_its_contracts_cache_age_and_type(address):
    answer, content = ask(address, "/v1/subsets/season.json")
    assert answer.status == 200
    assert json.loads(content) == SEASON
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_page_of_another_origin_may_read_the_public_files_and_nothing_else(address):
    assert ask(address, "/v1/subsets/season.json")[0].headers["Access-Control-Allow-Origin"] == "*"
    assert ask(address, "/index.html")[0].headers["Access-Control-Allow-Origin"] is None


def test_a_browser_gets_it_compressed_and_only_once(address):
    answer, content = ask(address, "/v1/subsets/season.json", **{"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(content)) == SEASON
    again, nothing = ask(
        address, "/v1/subsets/season.json", **{"Accept-Encoding": "gzip", "If-None-Match": answer.headers["ETag"]}
    )
    assert (again.status, nothing) == (304, b"")


def test_the_site_is_at_the_root_with_a_policy_that_allows_its_own_origin_only(address):
    answer, content = ask(address, "/")
    assert b"<title>Courtside</title>" in content
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert ask(address, "/js/pages/picks.js")[0].headers["Content-Type"].startswith("text/javascript")


def test_head_sends_headers_alone(address):
    answer, content = ask(address, "/v1/subsets/season.json", "HEAD")
    assert (answer.status, content) == (200, b"")
    assert int(answer.headers["Content-Length"]) > 0


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
    ],
)
def test_a_path_that_is_no_public_file_is_an_error(address, path):
    answer, _ = ask(address, path)
    assert answer.status in (400, 404)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "NONSENSE"])
def test_another_method_is_an_error(address, method):
    assert ask(address, "/v1/subsets/season.json", method)[0].status in (405, 501)


def test_a_taken_port_is_named(address, tmp_path):
    with pytest.raises(ConfigError, match=f"{address[1]}"):
        make_server(tmp_path, "127.0.0.1", address[1])
