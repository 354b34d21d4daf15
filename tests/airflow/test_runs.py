"""What comes of a run of each DAG, on the embedded stores and against feeds on the loopback network."""

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.bootstrap import open_index, open_log
from pipeline.index.interface import SearchQuery
from pipeline.records import topics
from pipeline.records.article import RawArticle
from pipeline.records.codec import decode
from pipeline.settings import load_settings
from pipeline.tasks import apply_retention
from tests.acceptance.desk import Desk
from tests.builders import enriched
from tests.newsroom.sample import SampleServer

WAGNER = (
    "Fighters of the Wagner Group left a camp near Timbuktu on Monday, residents of the town in northern Mali said."
)


@pytest.fixture
def run(dags: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a DAG from its first task to its last; gives the run's state and those of its tasks."""

    def run(dag_id: str, **given: Any) -> tuple[str, dict[str, list[str]]]:
        dag = dags[dag_id]
        for task in dag.tasks:
            monkeypatch.setattr(task, "retries", 0)  # waiting for a retry's delay would say no more
        done = dag.test(**given)
        states: dict[str, list[str]] = {}
        for instance in sorted(done.get_task_instances(), key=lambda instance: instance.map_index):
            states.setdefault(instance.task_id, []).append(str(instance.state))
        return str(done.state), states

    return run


def raw_titles() -> list[str]:
    with open_log(load_settings()) as log:
        return [decode(record.value, RawArticle).title for record in log.read(topics.RAW)]


# -------------------------------------------------------------------------------------------------------- poll


def test_a_polled_article_is_in_the_log_and_a_feed_that_is_not_due_is_left_alone(
    run: Any, desk: Desk, outlets: SampleServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    outlets.outlet("post").publish(title="Convoy stopped near Ber", text=WAGNER)
    monkeypatch.setenv("HARMATTAN_FEEDS", str(desk.feeds()))
    assert run("harmattan_poll") == ("success", {"list_due": ["success"], "poll": ["success"], "follow": ["success"]})
    assert raw_titles() == ["Convoy stopped near Ber"]

    assert run("harmattan_poll") == ("success", {"list_due": ["success"], "poll": ["skipped"], "follow": ["success"]})
    assert [request.path for request in outlets.asked] == ["/post/feed"]


def test_many_feeds_are_polled_in_batches(
    run: Any, desk: Desk, outlets: SampleServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.tasks.BATCH", 50)
    for number in range(60):
        outlets.outlet(f"outlet-{number}").publish(title=f"News {number}", text=WAGNER)
    monkeypatch.setenv("HARMATTAN_FEEDS", str(desk.feeds()))
    tasks = {"list_due": ["success"], "poll": ["success", "success"], "follow": ["success"]}
    assert run("harmattan_poll") == ("success", tasks)
    assert sorted(raw_titles()) == sorted(f"News {number}" for number in range(60))


def test_a_feed_list_that_cannot_be_read_fails_the_run_and_the_operator_is_told_where(
    run: Any, desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken = desk.folder / "feeds.opml"
    broken.write_text("<opml><body>")
    monkeypatch.setenv("HARMATTAN_FEEDS", str(broken))
    state, tasks = run("harmattan_poll")
    assert (state, tasks["list_due"]) == ("failed", ["failed"])
    told = [record.getMessage() for record in caplog.records if record.name == "pipeline.tasks"]
    assert len(told) == 1
    assert told[0].startswith("harmattan_poll, task list_due failed: ")
    assert "feeds.opml" in told[0]


# ------------------------------------------------------------------------------------------------------ health


def test_the_health_run_fails_with_what_is_wrong_until_it_is_mended(
    run: Any, desk: Desk, outlets: SampleServer, caplog: pytest.LogCaptureFixture
) -> None:
    post = outlets.outlet("post")
    post.answer(503)
    desk.polls()
    assert run("harmattan_feed_health") == ("failed", {"check": ["failed"]})
    told = [record.getMessage() for record in caplog.records if record.name == "pipeline.tasks"]
    assert told == ["harmattan_feed_health, task check failed: all 1 polled feeds fail: see `harmattan feeds list`"]

    post.recover()
    desk.polls()
    assert run("harmattan_feed_health") == ("success", {"check": ["success"]})


def test_the_health_run_fails_when_articles_wait_and_no_worker_takes_them(
    run: Any, desk: Desk, outlets: SampleServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    outlets.outlet("post").publish(title="Convoy stopped near Ber", text=WAGNER)
    monkeypatch.setenv("HARMATTAN_FEEDS", str(desk.feeds()))
    run("harmattan_poll")
    assert run("harmattan_feed_health")[0] == "failed"
    assert "enrich has 1 records waiting and no worker" in caplog.text


# --------------------------------------------------------------------------------------------------- retention


def test_a_retention_run_removes_old_articles_runs_and_logs_and_nothing_else(
    run: Any, desk: Desk, airflow_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    old, recent = enriched("old", seen=now - timedelta(days=120)), enriched("recent", seen=now - timedelta(days=5))
    with open_index(load_settings()) as index:
        index.write([old, recent])
    monkeypatch.setenv("HARMATTAN_RETENTION", "60d")
    for age in (timedelta(days=30), timedelta(days=3)):
        run("harmattan_feed_health", logical_date=now - age, run_after=now - age)
    mine, fresh, others = (
        log_file(airflow_home, name, age)
        for name, age in (("harmattan_poll/1", 20), ("harmattan_poll/2", 3), ("other_project/1", 20))
    )

    # As the scheduler's tasks find it.
    monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "airflow-db-not-allowed:///")
    state, tasks = run("harmattan_retention")
    assert state == "success", tasks
    with open_index(load_settings()) as index:
        assert [hit.id for hit in index.search(SearchQuery()).hits] == ["recent"]
    kept = [moment for moment in run_dates("harmattan_feed_health") if moment < now - timedelta(days=1)]
    assert kept == [now - timedelta(days=3)]
    assert [path.exists() for path in (mine, fresh, others)] == [False, True, True]


@pytest.mark.usefixtures("desk")
def test_retention_is_in_nobodys_way_while_a_worker_writes_to_the_index() -> None:
    with open_index(load_settings()) as index:
        index.write([enriched("recent", seen=datetime.now(UTC))])
        assert apply_retention() == {"articles": 0, "identities": 0}


def test_old_runs_are_not_said_to_be_removed_when_airflows_database_is_unknown(
    run: Any, desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("AIRFLOW_HOME", str(desk.folder / "elsewhere"))
    state, tasks = run("harmattan_retention")
    assert (state, tasks["remove_old_runs"], tasks["remove_old_articles"]) == ("failed", ["failed"], ["success"])
    assert "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_CMD" in caplog.text


def log_file(airflow_home: Path, run: str, days_old: int) -> Path:
    dag, _, number = run.partition("/")
    path = airflow_home / "logs" / f"dag_id={dag}" / f"run_id={number}" / "attempt=1.log"
    path.parent.mkdir(parents=True)
    path.write_text("said\n")
    moment = (datetime.now(UTC) - timedelta(days=days_old)).timestamp()
    os.utime(path, (moment, moment))
    return path


def run_dates(dag_id: str) -> list[datetime]:
    from airflow.models.dagrun import DagRun

    return sorted(found.start_date for found in DagRun.find(dag_id=dag_id))


# ------------------------------------------------------------------------------------------------------ digest


def test_the_digest_of_the_day_before_the_run_is_delivered_once(run: Any, desk: Desk, outlets: SampleServer) -> None:
    (desk.folder / "channels.yaml").write_text(
        "channels: [{name: desk, type: file, path: told.jsonl},"
        " {name: daily, type: file, path: daily.jsonl, digest: true}]\n"
    )
    outlets.outlet("post").publish(title="Wagner fighters leave a camp", text=WAGNER)
    desk.polls()
    [raised] = [datetime.fromisoformat(row["created"]).date() for row in desk.alerts("wagner-group")]
    morning_after = datetime.combine(raised + timedelta(days=1), time(5), UTC)

    assert run("harmattan_digest", run_after=morning_after) == ("success", {"send": ["success"]})
    [digest] = delivered(desk)
    assert digest["digest"] == str(raised)
    assert "wagner-group" in [alert["rule"] for alert in digest["alerts"]]

    again = morning_after + timedelta(hours=1)
    assert run("harmattan_digest", run_after=again) == ("success", {"send": ["success"]})
    assert delivered(desk) == [digest]


def delivered(desk: Desk) -> list[dict[str, Any]]:
    """The digests that arrived on the channel `daily`."""
    rows = [json.loads(line) for line in (desk.data / "daily.jsonl").read_text().splitlines()]
    return [row for row in rows if "digest" in row]
