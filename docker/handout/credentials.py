# ruff: noqa: T201 - what it prints is the log of the container
"""Makes what each part signs in with: credentials.py ELASTICSEARCH SECRETS HANDOUT.

With the password of `elastic`, which nobody needs afterwards: a service token for Kibana, an API key of its own for each
part that talks to Elasticsearch, the roles and the first analyst. Safe to repeat: what still holds is kept, and a
key whose rights have changed is replaced and then withdrawn. Needs nothing but Python.
"""

import base64
import hashlib
import json
import os
import ssl
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

PATIENCE = 300.0
"""Seconds that Elasticsearch is waited for."""

FEEDS = "harmattan-feeds*"
INDICES = ("harmattan-articles*", "harmattan-alerts*", FEEDS, "harmattan-figures*")
SEE_TEMPLATES = "indices:admin/index_template/get"
"""A worker asks whether the templates are of its version; no privilege with a name gives that alone."""

SPACE = "space:harmattan"
KIBANA = "kibana-.kibana"


def indices(*privileges: str) -> list[dict[str, Any]]:
    """Give privileges on the project's indices, and on no others."""
    return [{"names": list(INDICES), "privileges": list(privileges)}]


RIGHTS: Mapping[str, Mapping[str, Any]] = {
    # What an older version wrote gets the fields of this one.
    "setup": {"cluster": ["manage_index_templates"], "indices": indices("manage", "read", "index")},
    "index": {
        "cluster": [SEE_TEMPLATES],
        # Feeds that were removed are looked for, and their documents deleted.
        "indices": [
            *indices("index", "auto_configure", "view_index_metadata"),
            {"names": [FEEDS], "privileges": ["read", "delete", "maintenance"]},
        ],
    },
    "web": {"cluster": [SEE_TEMPLATES], "indices": indices("read", "view_index_metadata")},
    # Retention drops whole months.
    "airflow": {"cluster": [SEE_TEMPLATES], "indices": indices("read", "view_index_metadata", "delete_index")},
}
"""What the API key of each part may do in Elasticsearch."""

KIBANA_RIGHTS: Mapping[str, Any] = {
    # Making a space takes every privilege in Kibana; none in Elasticsearch goes with it.
    "applications": [{"application": KIBANA, "privileges": ["all"], "resources": ["*"]}],
}
"""What the key may do with which `setup` imports Kibana's objects."""


def role(description: str, names: Sequence[str], features: Mapping[str, str]) -> Mapping[str, Any]:
    """Give a role that reads these indices and has these features of Kibana in Harmattan's space."""
    privileges = [f"feature_{name}.{right}" for name, right in features.items()]
    return {
        "description": description,
        "indices": [{"names": list(names), "privileges": ["read", "view_index_metadata"]}],
        "applications": [{"application": KIBANA, "privileges": privileges, "resources": [SPACE]}],
    }


LOOKS = {"discover_v2": "read", "dashboard_v2": "read", "visualize_v2": "read", "maps_v2": "read"}
READS = INDICES[:2]
ROLES: Mapping[str, Mapping[str, Any]] = {
    "harmattan-reader": role("Reads Harmattan's articles and alerts in Kibana", READS, LOOKS),
    "harmattan-analyst": role(
        "Reads Harmattan's articles and alerts, and keeps searches of its own in Kibana",
        READS,
        LOOKS | {"discover_v2": "all"},
    ),
    "harmattan-operator": role(
        "Sees Harmattan's feeds and figures, too, and changes dashboards in Kibana",
        INDICES,
        dict.fromkeys((*LOOKS, "indexPatterns"), "all"),
    ),
}
"""The roles that `setup` makes where its key may (pipeline/kibana/roles.py); here it may not."""

KEYS: Sequence[tuple[str, str, str, Mapping[str, Any]]] = (
    *((f"harmattan-{part}", part, "elasticsearch-api-key", rights) for part, rights in RIGHTS.items()),
    ("harmattan-kibana", "setup", "kibana-api-key", KIBANA_RIGHTS),
)
"""Each API key: its name, its reader, its file, its rights."""


class Refused(Exception):
    """Elasticsearch did not do what it was asked to."""


class Security:
    """The security API of Elasticsearch, as `elastic`."""

    def __init__(self, address: str, password: str, ca: Path | None) -> None:
        """Take the address, the password of `elastic` and the file of the certificate authority."""
        self._address = address.rstrip("/")
        self._authorization = "Basic " + base64.b64encode(f"elastic:{password}".encode()).decode()
        self._context = ssl.create_default_context(cafile=str(ca)) if ca else None

    def ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        accept: Sequence[int] = (),
        **headers: str,
    ) -> dict[str, Any]:
        """Give the answer, or an empty one for an error status that is accepted. Raises Refused."""
        request = Request(  # noqa: S310 - the address stands in docker-compose.yml
            self._address + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": self._authorization, "Content-Type": "application/json", **headers},
        )
        try:
            with urlopen(request, timeout=30, context=self._context) as response:  # noqa: S310
                answer: dict[str, Any] = json.load(response)
                return answer
        except HTTPError as error:
            if error.code in accept:
                return {}
            said = error.read(2000).decode(errors="replace")
            raise Refused(f"{method} {self._address}{path} was answered with {error.code}: {said}") from error

    def wait(self, patience: float) -> None:
        """Wait until the node has its indices and takes requests. Raises Refused when that takes too long."""
        deadline = time.monotonic() + patience
        while True:
            reason = "it is not ready"
            try:
                if self.ask("GET", "/_cluster/health?wait_for_status=yellow&timeout=10s", accept=(408, 503)):
                    return
            except (OSError, ValueError) as error:
                reason = str(error)
            if time.monotonic() > deadline:
                raise Refused(f"{self._address} was waited for in vain ({reason}); is Elasticsearch healthy?")
            time.sleep(1)


