"""Messages about new, changed and dropped picks."""

import datetime as dt
import json

import pytest

from courtside.clock import FixedClock
from courtside.config import load_settings
from courtside.pipeline.pick_alerts import send_pick_alerts
from courtside.publishing.stores.local import LocalStore

DAY = dt.date(2026, 2, 7)
NOON = dt.datetime(2026, 2, 7, 17)
STAR = {"player": "LeBron James", "team": "LAL", "opponent": "BOS", "prediction": 26.1, "line": 21.0,
        "direction": "OVER", "group": "8", "kind": "LIVE"}  # fmt: skip
OTHER = STAR | {"player": "Jayson Tatum", "team": "BOS", "opponent": "LAL", "line": 27.5, "direction": "UNDER"}


class Box:
    """A delivery that keeps what it is given, and fails while `why` is set."""

    def __init__(self):
        self.messages, self.why = [], None

    def __call__(self, severity, title, body):
        if self.why is None:
            self.messages.append((severity, title, body))
        return self.why


@pytest.fixture
def send(tmp_path):
    settings = load_settings(home=tmp_path, now=NOON)
    box = Box()

    def act(*versions, day=DAY, now=NOON):
        listed = [
            {
                "version": number,
                "published_at": "2026-02-07T17:05:12Z",
                "reason": f"reason {number}",
                "model": "926A",
                "picks": picks,
            }
            for number, picks in enumerate(versions, start=1)
        ]
        path = tmp_path / f"public/v1/publications/{day}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"date": str(day), "versions": listed}))
        return send_pick_alerts(LocalStore(tmp_path / "public"), settings, FixedClock(now), [day], box)

    act.box = box
    return act


def test_the_first_version_lists_its_picks_once(send):
    assert send([STAR, STAR | {"group": "1"}]) == ["Feb 7: 1 pick"]
    assert send([STAR, STAR | {"group": "1"}]) == []
    assert send.box.messages == [
        ("picks", "Feb 7: 1 pick", "LeBron James (LAL – BOS) OVER 21.0, expected 26.1"),
    ]


def test_a_later_version_names_what_was_dropped_added_and_changed_with_the_reason(send):
    send([STAR, OTHER])
    send([STAR, OTHER], [STAR | {"line": 20.5}, OTHER | {"player": "Derrick White"}])
    _, title, body = send.box.messages[-1]
    assert title == "Feb 7: 2 picks, changed"
    assert body.splitlines() == [
        "reason 2",
        "Dropped: Jayson Tatum (BOS – LAL) UNDER 27.5, expected 26.1",
        "New: Derrick White (BOS – LAL) UNDER 27.5, expected 26.1",
        "Changed: LeBron James (LAL – BOS) OVER 20.5, expected 26.1",
    ]


def test_a_dropped_player_who_is_blocked_has_the_reason(send, tmp_path):
    send([STAR, OTHER])
    players = [OTHER | {"held": "out by the last injury report before tip-off"}, STAR | {"held": None}]
    path = tmp_path / f"public/v1/predictions/{DAY}.json"
    path.parent.mkdir()
    path.write_text(json.dumps({"games": [{"players": players}]}))
    send([STAR, OTHER], [STAR])
    dropped = (
        "Dropped: Jayson Tatum (BOS – LAL) UNDER 27.5, expected 26.1: out by the last injury report before tip-off"
    )
    assert send.box.messages[-1][2].splitlines()[1:] == [dropped]


def test_a_message_that_was_not_delivered_is_sent_after_the_next_export(send):
    send.box.why = "slack://…: no route"
    assert send([STAR]) == []
    send.box.why = None
    assert send([STAR]) == ["Feb 7: 1 pick"]


@pytest.mark.parametrize("changes", [{"day": DAY - dt.timedelta(days=1)}, {"now": NOON + dt.timedelta(days=2)}])
def test_a_date_that_is_over_is_not_sent(send, changes):
    assert send([STAR], **changes) == []


def test_backtest_picks_are_not_sent(send):
    assert send([STAR | {"kind": "BACKTEST"}]) == []
    assert send.box.messages == []


def test_without_addresses_nothing_is_read_or_sent(tmp_path):
    assert send_pick_alerts(LocalStore(tmp_path), load_settings(home=tmp_path, now=NOON), FixedClock(NOON), [DAY]) == []
    assert not (tmp_path / "alerts").exists()
