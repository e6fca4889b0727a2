"""The files of a small season agree with the ledger and with each other."""

import datetime as dt
import json
import weakref

import polars as pl
import pytest

from courtside.analytics.tables import PLAYER_GAMES, TEAM_GAMES
from courtside.operations.exporting import export_dates
from courtside.picks.ledger import counted
from courtside.picks.tables import GRADED_PICKS, GRADED_PREDICTIONS, OUTCOMES, PUBLICATIONS, PUBLISHED_PICKS
from courtside.pipeline.runner import run
from courtside.pipeline.stages.publishing import PUBLISHING
from courtside.publishing.codenames import CODE_OF_SYSTEM
from courtside.publishing.contracts import render
from courtside.publishing.exporter import NAMES, export
from courtside.publishing.exporters import Exporter, best_bets, quality
from courtside.publishing.registry import type_of
from courtside.publishing.stores.base import DryRun
from courtside.publishing.stores.local import LocalStore
from courtside.publishing.world import World
from tests import homes

DATES = [homes.FIRST + dt.timedelta(days=n) for n in range((homes.LAST - homes.FIRST).days + 2)]
TALLY = ("wins", "losses", "pushes", "voids")


@pytest.fixture(scope="module")
def whole(run_home, tmp_path_factory):
    """A home published through today, the day after its last game; copy it before you change it."""
    home = homes.copy_of(run_home, tmp_path_factory.mktemp("whole") / "home")
    homes.run_in(home, last=DATES[-1])
    return home


@pytest.fixture(scope="module")
def files(whole):
    root = whole / "public/v1"
    return {path.relative_to(root).as_posix(): json.loads(path.read_text()) for path in root.rglob("*.json")}


@pytest.fixture
def home(whole, tmp_path):
    return homes.copy_of(whole, tmp_path / "home")


def store_of(home):
    return LocalStore(home / "public")


def export_again(home, dates=DATES, **options):
    with homes.opened(home) as context:
        return export_dates(context, store_of(home), dates, **options)


def written(reports):
    return {report.path.removeprefix("v1/") for report in reports if report.status == "written"}


def read(context, table):
    return context.warehouse.collect(context.warehouse.scan(table))


def dated(files, folder):
    found = {
        name.removeprefix(f"{folder}/")[:10]: file for name, file in files.items() if name.startswith(f"{folder}/2")
    }
    assert found
    return found


def test_every_file_survives_a_round_trip_through_its_contract_byte_by_byte(whole):
    root = whole / "public"
    kinds = set()
    for path in root.rglob("v1/**/*.json"):
        kind = type_of(path.relative_to(root).as_posix())
        if kind is None:
            assert path.parent.name == "schemas"
            continue
        assert render(kind.model.model_validate_json(path.read_bytes())) == path.read_bytes()
        kinds.add(kind.name)
    no_type_of_points = ("schemas", "site", "feed", "pick-features")
    assert kinds == {kind for kind in NAMES if kind not in no_type_of_points} | {"players-index", "status"}


def test_picks_are_those_of_the_ledger(whole, files):
    with homes.opened(whole) as context:
        standing = counted(read(context, PUBLICATIONS), read(context, PUBLISHED_PICKS))
    published = sum(len(group["picks"]) for file in dated(files, "picks").values() for group in file["groups"])
    assert published == standing.height > 0
    by_day = dict(standing.group_by("game_date").agg(pl.len()).iter_rows())
    for day, file in dated(files, "picks").items():
        assert sum(len(group["picks"]) for group in file["groups"]) == by_day.get(dt.date.fromisoformat(day), 0)


def test_the_season_file_and_the_files_of_its_dates_agree_pick_by_pick(files):
    days = dated(files, "picks")
    season = files["subsets/season.json"]
    for number, group in enumerate(season["groups"]):
        assert {entry["date"] for entry in group["dates"]} == set(days)
        for entry in group["dates"]:
            own = days[entry["date"]]
            assert entry["signal"] == own["signal"] == files[f"signals/{entry['date']}.json"]["signal"]
            bare = [{name: pick[name] for name in pick if name not in ("actual", "result")} for pick in entry["picks"]]
            assert bare == own["groups"][number]["picks"]
    assert files["subsets/seasons/2025-26.json"] == season