def rights_digest(rights: Mapping[str, Any]) -> str:
    """Give a mark of the rights, which is kept with the key."""
    return hashlib.sha256(json.dumps(rights, sort_keys=True).encode()).hexdigest()[:16]


def make_key(security: Security, name: str, file: Path, rights: Mapping[str, Any]) -> str:
    """See that the file holds a valid key with these rights, and that no other key has the name. Says what was done."""
    digest = rights_digest(rights)
    found = security.ask("GET", f"/_security/api_key?name={name}")["api_keys"]
    valid = {key["id"]: key for key in found if not key["invalidated"]}
    kept = _key_id(file)
    done = "kept"
    if kept not in valid or valid[kept].get("metadata", {}).get("rights") != digest:
        body = {"name": name, "role_descriptors": {name: rights}, "metadata": {"rights": digest}}
        made = security.ask("POST", "/_security/api_key", body)
        write_secret(file, made["encoded"])
        kept, done = made["id"], "made"
    others = [key for key in valid if key != kept]
    if others:
        security.ask("DELETE", "/_security/api_key", {"ids": others})
    return f"API key {name}: {done}"


def _key_id(file: Path) -> str | None:
    try:
        return base64.b64decode(file.read_text(), validate=True).decode().partition(":")[0]
    except (FileNotFoundError, ValueError):
        return None


def make_token(security: Security, file: Path, secrets: Path) -> str:
    """See that the file holds Kibana's keys and a service token that is valid."""
    path = "/_security/service/elastic/kibana/credential/token/harmattan"
    token = _setting(file, "elasticsearch.serviceAccountToken")
    done = "kept"
    if not token or not security.ask("GET", "/_security/_authenticate", accept=(401,), Authorization=f"Bearer {token}"):
        security.ask("DELETE", path, accept=(404,))
        token = security.ask("POST", path)["token"]["value"]
        done = "made"
    settings = {
        "elasticsearch.serviceAccountToken": token,
        "xpack.security.encryptionKey": _secret(secrets, "kibana-session-key"),
        "xpack.encryptedSavedObjects.encryptionKey": _secret(secrets, "kibana-objects-key"),
        "xpack.reporting.encryptionKey": _secret(secrets, "kibana-reporting-key"),
    }
    write_secret(file, "".join(f"{name}: {json.dumps(value)}\n" for name, value in settings.items()))
    return f"service token of Kibana: {done}"


def _setting(file: Path, name: str) -> str | None:
    try:
        lines = file.read_text().splitlines()
    except FileNotFoundError:
        return None
    values = dict(line.split(": ", 1) for line in lines if ": " in line)
    return json.loads(values[name]) if name in values else None


def make_analyst(security: Security, secrets: Path) -> str:
    """Bring the roles up to date, and make the first analyst if there is none; a changed password is left alone."""
    for name, rights in ROLES.items():
        security.ask("PUT", f"/_security/role/{name}", rights)
    if security.ask("GET", "/_security/user/analyst", accept=(404,)):
        return "user analyst: kept"
    body = {"password": _secret(secrets, "analyst-password"), "roles": ["harmattan-analyst"]}
    security.ask("PUT", "/_security/user/analyst", body)
    return "user analyst: made"


def write_secret(file: Path, value: str) -> None:
    """Put a file there in one step, which only the owner of its folder can read."""
    new = file.with_name(file.name + ".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400), "w", encoding="utf-8") as target:
        target.write(value)
    if os.geteuid() == 0:
        owner = file.parent.stat()
        os.chown(new, owner.st_uid, owner.st_gid)
    new.replace(file)


def _secret(folder: Path, name: str) -> str:
    value = (folder / name).read_text(encoding="utf-8").strip()
    if not value:
        raise Refused(f"{folder / name} is empty; run tools/secrets.sh")
    return value


def main(address: str, secrets: Path, handout: Path) -> int:
    """Make everything, and say what was done. Gives 1 and the reason when something can't be."""
    try:
        ca = handout / "elasticsearch" / "ca.crt" if address.startswith("https:") else None
        security = Security(address, _secret(secrets, "elastic-password"), ca)
        security.wait(PATIENCE)
        print(make_token(security, handout / "kibana" / "secrets.yml", secrets))
        for name, reader, file, rights in KEYS:
            print(make_key(security, name, handout / reader / file, rights))
        print(make_analyst(security, secrets))
    except (Refused, OSError) as error:
        print(f"credentials: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])))
