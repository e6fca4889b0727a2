"""Fetching: transient faults are retried, a failing host is paused, and no key is ever shown."""

from __future__ import annotations

import datetime as dt
import email.utils
import logging
import socket
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

import pytest
from pydantic import SecretStr

from courtside.sources.http import Client, retry_after
from courtside.sources.outcomes import (
    AbsentError,
    FetchError,
    NotYetError,
    PermanentFetchError,
    TransientFetchError,
)
from courtside.sources.request import Body, Request
from courtside.sources.transport import USER_AGENT, HttpTransport
from tests.sources.live.conftest import FAST, KEY
from tests.sources.live.loopback import Provider, Reply
from tests.sources.live.payloads import NOW

ROOT = "https://cdn.nba.com"
PLAIN = Request("cdn.nba.com", "one.json", f"{ROOT}/one")
KEYED = Request(
    "the_odds_api", "two.json", "https://api.the-odds-api.com/two", {"regions": "us"}, keys={"apiKey": SecretStr(KEY)}
)
GOOD = b'{"a": 1}'


def test_a_payload_has_the_received_bytes_and_the_time(provider: Provider, client: Client) -> None:
    provider.on("/one", GOOD)
    payload = client.fetch(PLAIN)
    assert (payload.source, payload.name, payload.fetched_at, payload.content) == (
        "cdn.nba.com", "one.json", NOW, GOOD,
    )  # fmt: skip
    assert provider.requests[0].headers["User-Agent"] == USER_AGENT


@pytest.mark.parametrize(
    "bad",
    [
        Reply(b"", 500), Reply(b"", 502), Reply(b"", 503), Reply(b"", 408), Reply(b"", 429, {"Retry-After": "0"}),
        Reply(b""), Reply(b" \r\n"), Reply(b"<!DOCTYPE html><title>Just a moment</title>"),
        Reply(b'{"a": [1, 2'), Reply(GOOD, cut=4), Reply(b"", hang_up=True), Reply(GOOD * 8, pause=0.5),
        Reply(b'{"a":            1}' * 9, pause=0.1),
    ],
    ids=["500", "502", "503", "408", "429", "empty", "blank", "html", "torn json", "torn body", "hang-up", "stall",
         "slow"],
)  # fmt: skip
def test_a_transient_fault_is_retried(provider: Provider, client: Client, bad: Reply) -> None:
    provider.on("/one", bad, GOOD)
    assert client.fetch(PLAIN).content == GOOD
    assert (client.counts["requests"], client.counts["retries"]) == (2, 1)


@pytest.mark.parametrize(
    ("status", "says"), [(400, "400"), (401, "401"), (403, "blocked"), (422, "422"), (302, "moved"), (410, "410")]
)
def test_a_refusal_is_not_retried(provider: Provider, client: Client, status: int, says: str) -> None:
    provider.on("/one", Reply(b"", status, {"Location": "http://127.0.0.1:1/elsewhere"}))
    with pytest.raises(PermanentFetchError, match=says):
        client.fetch(PLAIN)
    assert client.counts["requests"] == 1


def test_an_absent_file_has_its_own_error(provider: Provider, client: Client) -> None:
    with pytest.raises(AbsentError, match="404"):
        client.fetch(PLAIN)
    assert client.counts["requests"] == 1


def test_attempts_are_limited_and_the_last_bad_body_is_kept(provider: Provider, client: Client) -> None:
    provider.on("/one", Reply(b"<html><title>Access Denied</title></html>"))
    with pytest.raises(TransientFetchError, match="a web page titled 'Access Denied' in place of JSON") as failure:
        client.fetch(PLAIN)
    assert client.counts["requests"] == FAST.attempts
    assert failure.value.content.startswith(b"<html>")


def test_the_client_waits_for_retry_after(provider: Provider, client: Client) -> None:
    provider.on("/one", Reply(b"", 429, {"Retry-After": "1"}), GOOD)
    begun = time.monotonic()
    client.fetch(PLAIN)
    assert time.monotonic() - begun >= 1.0