def test_records_equal_a_count_of_the_results_in_the_season_file(files):
    season = files["subsets/season.json"]
    for number, group in enumerate(season["groups"]):
        results = [pick["result"] for entry in group["dates"] for pick in entry["picks"]]
        assert group["record"]["season"]["wins"] == results.count("hit")
        assert group["record"]["season"]["losses"] == results.count("miss")
        for day, file in dated(files, "picks").items():
            before = [p["result"] for entry in group["dates"] if entry["date"] < day for p in entry["picks"]]
            record = file["groups"][number]["record"]["season"]
            assert (record["wins"], record["losses"]) == (before.count("hit"), before.count("miss"))
        own = files["results/season.json"]["groups"][number]
        counts = [sum(tally[name] for tally in own["tallies"]) for name in TALLY]
        assert counts == [results.count(word) for word in ("hit", "miss", "push", "void")]
        for part in ("sides", "months"):
            assert counts == [sum(t[name] for item in own[part] for t in item["tallies"]) for name in TALLY]
        assert counts == [sum(day[name] for day in own["days"]) for name in TALLY]


def test_best_bets_results_and_players_agree_about_each_pick(files):
    for day, file in dated(files, "best-bets").items():
        public = {
            (p["player"], p["line"], p["direction"])
            for group in files[f"picks/{day}.json"]["groups"]
            for p in group["picks"]
        }
        assert {(bet["player"], bet["line"], bet["direction"]) for bet in file["bets"]} == public
        for group, own in zip(file["groups"], files[f"picks/{day}.json"]["groups"], strict=True):
            assert group["picks"] == len(own["picks"])
            assert (group["reason"] is None) == (group["picks"] > 0)
        graded = [bet for bet in file["bets"] if bet["result"]]
        if graded:
            results = files[f"results/{day}.json"]
            shared = ("id", "player", "line", "price", "direction", "actual", "result", "kind", "groups")
            assert [{n: p[n] for n in shared} for p in results["picks"]] == [{n: b[n] for n in shared} for b in graded]
            assert sum(tally["wins"] for tally in results["summary"]) == sum(b["result"] == "hit" for b in graded)
        for bet in file["bets"]:
            log = files[f"players/{bet['id']}.json"]["log"]
            game = next(entry for entry in log if entry["date"] == day)
            assert (game["line"], game["direction"], game["result"]) == (bet["line"], bet["direction"], bet["result"])


def test_every_rate_has_its_n_and_interval(files):
    def walk(value):
        if isinstance(value, dict):
            if value.get("pct") is not None and "n" in value:
                assert value["n"] == value["wins"] + value["losses"] > 0
                assert value["low"] <= value["pct"] <= value["high"]
            if value.get("hit_rate") is not None:
                assert value["picks"] > 0
            for item in value.values():
                walk(item)
        elif isinstance(value, list):
            for item in value:
                walk(item)

    walk([file for name, file in files.items() if not name.startswith("schemas/")])


def test_no_file_names_an_internal_system_subset_or_id(run_home, files):
    for path in (run_home / "public/v1").rglob("*.json"):
        if path.name == "status.json" or path.parent.name == "schemas":
            continue
        text = path.read_text()
        assert [name for name in CODE_OF_SYSTEM if f'"{name}"' in text] == [], path
        assert [
            key for key in ("top_pick", "all_picks", "subset_key", '"system"', "player_id", "game_id") if key in text
        ] == []
    assert {file["model"] for file in dated(files, "picks").values()} <= {*CODE_OF_SYSTEM.values(), None}


def test_predictions_list_every_player_and_the_reason_of_a_blocked_one(run_home, files):
    days = dated(files, "predictions")
    held = [p for file in days.values() for game in file["games"] for p in game["players"] if p["held"]]
    assert held
    assert all(player["direction"] in (None, "PASS") for player in held)
    for day, file in days.items():
        names = sorted(p["player"] for game in file["games"] for p in game["players"] if p["held"])
        assert names == sorted(item["player"] for item in files[f"quality/{day}.json"]["held"])


