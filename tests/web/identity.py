"""A small OpenID Connect provider: real HTTP and real signatures, and every way to get its answers wrong."""

import hmac
import json
import threading
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import time
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "harmattan", "a secret/of the client's"


def _base64(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")


def rsa_key(name: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig"})


_KEYS = [rsa_key("k1"), rsa_key("k2"), rsa_key("k3")]


@dataclass
class IdentityProvider:
    """`claims` are those of whoever signs in next; `changes` are made to the ID token's claims (None: left out)."""

    address: str
    claims: dict[str, Any] = field(default_factory=dict)
    changes: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: _KEYS[0])
    published: list[Any] = field(default_factory=lambda: [_KEYS[0]])
    algorithm: str = "RS256"
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    """What must be in no log: codes, tokens, verifiers."""

    def rotate(self) -> None:
        self.key = _KEYS[1]
        self.published = [_KEYS[1]]

    def sign_with_an_unpublished_key(self) -> None:
        self.key = _KEYS[2]

    def sign_in(self, address: str) -> str:
        """Do what somebody does in the browser at the provider; give the query that leads back."""
        asked = dict(parse_qsl(urlsplit(address).query))
        assert (asked["response_type"], asked["client_id"]) == ("code", CLIENT)
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        self.secrets.append(code)
        return f"code={code}&state={asked['state']}"

    def token(self, form: Mapping[str, str]) -> dict[str, str] | None:
        """Exchange a code, once, for who has the verifier of its challenge."""
        asked = self.codes.pop(form.get("code", ""), None)
        self.secrets.append(form.get("code_verifier", ""))
        challenge = _base64(sha256(form.get("code_verifier", "").encode()).digest())
        if asked is None or asked["code_challenge"] != challenge or asked["redirect_uri"] != form.get("redirect_uri"):
            return None
        now = int(time())
        claims = {"iss": self.address, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        claims = {name: value for name, value in {**claims, **self.claims, **self.changes}.items() if value is not None}
        made = {"access_token": "access", "token_type": "Bearer", "id_token": self._signed(claims)}
        self.secrets.append(made["id_token"])
        return made

    def _signed(self, claims: dict[str, Any]) -> str:
        if self.algorithm in ("none", "HS256"):
            header = {"alg": self.algorithm, **({"kid": self.key.kid} if self.algorithm != "none" else {})}
            signed = ".".join(_base64(json.dumps(part).encode()) for part in (header, claims))
            if self.algorithm == "none":
                return f"{signed}."
            # the public key as if it were a secret that both share
            shared = self.key.as_pem(private=False)
            return f"{signed}.{_base64(hmac.digest(shared, signed.encode(), sha256))}"
        return jwt.encode({"alg": self.algorithm, "kid": self.key.kid}, claims, self.key)

    def about(self) -> dict[str, Any]:
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/keys",
            "end_session_endpoint": f"{self.address}/bye",
            **({"userinfo_endpoint": f"{self.address}/me"} if self.userinfo else {}),
        }


class _Handler(BaseHTTPRequestHandler):
    provider: IdentityProvider

    def do_GET(self) -> None:
        self.provider.asked.append(self.path)
        if self.path == "/.well-known/openid-configuration":
            return self._say(200, self.provider.about())
        if self.path == "/keys":
            return self._say(200, {"keys": [key.as_dict(private=False) for key in self.provider.published]})
        if self.path == "/me" and self.headers["Authorization"] == "Bearer access":
            return self._say(200, self.provider.userinfo)
        return self._say(404, {})

    def do_POST(self) -> None:
        self.provider.asked.append(self.path)
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        pair = b64decode(self.headers.get("Authorization", "").removeprefix("Basic ")).decode()
        known = [unquote(part) for part in pair.split(":")] == [CLIENT, SECRET]
        made = self.provider.token({name: values[0] for name, values in parse_qs(body).items()}) if known else None
        return self._say(200, made) if made else self._say(400 if known else 401, {"error": "invalid_grant"})

    def _say(self, status: int, value: object) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def identity_provider() -> Iterator[IdentityProvider]:
    handler = type("Handler", (_Handler,), {})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        provider = IdentityProvider(f"http://127.0.0.1:{server.server_address[1]}")
        handler.provider = provider
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield provider
        finally:
            server.shutdown()
            thread.join()