def test_a_long_retry_after_is_an_error_and_not_a_wait(provider: Provider, client: Client) -> None:
    provider.on("/one", Reply(b"", 429, {"Retry-After": "3600"}))
    with pytest.raises(NotYetError, match=r"not yet \(until 2024-02-22 23:00 UTC\)"):
        client.fetch(PLAIN)
    assert client.counts["requests"] == 1


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("7", 7.0), (email.utils.format_datetime(NOW.replace(tzinfo=dt.UTC) + dt.timedelta(minutes=2)), 120.0),
     (email.utils.format_datetime(NOW.replace(tzinfo=dt.UTC) - dt.timedelta(minutes=2)), 0.0), ("", None),
     ("soon", None), ("-3", None), ("9" * 20, 86_400.0), ("9" * 5000, 86_400.0), ("²", None), ("1.5", None),
     ("+7", None), ("nan", None), ("inf", None), ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400.0),
     ("Fri, 31 Dec 9999 23:59:59 -2359", None), ("Mon, 99 Foo 2024 99:99:99 GMT", None)],
)  # fmt: skip
def test_retry_after_is_a_number_or_a_date(text: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": text}, NOW) == seconds


def test_a_failing_host_is_paused_and_others_are_not(provider: Provider, client: Client) -> None:
    provider.on("/one", Reply(b"", 500))
    provider.on("/two", GOOD)
    for _ in range(FAST.failures):
        with pytest.raises(TransientFetchError):
            client.fetch(PLAIN)
    sent = len(provider.requests)
    with pytest.raises(NotYetError, match=r"cdn\.nba\.com failed 2 times in a row"):
        client.fetch(PLAIN)
    assert len(provider.requests) == sent
    assert client.fetch(KEYED).content == GOOD


def test_an_open_circuit_allows_one_request_after_its_time(provider: Provider, client: Client) -> None:
    now = [0.0]
    client.monotonic = lambda: now[0]
    provider.on("/one", *[Reply(b"", 500)] * (FAST.attempts * 2), GOOD)
    for _ in range(2):
        with pytest.raises(TransientFetchError):
            client.fetch(PLAIN)
    with pytest.raises(NotYetError):
        client.fetch(PLAIN)
    now[0] += FAST.cool_down + 1
    assert client.fetch(PLAIN).content == GOOD


def test_requests_to_one_host_keep_their_pace(provider: Provider, client: Client) -> None:
    waits: list[float] = []
    now = [100.0]
    client.monotonic, client.sleep = lambda: now[0], waits.append
    client.policy = replace(FAST, least_pace=0.5)
    provider.on("/one", GOOD)
    provider.on("/two", GOOD)
    client.fetch(PLAIN)
    now[0] += 0.2
    client.fetch(KEYED)
    client.fetch(PLAIN)
    assert waits == [pytest.approx(0.3)]


def test_a_body_above_the_limit_is_refused(provider: Provider, client: Client) -> None:
    client.policy = replace(FAST, limits=replace(FAST.limits, size=100))
    provider.on("/one", b"[" + b"1," * 200 + b"1]")
    with pytest.raises(PermanentFetchError, match="larger than 100 bytes"):
        client.fetch(PLAIN)


@pytest.mark.parametrize("body", [b"", b"%PDF-1.4 no end", b"<Error>AccessDenied</Error>", b"{}"])
def test_an_incomplete_pdf_is_refused(provider: Provider, client: Client, body: bytes) -> None:
    provider.on("/one", body)
    with pytest.raises(TransientFetchError):
        client.fetch(replace(PLAIN, body=Body.PDF))


LEAKY = [
    Reply(b"", 401), Reply(b"", 429, {"Retry-After": "9999"}), Reply(b"", 500), Reply(b"", hang_up=True),
    Reply(b"<html>" + KEY.encode()), Reply(b"", 302, {"Location": f"/x?apiKey={KEY}"}), Reply(b"", 404),
]  # fmt: skip


@pytest.mark.parametrize("reply", LEAKY, ids=lambda reply: str(reply.status))
def test_no_error_and_no_log_contains_the_key(
    provider: Provider, client: Client, reply: Reply, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    provider.on("/two", reply)
    with pytest.raises(FetchError) as failure:
        client.fetch(KEYED)
    text = "".join(traceback.format_exception(failure.value)) + caplog.text
    assert KEY not in text
    assert KEY.encode() not in getattr(failure.value, "content", b"")
    assert all(request.query["apiKey"] == KEY for request in provider.requests)


def test_the_error_of_a_refused_connection_contains_no_key(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    client.transport = HttpTransport(hosts={"https://api.the-odds-api.com": "http://127.0.0.1:1"})
    with pytest.raises(TransientFetchError, match="the connection failed") as failure:
        client.fetch(KEYED)
    assert KEY not in "".join(traceback.format_exception(failure.value)) + caplog.text + repr(KEYED)


def test_a_key_in_a_response_is_removed_from_the_payload(provider: Provider, client: Client) -> None:
    provider.on("/two", b'{"url": "/two?apiKey=' + KEY.encode() + b'"}')
    assert client.fetch(KEYED).content == b'{"url": "/two?apiKey=(hidden)"}'


@contextmanager
def raw_server(answer: Callable[[socket.socket], None]) -> Iterator[HttpTransport]:
    """Serve connections on loopback with `answer`, which writes byte by byte."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):  # closed at the end of the test
            while True:
                connection, _ = listening.accept()
                with connection, suppress(OSError):
                    connection.recv(65536)
                    answer(connection)

    threading.Thread(target=serve, daemon=True).start()
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    try:
        yield HttpTransport(hosts={ROOT: address})
    finally:
        listening.close()


def trickle(start: bytes, byte: bytes) -> Callable[[socket.socket], None]:
    """Send `start`, then a byte each 50 ms for 60 s."""

    def answer(connection: socket.socket) -> None:
        connection.sendall(start)
        for _ in range(1200):
            connection.sendall(byte)
            time.sleep(0.05)

    return answer


SLOW = {
    "status line": (b"", b"H"),
    "status lines": (b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a header": (b"HTTP/1.1 200 OK\r\nX-Long: ", b"a"),
    "a body": (b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"1"),
    "a body without a length": (b"HTTP/1.1 200 OK\r\n\r\n", b"1"),
    "a chunked body": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n1\r\n"),
    "the body of a redirect": (b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 100000\r\n\r\n", b"1"),
}


@pytest.mark.parametrize(("start", "byte"), SLOW.values(), ids=SLOW)
def test_a_slow_response_ends_at_its_deadline(client: Client, start: bytes, byte: bytes) -> None:
    limits = replace(FAST.limits, read=30, whole=0.6)
    with raw_server(trickle(start, byte)) as transport:
        begun = time.monotonic()
        with pytest.raises(TransientFetchError, match=r"longer than 0\.6 s"):
            transport(PLAIN, limits)
        assert time.monotonic() - begun < 20, "the server sends for 60 s"


ODD = {
    "a location that does not parse": b"HTTP/1.1 302 Found\r\nLocation: http://[::1\r\nContent-Length: 0\r\n\r\n",
    "a location of bytes": b"HTTP/1.1 301 Moved\r\nLocation: \xff\xfe://\x01\r\nContent-Length: 0\r\n\r\n",
    "a loop": b"HTTP/1.1 302 Found\r\nLocation: /one\r\nContent-Length: 0\r\n\r\n",
    "a huge header": b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
    "many headers": b"HTTP/1.1 200 OK\r\n" + b"X: a\r\n" * 5_000 + b"\r\n",
    "no status": b"HTTP/1.1 abc\r\n\r\n",
    "another protocol": b"SSH-2.0-OpenSSH_9.6\r\n",
    "a negative length": b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
    "an odd encoding": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
    "a long wait": b"HTTP/1.1 429 Wait\r\nRetry-After: " + b"9" * 20 + b"\r\nContent-Length: 0\r\n\r\n",
    "a superscript wait": b"HTTP/1.1 429 Wait\r\nRetry-After: \xb2\r\nContent-Length: 0\r\n\r\n",
}


@pytest.mark.parametrize("answer", ODD.values(), ids=ODD)
def test_an_unusual_response_is_an_error_of_the_fetch(client: Client, answer: bytes) -> None:
    with raw_server(lambda connection: connection.sendall(answer)) as transport:
        client.transport = transport
        with pytest.raises(FetchError):
            client.fetch(PLAIN)