def test_a_day_on_which_every_player_was_blocked_states_it(whole):
    with homes.opened(whole) as context:
        world = World(context.warehouse, (homes.LAST,), homes.NOW)
        world.__dict__.update(
            days=world.days.with_columns(predictions_with_line=0, picks=0),
            counted=world.counted.clear(),
            predictions=world.predictions.with_columns(gate_passed=False),
        )
        (document,) = {built.document for built in best_bets.files(world)}
    assert not document.bets
    assert all("held back" in group.reason for group in document.groups)


def test_a_date_on_which_only_other_models_predicted_is_not_refused(whole):
    with homes.opened(whole) as context:
        world = World(context.warehouse, (homes.LAST,), homes.NOW, champion="catboost_v9")
        world.__dict__.update(publications=world.publications.clear(), counted=world.counted.clear())
        (built,) = quality.files(world)
    assert built.document.held == ()
    assert built.document.readiness.rows


def test_the_frames_of_a_season_are_freed_before_the_next_is_exported(whole, monkeypatch, tmp_path):
    seasons = []

    def files_of(world):
        assert [season() for season in seasons] == [None] * len(seasons)
        seasons.append(weakref.ref(world))
        return iter([])

    monkeypatch.setattr("courtside.publishing.exporter.EXPORTERS", (Exporter("predictions", (), files_of),))
    with homes.opened(whole) as context:
        dates = [homes.LAST - dt.timedelta(days=365), homes.LAST]
        export(context.warehouse, LocalStore(tmp_path), dates, now=homes.NOW, only=["predictions"])
    assert len(seasons) == len(dates)


def test_windows_of_performance_are_exactly_seven_and_thirty_days(files):
    for path in ("subsets/performance.json", "systems/performance.json"):
        windows = files[path]["windows"]
        for name, days in (("last_7_days", 7), ("last_30_days", 30)):
            start, end = (dt.date.fromisoformat(windows[name][f"{side}_date"]) for side in ("start", "end"))
            assert (end - start).days == days - 1
            assert str(end) == files["status.json"]["latest_graded"]


def test_form_lists_points_and_line_of_the_last_games(run_home, files):
    tonight = files["tonight/all-players.json"]
    assert tonight["players"]
    for player in tonight["players"]:
        days = [game["date"] for game in player["form"]]
        assert days == sorted(days, reverse=True)
        assert len(days) <= 10
        assert all(day < tonight["date"] for day in days)
        log = {entry["date"]: entry for entry in files[f"players/{player['id']}.json"]["log"]}
        for game in player["form"]:
            if game["date"] in log and log[game["date"]]["result"] is None:
                assert game["line"] == log[game["date"]]["line"]


def test_exporting_twice_writes_nothing(home):
    assert written(export_again(home)) == set()


def test_a_range_and_its_dates_one_by_one_give_the_same_files(whole, tmp_path):
    with homes.opened(whole) as context:
        export(context.warehouse, LocalStore(tmp_path / "range"), DATES[-5:], now=homes.NOW)
        for day in DATES[-5:]:
            export(context.warehouse, LocalStore(tmp_path / "days"), [day], now=homes.NOW)
    ours, theirs = (
        {p.relative_to(r): p.read_bytes() for p in r.rglob("*.json")} for r in (tmp_path / "range", tmp_path / "days")
    )
    assert ours == theirs
    assert ours


def test_exporting_older_dates_does_not_change_latest(home):
    names = ["results/latest.json", "best-bets/latest.json", "predictions/today.json"]
    before = {name: store_of(home).read(f"v1/{name}") for name in names[:2]}
    reports = export_again(home, DATES[:10])
    assert not {report.path for report in reports} & {f"v1/{name}" for name in names}
    assert {name: store_of(home).read(f"v1/{name}") for name in before} == before


