"""What an installation signs in with: made once, handed to its reader alone, renewed without harm."""

import json
import os
import shutil
import ssl
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from pipeline.kibana.roles import ROLES
from tests.compose.composefile import ROOT, read_file, read_services
from tests.compose.security import Node, open_node

SERVICES = read_services()
pytestmark = pytest.mark.skipif(
    shutil.which("openssl") is None and os.environ.get("HARMATTAN_TEST_REQUIRE_SERVERS") != "1",
    reason="openssl is not installed",
)


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    folder = tmp_path / "secrets"
    copy = tmp_path / "checkout"
    (copy / "tools").mkdir(parents=True)
    shutil.copy(ROOT / "tools" / "secrets.sh", copy / "tools")
    subprocess.run([copy / "tools" / "secrets.sh", folder], check=True, capture_output=True)
    return folder


@pytest.fixture
def handout(tmp_path: Path, secrets: Path) -> Path:
    folder = tmp_path / "handout"
    hand_out(secrets, folder)
    return folder


@pytest.fixture
def node(secrets: Path) -> Iterator[Node]:
    with open_node((secrets / "elastic-password").read_text()) as node:
        yield node


def hand_out(secrets: Path, handout: Path) -> str:
    command = [ROOT / "docker" / "handout" / "certificates.sh", secrets, handout]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def make_credentials(node: Node, secrets: Path, handout: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, ROOT / "docker" / "handout" / "credentials.py", node.address, secrets, handout]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def everything_in(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# ----------------------------------------------------------------------------------------------------- secrets


def test_every_secret_that_the_file_names_is_made_for_the_operators_eyes_only(secrets: Path) -> None:
    assert {path.name for path in secrets.iterdir()} == set(read_file()["secrets"])
    for path in secrets.iterdir():
        assert path.stat().st_mode & 0o777 == 0o600
        assert len(path.read_text()) >= 44
    assert len({path.read_bytes() for path in secrets.iterdir()}) == len(list(secrets.iterdir()))


def test_making_secrets_again_keeps_those_that_are_in_use(secrets: Path, tmp_path: Path) -> None:
    before = everything_in(secrets)
    environment = (tmp_path / "checkout" / ".env").read_bytes()
    subprocess.run([tmp_path / "checkout" / "tools" / "secrets.sh", secrets], check=True, capture_output=True)
    assert everything_in(secrets) == before
    assert (tmp_path / "checkout" / ".env").read_bytes() == environment


# ------------------------------------------------------------------------------------------------ certificates


def test_what_is_handed_out_is_what_the_services_look_for(handout: Path, secrets: Path, node: Node) -> None:
    make_credentials(node, secrets, handout)
    for service in SERVICES.values():
        volume = service.volume_at("/run/harmattan")
        if not volume or (service.runs_once and volume == "for-airflow"):
            continue
        reader = handout / volume.removeprefix("for-")
        said = " ".join([*service.environment.values(), *service.command, *service.healthcheck_words])
        for path in (word for word in said.split() if word.startswith("/run/harmattan/")):
            assert (reader / Path(path).name).stat().st_size > 0, f"{service.name}: {path}"


def test_no_reader_can_look_into_anothers_folder_and_no_key_is_readable_by_all(handout: Path) -> None:
    for folder in handout.iterdir():
        assert folder.stat().st_mode & 0o777 == 0o700
        for path in folder.iterdir():
            assert path.name in ("ca.crt", "tls.crt") or path.stat().st_mode & 0o077 == 0, path


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files to other users")
def test_each_folder_belongs_to_the_user_that_its_readers_run_as(handout: Path) -> None:
    users = {"elasticsearch": 1000, "kibana": 1000, "postgres": 999, "workers": 10001, "airflow": 10001, "authority": 0}
    for reader, user in users.items():
        assert {path.stat().st_uid for path in [handout / reader, *(handout / reader).iterdir()]} == {user}


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_a_client_that_knows_the_authority_trusts_the_server_and_no_other_client_does(handout: Path, host: str) -> None:
    own = handout / "elasticsearch"
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(own / "tls.crt", own / "tls.key")
    server = HTTPServer(("127.0.0.1", 0), Silent)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    Thread(target=server.serve_forever, daemon=True).start()
    address = f"https://{host}:{server.server_port}"
    try:
        knowing = ssl.create_default_context(cafile=str(handout / "workers" / "ca.crt"))
        assert urlopen(address, context=knowing, timeout=10).status == 200
        with pytest.raises(URLError, match="CERTIFICATE_VERIFY_FAILED"):
            urlopen(address, context=ssl.create_default_context(), timeout=10)
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("server", ["elasticsearch", "kibana"])
def test_certificates_bear_the_name_of_their_service(handout: Path, server: str) -> None:
    certificate = handout / server / "tls.crt"
    said = subprocess.run(
        ["openssl", "x509", "-in", certificate, "-noout", "-checkhost", server],
        check=True,
        capture_output=True,
        text=True,
    )
    assert "does match" in said.stdout
    subprocess.run(["openssl", "verify", "-CAfile", handout / "authority" / "ca.crt", certificate], check=True)


def test_handing_out_again_changes_nothing(handout: Path, secrets: Path) -> None:
    before = everything_in(handout)
    assert hand_out(secrets, handout) == ""
    assert everything_in(handout) == before


def test_a_certificate_that_runs_out_is_renewed_under_the_same_authority(handout: Path, secrets: Path) -> None:
    own, authority = handout / "kibana", handout / "authority"
    request = handout / "request"
    subprocess.run(
        ["openssl", "req", "-new", "-key", own / "tls.key", "-subj", "/CN=kibana", "-out", request], check=True
    )
    old = handout / "old.crt"
    signed_by = ["-CA", authority / "ca.crt", "-CAkey", authority / "ca.key", "-set_serial", "7", "-days", "3"]
    subprocess.run(
        ["openssl", "x509", "-req", "-in", request, *signed_by, "-out", old], check=True, capture_output=True
    )
    (own / "tls.crt").unlink()
    shutil.copy(old, own / "tls.crt")
    before = everything_in(handout)
    hand_out(secrets, handout)
    after = everything_in(handout)
    assert {name for name in after if after[name] != before[name]} == {"kibana/tls.crt", "kibana/tls.key"}


def test_a_secret_that_is_missing_is_named(secrets: Path, tmp_path: Path) -> None:
    (secrets / "airflow-jwt-secret").unlink()
    with pytest.raises(subprocess.CalledProcessError) as error:
        hand_out(secrets, tmp_path / "handout")
    assert "airflow-jwt-secret" in error.value.stderr
    assert "tools/secrets.sh" in error.value.stderr


# ------------------------------------------------------------------------------------------------- credentials


def test_every_part_gets_a_key_of_its_own_with_no_more_rights_than_it_needs(
    node: Node, secrets: Path, handout: Path
) -> None:
    done = make_credentials(node, secrets, handout)
    assert done.returncode == 0, done.stderr
    keys = {value["name"]: value["role_descriptors"][value["name"]] for value in node.keys.values()}
    assert set(keys) == {f"harmattan-{part}" for part in ("setup", "index", "web", "airflow", "kibana")}
    assert keys["harmattan-setup"]["cluster"] == ["manage_index_templates"]
    for name, rights in keys.items():
        for indices in rights.get("indices", []):
            assert all(pattern.startswith("harmattan-") for pattern in indices["names"]), name
            assert "all" not in indices["privileges"]
        if name not in ("harmattan-setup", "harmattan-kibana"):
            assert rights["cluster"] == ["indices:admin/index_template/get"]
    assert not {"read", "delete", "manage"} & set(keys["harmattan-index"]["indices"][0]["privileges"])
    assert not {"index", "create_index", "manage"} & set(keys["harmattan-web"]["indices"][0]["privileges"])
    assert "indices" not in keys["harmattan-kibana"]


def test_the_analyst_reads_and_no_more(node: Node, secrets: Path, handout: Path) -> None:
    make_credentials(node, secrets, handout)
    assert node.users["analyst"]["roles"] == ["harmattan-analyst"]
    assert node.users["analyst"]["password"] == (secrets / "analyst-password").read_text()
    (indices,) = node.roles["harmattan-analyst"]["indices"]
    assert indices["privileges"] == ["read", "view_index_metadata"]
    assert node.roles["harmattan-analyst"]["applications"][0]["resources"] == ["space:harmattan"]


def test_the_roles_are_those_that_setup_makes(node: Node, secrets: Path, handout: Path) -> None:
    make_credentials(node, secrets, handout)
    assert set(node.roles) == set(ROLES)
    for name, role in ROLES.items():
        made = node.roles[name]
        (space,) = role["kibana"]
        assert made["indices"] == role["elasticsearch"]["indices"]
        assert made["applications"][0]["privileges"] == [
            f"feature_{one}.{right[0]}" for one, right in space["feature"].items()
        ]


def test_kibana_gets_a_token_and_three_keys_that_are_long_enough(node: Node, secrets: Path, handout: Path) -> None:
    make_credentials(node, secrets, handout)
    text = (handout / "kibana" / "secrets.yml").read_text()
    settings = {name: json.loads(value) for name, value in (line.split(": ") for line in text.splitlines())}
    assert settings.pop("elasticsearch.serviceAccountToken") == node.token
    assert len(settings) == 3
    assert all(len(value) >= 32 for value in settings.values())


def test_repeating_it_keeps_every_key_and_an_analysts_new_password(node: Node, secrets: Path, handout: Path) -> None:
    make_credentials(node, secrets, handout)
    node.users["analyst"]["password"] = "changed by the analyst"
    before, made = everything_in(handout), node.made
    done = make_credentials(node, secrets, handout)
    assert "made" not in done.stdout
    assert everything_in(handout) == before
    assert node.made == made
    assert node.users["analyst"]["password"] == "changed by the analyst"


def test_a_key_that_was_withdrawn_or_lost_is_made_anew_and_the_old_one_no_longer_works(
    node: Node, secrets: Path, handout: Path
) -> None:
    make_credentials(node, secrets, handout)
    (withdrawn,) = node.valid("harmattan-index")
    node.keys[withdrawn]["invalidated"] = True
    (lost,) = node.valid("harmattan-web")
    (handout / "web" / "elasticsearch-api-key").unlink()
    (other,) = node.valid("harmattan-setup")
    make_credentials(node, secrets, handout)
    assert node.valid("harmattan-index") not in ([], [withdrawn])
    assert len(node.valid("harmattan-web")) == 1
    assert lost not in node.valid("harmattan-web")
    assert node.valid("harmattan-setup") == [other]


def test_a_key_whose_rights_are_of_an_older_version_is_replaced(node: Node, secrets: Path, handout: Path) -> None:
    make_credentials(node, secrets, handout)
    (old,) = node.valid("harmattan-index")
    node.keys[old]["metadata"] = {"rights": "older"}
    make_credentials(node, secrets, handout)
    assert len(node.valid("harmattan-index")) == 1
    assert old not in node.valid("harmattan-index")


def test_a_node_that_is_not_ready_yet_is_waited_for(node: Node, secrets: Path, handout: Path) -> None:
    node.unready = 2
    assert make_credentials(node, secrets, handout).returncode == 0
    assert node.unready == -1


def test_a_wrong_password_is_said_without_being_shown(node: Node, secrets: Path, handout: Path) -> None:
    (secrets / "elastic-password").write_text("a wrong password")
    done = make_credentials(node, secrets, handout)
    assert done.returncode == 1
    assert "unable to authenticate user" in done.stderr
    assert "a wrong password" not in done.stdout + done.stderr


class Silent(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass
