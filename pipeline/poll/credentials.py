"""The logins of feeds: a feed's entry names a secret, and the secret stands in the environment or in a file.

A login is written `basic:NAME`, `bearer:NAME`, `cookie:NAME` or `header:X-Api-Key:NAME`. NAME is a variable whose value is
`user:password`, a token, cookies (`a=1; b=2`) or the header's value; NAME_FILE may name a file that holds it instead. Names
begin with HARMATTAN_FEED_, so that a list of feeds from elsewhere can't ask for the secrets of other parts.
"""

import re
from base64 import b64encode
from collections.abc import Callable, Mapping

from pipeline.errors import BadInput

PREFIX = "HARMATTAN_FEED_"
HOW = f"write basic:NAME, bearer:NAME, cookie:NAME or header:HEADER:NAME, where NAME is a variable that begins with {PREFIX}"

_NAME = re.compile(rf"{PREFIX}[A-Z0-9_]{{1,100}}")
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")
_KINDS = {"basic": 2, "bearer": 2, "cookie": 2, "header": 3}
# These belong to the exchange itself; a server would be misled by others.
_TAKEN = frozenset(
    (
        *("host", "content-length", "transfer-encoding", "connection", "accept-encoding", "te", "trailer", "upgrade"),
        *("user-agent", "if-none-match", "if-modified-since", "range", "expect"),
    )
)


def read_login(text: str) -> str:
    """Bring a login into its form. Raises BadInput for one that can't be used."""
    kind, *rest = parts = text.strip().split(":")
    known = _KINDS.get(kind.lower()) == len(parts) and _NAME.fullmatch(parts[-1])
    # What was written may be a secret itself, so it is not repeated.
    if not known:
        raise BadInput(f"the login is not understood; {HOW}")
    if len(rest) == 2 and (not _HEADER.fullmatch(rest[0]) or rest[0].lower() in _TAKEN):
        raise BadInput(f"the login names a header that can't be sent; {HOW}")
    return ":".join((kind.lower(), *rest))


def secret_name(login: str) -> str:
    """Give the name of a login's variable."""
    return login.rpartition(":")[2]


class Credentials:
    """Gives the headers that sign a request in; `secret` gives the value of a variable, or raises BadInput."""

    def __init__(self, secret: Callable[[str], str]) -> None:
        self._secret = secret

    def headers(self, login: str | None) -> Mapping[str, str]:
        """Give the headers of a login; none without one. Raises BadInput when its secret is not set or can't be sent."""
        if login is None:
            return {}
        kind, *rest = login.split(":")
        name = secret_name(login)
        value = self._secret(name)
        if not value.isprintable():
            raise BadInput(f"the secret {name} holds a line break or control character; write it on one line")
        if kind == "basic":
            if ":" not in value:
                raise BadInput(f"the secret {name} should be user:password; write both, with a colon between them")
            return {"Authorization": f"Basic {b64encode(value.encode()).decode()}"}
        if not value.isascii():
            raise BadInput(f"the secret {name} holds characters that no header takes; check it for a typing error")
        if kind == "bearer":
            return {"Authorization": f"Bearer {value}"}
        return {"Cookie" if kind == "cookie" else rest[0]: value}