def test_a_stat_correction_changes_only_the_files_that_show_it(home):
    with homes.opened(home) as context:
        picks = read(context, GRADED_PICKS).filter((pl.col("subset_key") == "all_picks") & (pl.col("result") == "hit"))
        pick = picks.sort("game_date", "player_id").row(picks.height // 2, named=True)
        where = f"game_id = '{pick['game_id']}' AND player_id = {pick['player_id']}"
        connection = context.warehouse._connection
        connection.execute(
            f"UPDATE {GRADED_PICKS.name} SET result = 'miss', actual = actual + 40, units = -1 WHERE {where}"
        )
        connection.execute(f"UPDATE {GRADED_PREDICTIONS.name} SET actual = actual + 40 WHERE {where}")
        connection.execute(f"UPDATE {OUTCOMES.name} SET actual_points = actual_points + 40 WHERE {where}")
        reports = export_dates(context, store_of(home), DATES)
    day, changed = str(pick["game_date"]), written(reports)
    own = {f"results/{day}.json", f"best-bets/{day}.json", f"players/{pick['player_id']}.json", "players/index.json"}
    season = {
        "subsets/season.json",
        "subsets/seasons/2025-26.json",
        "results/season.json",
        "results/seasons/2025-26.json",
    }
    assert own | season <= changed
    later = {name for name in changed if name.startswith("picks/")}
    assert later
    assert all(name > f"picks/{day}.json" for name in later)
    rest = changed - own - season - later
    assert rest <= {
        "subsets/performance.json",
        "systems/performance.json",
        "results/latest.json",
        "best-bets/latest.json",
        "feed.xml",
        "markets.json",
    }


def test_files_of_an_empty_query_are_kept_and_listed_as_stale_until_it_is_repaired(home, monkeypatch):
    good = homes.files(home)
    real = World.predictions_between
    monkeypatch.setattr(World, "predictions_between", lambda *args: real(*args).clear())
    problems = {report.path for report in export_again(home) if report.is_problem}
    assert {"quality", "v1/players/index.json", f"v1/predictions/{homes.LAST}.json"} <= problems
    after = homes.files(home)
    assert {name for name in good if after[name] != good[name]} <= {"v1/status.json"}
    stale = json.loads(store_of(home).read("v1/status.json"))["stale"]
    assert {item["path"] for item in stale} == problems
    monkeypatch.undo()
    assert not any(report.is_problem for report in export_again(home))
    assert json.loads(store_of(home).read("v1/status.json"))["stale"] == []


def test_one_alert_is_sent_for_kept_files_and_one_recovery(home, monkeypatch):
    alerts = []
    monkeypatch.setattr("courtside.pipeline.runner.notifier", lambda *_: Recorder(alerts))
    real = World.predictions_between
    monkeypatch.setattr(World, "predictions_between", lambda *args: real(*args).clear())
    export_again(home)
    with homes.opened(home) as context:
        export_dates(context, DryRun(store_of(home)), DATES)
    assert [(cause, "quality: " in body) for cause, body in alerts] == [("publishing.kept", True)]
    monkeypatch.setattr(World, "predictions_between", real)
    export_again(home, only=["quality"])
    assert len(alerts) == 1, "an export of some types does not recover the others"
    export_again(home)
    assert alerts[1:] == [("publishing.kept", "recovered")]


class Recorder:
    """Record alerts and recoveries."""

    def __init__(self, alerts):
        self.alerts = alerts

    def send(self, alert):
        self.alerts.append((alert.cause, alert.body))

    def recover(self, cause, body):
        if cause in {sent for sent, _ in self.alerts}:
            self.alerts.append((cause, "recovered"))


def test_status_lists_the_run_that_wrote_it_and_no_run_without_work(run_home, tmp_path):
    home = homes.copy_of(run_home, tmp_path / "home")
    before = store_of(home).read("v1/status.json")
    status = json.loads(before)
    assert [(run["first_date"], run["last_date"]) for run in status["runs"]] == [(str(homes.FIRST), str(homes.LAST))]
    assert {stage["last_success"]["date"] for stage in status["stages"]} == {str(homes.LAST)}
    homes.run_in(home, now=homes.NOW + dt.timedelta(hours=1))
    assert store_of(home).read("v1/status.json") == before


def test_status_shows_that_publishing_failed(home, monkeypatch):
    monkeypatch.setattr(World, "feature_rows", property(lambda world: 1 / 0))
    with homes.opened(home) as context:
        run(context, DATES[0], DATES[-1], resume=False, stages=(PUBLISHING,))
    (publishing,) = [
        s for s in json.loads(store_of(home).read("v1/status.json"))["stages"] if s["name"] == "publishing"
    ]
    assert publishing["state"] == "failed"


def test_a_type_that_fails_does_not_stop_the_others(home, monkeypatch):
    def fail(*args):
        raise RuntimeError("planted")

    monkeypatch.setattr(World, "feature_rows", property(fail))
    reports = export_again(home)
    failed = {report.path: report.reason for report in reports if report.status == "failed"}
    assert set(failed) == {"best-bets", "quality"}
    assert "planted" in failed["quality"]
    assert {report.status for report in reports if report.path == "v1/subsets/season.json"} == {"unchanged"}
    status = json.loads(store_of(home).read("v1/status.json"))
    assert [item["path"] for item in status["stale"]] == ["best-bets", "quality"]
    assert "planted" not in json.dumps(status)


def test_the_number_of_statements_does_not_grow_with_the_dates(home):
    def statements(dates):
        with homes.opened(home) as context:
            collected = []
            real = context.warehouse.collect
            context.warehouse.collect = lambda frame: collected.append(1) or real(frame)
            export(context.warehouse, store_of(home), dates, now=homes.NOW)
            return len(collected)

    assert statements(DATES) <= statements(DATES[-3:]) + 1
    assert statements(DATES) < 40


def test_missing_grades_are_not_mistaken_for_a_season_without_results(home):
    with homes.opened(home) as context:
        assert read(context, OUTCOMES).height
        context.warehouse._connection.execute(f"DELETE FROM {GRADED_PICKS.name}")
        reports = export(context.warehouse, store_of(home), DATES, now=homes.NOW)
    kept = {report.path for report in reports if report.status == "kept"}
    assert {"v1/results/season.json", "v1/subsets/performance.json"} <= kept


def test_a_bet_shows_the_last_games_that_its_player_played_before_the_date(whole, files):
    with homes.opened(whole) as context:
        rows = read(context, PLAYER_GAMES).filter(pl.col("did_play") & pl.col("is_counted"))
    shown = 0
    for day, file in dated(files, "best-bets").items():
        for bet in file["bets"]:
            own = rows.filter((pl.col("player_id") == bet["id"]) & (pl.col("game_date") < dt.date.fromisoformat(day)))
            newest = own.sort("game_date", descending=True).head(10)
            assert [game["points"] for game in bet["last_10"]] == newest["points"].to_list()
            assert [game["minutes"] for game in bet["last_10"]] == newest["minutes"].to_list()
            shown += len(bet["last_10"])
    assert shown > 0


def test_a_final_game_has_its_score_wherever_it_is_shown(whole, files):
    with homes.opened(whole) as context:
        home = read(context, TEAM_GAMES).filter(pl.col("is_home") & pl.col("is_final"))
    scores = {(row["game_date"], row["points"], row["opponent_points"]) for row in home.to_dicts()}
    final = 0
    for folder in ("predictions", "best-bets"):
        for day, file in dated(files, folder).items():
            for game in file["games"]:
                if game["home_score"] is not None:
                    assert (dt.date.fromisoformat(day), game["home_score"], game["away_score"]) in scores
                    final += 1
    assert final > 0


def test_edges_books_and_days_add_up_to_the_record_of_a_subset(files):
    for group in files["results/season.json"]["groups"]:
        counts = [sum(tally[name] for tally in group["tallies"]) for name in TALLY]
        for part in ("edges", "books", "sides", "months"):
            assert [sum(own[name] for item in group[part] for own in item["tallies"]) for name in TALLY] == counts
        units = sum(own["units"] for own in group["tallies"])
        assert sum(day["units"] for day in group["days"]) == pytest.approx(units, abs=0.11)
