"""docker-compose.yml is one that Compose takes, and keeps the rules that an installation is safe by."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pipeline.log.interface import LARGEST_RECORD
from pipeline.log.limits import ENVELOPE
from tests.compose.building import NoLoaderError, built_loader
from tests.compose.composefile import COMPOSE_FILE, ROOT, SECRETS, Service, read_file, read_services

SERVICES = read_services()
LASTING = [service for service in SERVICES.values() if not service.runs_once]
OURS = [service for service in SERVICES.values() if service.raw["image"].startswith("harmattan")]


def loader() -> Path:
    reason = None
    try:
        return built_loader()
    except NoLoaderError as error:
        reason = str(error)
    if os.environ.get("HARMATTAN_TEST_REQUIRE_SERVERS") == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def load(variables: Mapping[str, str], file: Path = COMPOSE_FILE) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], **variables}
    return subprocess.run([loader(), file], env=environment, capture_output=True, text=True, check=False)


def each(services: list[Service]) -> Any:
    return pytest.mark.parametrize("service", services, ids=lambda service: service.name)


# ---------------------------------------------------------------------------------------------- Compose's own word


def test_compose_takes_the_file() -> None:
    loaded = load(SECRETS)
    assert loaded.returncode == 0, loaded.stderr
    assert set(json.loads(loaded.stdout)["services"]) == set(SERVICES)


def test_compose_refuses_the_file_until_the_secrets_are_made_and_says_how() -> None:
    refused = load({})
    assert refused.returncode == 1
    assert "HARMATTAN_SECRETS" in refused.stderr
    assert "tools/secrets.sh" in refused.stderr


def test_compose_refuses_a_service_that_waits_for_one_that_is_not_there(tmp_path: Path) -> None:
    broken = tmp_path / "docker-compose.yml"
    broken.write_text(COMPOSE_FILE.read_text().replace("  setup:\n", "  setting-up:\n"))
    assert "setup" in load(SECRETS, broken).stderr


def test_compose_reads_commands_and_settings_as_these_tests_do() -> None:
    loaded = json.loads(load(SECRETS).stdout)["services"]
    for name, service in SERVICES.items():
        assert (loaded[name].get("command") or []) == service.command
        assert (loaded[name].get("environment") or {}) == service.environment


def test_the_file_keeps_to_the_schema() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(COMPOSE_FILE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


# ------------------------------------------------------------------------------------------------------ safety


def test_nothing_is_reachable_from_other_machines() -> None:
    ports = [port for service in SERVICES.values() for port in service.raw.get("ports", [])]
    assert len(ports) == 3
    assert all(port.startswith("127.0.0.1:") for port in ports), ports


@pytest.mark.parametrize("name", ["kafka", "postgres", "elasticsearch"])
def test_the_engines_are_on_the_network_without_a_way_in_or_out(name: str) -> None:
    assert SERVICES[name].raw["networks"] == ["engines"]
    assert read_file()["networks"]["engines"] == {"internal": True}


@each(list(SERVICES.values()))
def test_every_image_is_of_a_fixed_version(service: Service) -> None:
    assert re.search(r":\d+\.\d+(\.\d+)?(-\w+)?$", service.raw["image"])


def test_the_images_are_built_on_a_fixed_version_and_from_locks_with_hashes() -> None:
    for name in ("harmattan", "airflow"):
        text = (ROOT / "docker" / f"{name}.Dockerfile").read_text()
        assert re.search(r"^ARG PYTHON=\d+\.\d+\.\d+-slim-\w+$", text, re.MULTILINE)
        assert re.search(r"pip install --require-hashes .*--requirement requirements\S*\.lock", text)
        assert re.search(r"^USER (harmattan|airflow)$", text, re.MULTILINE)


def test_both_images_run_as_one_user_since_they_share_a_folder_of_data() -> None:
    for name in ("harmattan", "airflow"):
        assert "useradd --uid 10001 " in (ROOT / "docker" / f"{name}.Dockerfile").read_text()
    assert SERVICES["notify"].volume_at("/var/lib/harmattan") == "notify-data"
    assert SERVICES["airflow-scheduler"].volume_at("/var/lib/harmattan") == "notify-data"


def test_what_the_images_are_built_from_is_there_and_not_kept_from_the_build() -> None:
    ignored = (ROOT / ".dockerignore").read_text()
    for name in ("harmattan", "airflow"):
        for line in (ROOT / "docker" / f"{name}.Dockerfile").read_text().splitlines():
            words = line.split()
            if words[:1] != ["COPY"] or words[1].startswith("--from"):
                continue
            for source in [word for word in words[1:-1] if not word.startswith("--")]:
                assert (ROOT / source).exists(), source
                assert f"!{source.split('/')[0]}\n" in ignored, source


def test_no_setting_holds_a_secret() -> None:
    for service in SERVICES.values():
        for name, value in service.environment.items():
            if re.search(r"PASSWORD|SECRET|_KEY|TOKEN", name):
                assert name.endswith(("_FILE", "_CMD")), f"{service.name}: {name}={value}"


def test_no_secret_has_a_default() -> None:
    text = COMPOSE_FILE.read_text()
    for secret in read_file()["secrets"].values():
        assert set(secret) == {"file"}
    assert "${HARMATTAN_SECRETS:-" not in text
    assert not re.search(r"\$\{\w*(PASSWORD|KEY|TOKEN)\w*", text)


def test_only_the_node_itself_and_what_makes_the_keys_get_the_password_of_elastic() -> None:
    handed = {name for name, service in SERVICES.items() if "elastic-password" in service.raw.get("secrets", [])}
    mounted = {name for name, service in SERVICES.items() if "for-elasticsearch:" in str(service.raw.get("volumes"))}
    assert handed == {"certificates", "credentials"}
    assert mounted == {"certificates", "credentials", "elasticsearch"}
    assert not any("USERNAME" in name for service in SERVICES.values() for name in service.environment)


def test_whoever_runs_for_months_can_read_no_secret_but_its_own() -> None:
    readers: dict[str, set[str]] = {}
    for service in LASTING:
        assert not service.raw.get("secrets")
        for volume in service.raw.get("volumes", []):
            if volume.startswith(("for-", "authority")):
                readers.setdefault(volume.split(":")[0], set()).add(service.name)
    assert "authority" not in readers
    assert readers.pop("for-workers") == {"enrich", "relate", "alert", "notify"}
    assert readers.pop("for-airflow") == {"airflow-api", "airflow-scheduler", "airflow-dag-processor"}
    assert all(len(names) == 1 for names in readers.values()), readers


@each([service for service in LASTING if service.name not in ("certificates", "credentials")])
def test_no_service_runs_as_root_or_may_become_it(service: Service) -> None:
    assert service.raw["cap_drop"] == ["ALL"]
    assert not service.raw.get("cap_add")
    assert "no-new-privileges:true" in service.raw["security_opt"]
    assert not service.raw.get("privileged")


# ------------------------------------------------------------------------------------------------ left alone


@each(list(SERVICES.values()))
def test_every_service_has_limits_and_logs_that_do_not_grow(service: Service) -> None:
    assert service.raw["mem_limit"]
    assert service.raw["logging"]["options"].keys() >= {"max-size", "max-file"}


@each(LASTING)
def test_what_lasts_is_started_again_and_tells_whether_it_is_well(service: Service) -> None:
    assert service.raw["restart"] == "unless-stopped"
    assert service.healthcheck[0] in ("CMD", "CMD-SHELL")
    assert service.raw["stop_grace_period"]


def test_all_data_lie_in_named_volumes() -> None:
    volumes = read_file()["volumes"]
    data = {
        "kafka": SERVICES["kafka"].environment["KAFKA_LOG_DIRS"],
        "elasticsearch": "/usr/share/elasticsearch/data",
        "kibana": "/usr/share/kibana/data",
        "postgres": "/var/lib/postgresql/data",
        "notify": SERVICES["notify"].environment["HARMATTAN_DATA"],
        "airflow-scheduler": "/opt/airflow/logs",
    }
    for name, path in data.items():
        assert SERVICES[name].volume_at(path) in volumes, name


def test_workers_wait_until_everything_is_set_up() -> None:
    for name in ("enrich", "relate", "index", "alert", "notify", "web", "airflow-scheduler"):
        assert SERVICES[name].raw["depends_on"]["setup"] == {"condition": "service_completed_successfully"}


def test_a_second_relate_stands_by() -> None:
    assert SERVICES["relate"].raw["deploy"]["replicas"] == 2


def test_every_step_but_poll_which_airflow_does_has_a_worker() -> None:
    from pipeline.bootstrap import STEPS

    working = {service.command[2] for service in OURS if service.command[:2] == ["harmattan", "work"]}
    assert working == set(STEPS) - {"poll"}


def test_settings_are_those_that_harmattan_knows() -> None:
    known = (ROOT / "pipeline" / "settings.py").read_text()
    for service in OURS:
        for name in service.environment:
            if name.startswith("HARMATTAN_"):
                asked = name.removeprefix("HARMATTAN_").removesuffix("_FILE")
                assert re.search(rf'"(HARMATTAN_)?{asked}"', known), name


def test_the_broker_takes_the_largest_record_and_makes_no_topic_by_itself() -> None:
    settings = SERVICES["kafka"].environment
    assert int(settings["KAFKA_MESSAGE_MAX_BYTES"]) == LARGEST_RECORD + ENVELOPE
    assert settings["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"
    assert not settings["KAFKA_LOG_DIRS"].startswith("/tmp")


@pytest.mark.parametrize(("name", "variable"), [("elasticsearch", "ES_JAVA_OPTS"), ("kafka", "KAFKA_HEAP_OPTS")])
def test_a_heap_leaves_half_of_the_memory_to_the_files(name: str, variable: str) -> None:
    least, most = re.findall(r"-Xm[sx](\d+[mg])", SERVICES[name].environment[variable])
    assert least == most
    assert _megabytes(most) * 2 <= _megabytes(SERVICES[name].raw["mem_limit"])


def test_airflow_has_the_same_secrets_and_database_everywhere() -> None:
    common = SERVICES["airflow-api"].environment
    for name in ("airflow-init", "airflow-scheduler", "airflow-dag-processor"):
        theirs = {key: value for key, value in SERVICES[name].environment.items() if not key.startswith("HARMATTAN_")}
        assert theirs == common
        assert SERVICES[name].volume_at("/run/harmattan") == "for-airflow"


def _megabytes(size: str) -> int:
    return int(size[:-1]) * (1024 if size.endswith("g") else 1)
