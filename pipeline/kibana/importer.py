"""Importing the objects into a running Kibana, in a space of their own, and making the roles of those who read them."""

import json
import secrets
import ssl
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPSHandler, Request, build_opener

from pipeline.errors import BadInput, HarmattanError, OutOfReach
from pipeline.kibana.roles import ROLES, SPACE

TIME_OUT = 60.0
MOST_SAID = 5
"""How many failures an error message tells of."""


class NotAllowed(BadInput):
    """The key lacks the right to do something."""


class NotThere(HarmattanError):
    """Kibana knows nothing at this address."""


class Kibana:
    """A Kibana, spoken to with an API key."""

    def __init__(self, url: str, *, api_key: str | None, ca: Path | None) -> None:
        """Take the address; nothing is connected yet. Raises BadInput for a CA file that can't be used."""
        self._url = url.rstrip("/")
        self._headers = {"kbn-xsrf": "harmattan"} | ({"Authorization": f"ApiKey {api_key}"} if api_key else {})
        try:
            context = ssl.create_default_context(cafile=str(ca) if ca else None)
        except OSError as error:
            raise BadInput(f"HARMATTAN_KIBANA_CA: {ca} can't be used ({error}); name a file in PEM form") from error
        self._opener = build_opener(HTTPSHandler(context=context))

    def import_objects(self, ndjson: str) -> int:
        """Import the objects, over those of the same ids, into the space, which is made if it is missing.

        Gives their number. Raises OutOfReach; BadInput where the key is not taken; HarmattanError, with Kibana's reasons,
        where Kibana takes the file and refuses objects in it.
        """
        self._make_space()
        mark = secrets.token_hex(16)
        body = (
            f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="harmattan.ndjson"\r\n'
            f"Content-Type: application/ndjson\r\n\r\n{ndjson}\r\n--{mark}--\r\n"
        )
        path = f"/s/{SPACE}/api/saved_objects/_import?overwrite=true"
        answer = self._ask("POST", path, body.encode(), f"multipart/form-data; boundary={mark}")
        # Kibana answers with 200 whether or not it took what was in the file.
        if answer.get("success") is not True:
            raise HarmattanError(f"Kibana at {self._url} did not import everything: {_reasons(answer)}")
        count = answer.get("successCount")
        return count if isinstance(count, int) else 0

    def make_roles(self) -> str | None:
        """Create or update the roles; give why they can't be made where the key may not, or security is off.

        Raises OutOfReach, HarmattanError.
        """
        for name, role in ROLES.items():
            path = f"/api/security/role/{name}"
            try:
                self._ask("PUT", path, json.dumps(role).encode(), "application/json")
            except NotAllowed as error:
                return f"{error}: give the key `manage_security`, or make them by hand"
            except NotThere:
                return f"Kibana at {self._url} knows no roles: Elasticsearch's security is off"
        return None

    def _make_space(self) -> None:
        if self._ask("GET", f"/api/spaces/space/{SPACE}", accept=(404,)):
            return
        space = {"id": SPACE, "name": "Harmattan", "description": "News articles and alerts", "color": "#C7792B"}
        # Another `setup` may have made it in the meantime.
        self._ask("POST", "/api/spaces/space", json.dumps(space).encode(), "application/json", accept=(409,))

    def _ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        content_type: str | None = None,
        accept: tuple[int, ...] = (),
    ) -> dict[str, Any]:
        """Give the answer; an empty one for an error status that is accepted."""
        headers = self._headers | ({"Content-Type": content_type} if content_type else {})
        request = Request(self._url + path, data=body, method=method, headers=headers)  # noqa: S310 - settings check it
        try:
            with self._opener.open(request, timeout=TIME_OUT) as response:
                said = response.read()
                answer = json.loads(said) if said else {}  # a role that was made is answered by 204
        except HTTPError as error:
            if error.code in accept:
                return {}
            raise self._refused(error) from error
        except (OSError, HTTPException) as error:
            reason = getattr(error, "reason", error)
            raise OutOfReach(
                f"Kibana can't be reached at {self._url} ({reason}); check that it runs, HARMATTAN_KIBANA and its CA file"
            ) from error
        except ValueError as error:
            raise BadInput(f"what answers at {self._url} is not Kibana; check HARMATTAN_KIBANA") from error
        if not isinstance(answer, dict):
            raise BadInput(f"what answers at {self._url} is not Kibana; check HARMATTAN_KIBANA")
        return answer

    def _refused(self, error: HTTPError) -> HarmattanError:
        said = f"Kibana at {self._url} answered {error.code}: {_message(error)}"
        if error.code == 404:
            return NotThere(said)
        if error.code == 403:
            return NotAllowed(f"{said}; check HARMATTAN_KIBANA_API_KEY and the rights of that key")
        if error.code == 401:
            return BadInput(f"{said}; check HARMATTAN_KIBANA_API_KEY and the rights of that key")
        if error.code == 429 or error.code >= 500:
            return OutOfReach(f"{said}; wait until it is ready, and run `harmattan setup` again")
        return HarmattanError(said)


def _message(error: HTTPError) -> str:
    try:
        answer = json.load(error)
        return " ".join(str(answer["message"]).split())[:500]
    except (ValueError, KeyError, TypeError, OSError):
        return error.reason or "no reason given"


def _reasons(answer: dict[str, Any]) -> str:
    failed = answer.get("errors")
    if not isinstance(failed, list) or not failed:
        return "it gives no reason"
    said = [_reason(one) for one in failed[:MOST_SAID]]
    if len(failed) > MOST_SAID:
        said.append(f"and {len(failed) - MOST_SAID} more")
    return "; ".join(said)


def _reason(failed: Any) -> str:
    if not isinstance(failed, dict):
        return str(failed)[:200]
    error = failed.get("error")
    error = error if isinstance(error, dict) else {}
    missing = ", ".join(f"{one.get('type')} {one.get('id')}" for one in error.get("references", []))
    detail = error.get("message") or (f"it needs {missing}" if missing else "")
    kind = error.get("type", "unknown")
    return f"{failed.get('type')} {failed.get('id')}: {kind}{f' ({detail})' if detail else ''}"
