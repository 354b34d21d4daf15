"""Signing in at an OpenID Connect provider: the authorization code flow with PKCE, and what is believed of its answers.

OpenID Connect Core 1.0 and Discovery 1.0 say what is asked and checked, RFC 7636 PKCE, RFC 9207 the issuer in an answer. What
goes out and comes back is bound to the browser by one secret in its cookie, from which state, nonce and verifier are derived.
"""

import hmac
import json
import logging
import threading
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from math import isfinite
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote, urlencode, urlsplit

from pipeline.accounts import LONGEST_NAME, Refused, checked_name
from pipeline.errors import BadInput, OutOfReach
from pipeline.fetch.interface import Fetcher, FetchError, Request, Response
from pipeline.settings import OpenId
from pipeline.state.interface import Role

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

ANSWER = "/sign-in/openid/answer"
"""Where providers send people back to, behind the page's public address."""
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
"""Signatures that are believed, by the names of RFC 7518, 8037 and 9864: by keys of the provider's own, never `none`."""
SKEW = timedelta(minutes=1)
"""How far apart the clocks of the provider and of this machine may be."""

_KEPT = timedelta(hours=1)
_LIMIT = 1_000_000
_TIMEOUT = 10.0
_LONGEST_TOKEN = 100_000
_LONGEST_SUBJECT = 255  # OpenID Connect Core 1.0, section 2

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Person:
    """Whom the provider signed in: `subject` is its issuer and its name for them that never changes."""

    subject: str
    name: str
    role: Role


class Provider(Protocol):
    """Signs people in elsewhere."""

    @property
    def host(self) -> str:
        """The provider's name for people."""

    def address(self, secret: str) -> str:
        """Give the address where a browser with this secret signs in. Raises OutOfReach."""

    def began(self, secret: str, state: str) -> bool:
        """Tell whether an answer belongs to the sign-in that a browser with this secret began."""

    def person(self, secret: str, code: str, issuer: str | None) -> Person:
        """Give who signed in, by the answer's code and issuer. Raises Refused, with a sentence, or OutOfReach."""

    def farewell(self) -> str | None:
        """Give the address where people sign out there, if the provider has one. Raises OutOfReach."""


@dataclass(frozen=True, slots=True)
class _Found:
    """What discovery told, and the keys; `at` is when they were asked for."""

    about: Mapping[str, Any]
    keys: "KeySet"
    at: datetime


class OpenIdProvider:
    """See the port; what the provider says of itself and its keys are kept for an hour, and asked for again for a new key."""

    def __init__(self, settings: OpenId, base_url: str, fetcher: Fetcher, now: Callable[[], datetime]) -> None:
        """Take a fetcher that may ask the provider, wherever it stands: the operator has chosen it."""
        self._settings = settings
        self._back = base_url.rstrip("/") + ANSWER
        self._fetcher = fetcher
        self._now = now
        self._found: _Found | None = None
        self._turn = threading.Lock()
        if settings.issuer.startswith("http://"):
            logger.warning("%s is asked without TLS: whoever stands between can sign in as anybody", settings.issuer)

    @property
    def host(self) -> str:
        """The provider's host."""
        return urlsplit(self._settings.issuer).netloc

    def address(self, secret: str) -> str:
        """Give where to sign in."""
        challenge = _base64(sha256(_derived(secret, "verifier").encode()).digest())
        return _with_query(
            self._address_of("authorization_endpoint"),
            response_type="code",
            client_id=self._settings.client_id,
            redirect_uri=self._back,
            scope=self._settings.scopes,
            state=_derived(secret, "state"),
            nonce=_derived(secret, "nonce"),
            code_challenge=challenge,
            code_challenge_method="S256",
        )

    def began(self, secret: str, state: str) -> bool:
        """Tell whether the state is that of the secret."""
        return hmac.compare_digest(_derived(secret, "state").encode(), state.encode("utf-8", "replace"))

    def person(self, secret: str, code: str, issuer: str | None) -> Person:
        """Exchange the code for an ID token, and read it."""
        if issuer is not None and issuer != self._settings.issuer:
            raise Refused("The answer came from another provider than the one that was asked.")
        answer = self._exchange(code, _derived(secret, "verifier"))
        claims = self._claims(answer.get("id_token"))
        self._check(claims, _derived(secret, "nonce"))
        return self._person({**self._more(claims, answer.get("access_token")), **claims})

    def farewell(self) -> str | None:
        """Give the provider's own sign-out (OpenID Connect RP-Initiated Logout 1.0)."""
        if not self._about().get("end_session_endpoint"):
            return None
        home = self._back.removesuffix(ANSWER) + "/"
        return _with_query(
            self._address_of("end_session_endpoint"), client_id=self._settings.client_id, post_logout_redirect_uri=home
        )

    # --------------------------------------------------------------------------------------------- the provider

    def _about(self) -> Mapping[str, Any]:
        return self._known().about

    def _known(self, *, anew: bool = False) -> _Found:
        with self._turn:
            found = self._found
            if anew or found is None or not found.at <= self._now() < found.at + _KEPT:
                found = self._found = self._discover()
            return found

    def _discover(self) -> _Found:
        from joserfc.errors import JoseError

        issuer = self._settings.issuer
        about = self._json(self._get(f"{issuer.rstrip('/')}/.well-known/openid-configuration"))
        if about.get("issuer") != issuer:
            raise OutOfReach(
                f"{issuer} calls itself {str(about.get('issuer'))[:200]!r}: write HARMATTAN_OIDC_ISSUER exactly like that"
            )
        found = self._json(self._get(self._address_of("jwks_uri", about)))
        try:
            return _Found(about, _key_set(found), self._now())
        except (JoseError, KeyError, TypeError, ValueError) as error:
            raise OutOfReach(f"{issuer} publishes no keys that can be read; ask who runs it") from error

    def _address_of(self, name: str, about: Mapping[str, Any] | None = None) -> str:
        address = (self._about() if about is None else about).get(name)
        secure = self._settings.issuer.startswith("https://")
        if not isinstance(address, str) or not address.startswith(("https://",) if secure else ("https://", "http://")):
            raise OutOfReach(f"{self._settings.issuer} names no {name} that can be asked; ask who runs it")
        return address

    def _exchange(self, code: str, verifier: str) -> Mapping[str, Any]:
        client, secret = self._settings.client_id, self._settings.client_secret
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self._back, "code_verifier": verifier}
        headers = {}
        ways = self._about().get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if secret is None:
            form["client_id"] = client
        elif "client_secret_basic" in ways:
            # RFC 6749, section 2.3.1: both are quoted as in a form first
            pair = f"{quote(client, safe='')}:{quote(secret, safe='')}"
            headers["Authorization"] = "Basic " + b64encode(pair.encode()).decode()
        else:
            form |= {"client_id": client, "client_secret": secret}
        request = Request(
            url=self._address_of("token_endpoint"),
            form=form,
            credentials=headers,
            accept="application/json",
            limit=_LIMIT,
            timeout=_TIMEOUT,
        )
        answer = self._asked(request)
        if answer.status in (400, 401, 403):
            raise Refused(
                "The provider did not accept this sign-in: its code was used before or is too old, or this page's client"
                f" id and secret are not what the provider knows (status {answer.status}). Please sign in once more."
            )
        return self._json(answer)

    def _get(self, url: str, headers: Mapping[str, str] | None = None) -> Response:
        return self._asked(
            Request(url=url, credentials=headers or {}, accept="application/json", limit=_LIMIT, timeout=_TIMEOUT)
        )

    def _asked(self, request: Request) -> Response:
        try:
            return self._fetcher.submit(request).result(_TIMEOUT * 2)
        except (FetchError, TimeoutError, CancelledError) as error:
            raise OutOfReach(f"the provider {self.host} can't be asked: {error}") from error

    def _json(self, answer: Response) -> Mapping[str, Any]:
        try:
            if answer.status != 200:
                raise ValueError
            value = json.loads(answer.body)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            place = urlsplit(answer.url)
            raise OutOfReach(
                f"{place.scheme}://{place.netloc}{place.path} answered with status {answer.status} and not with what an"
                " OpenID Connect provider says; check HARMATTAN_OIDC_ISSUER"
            )
        return value

    # ------------------------------------------------------------------------------------------------ the token

    def _claims(self, token: object) -> Mapping[str, Any]:
        """Give what a token says whose signature is by one of the provider's keys."""
        from joserfc.errors import InvalidKeyIdError, JoseError

        if not isinstance(token, str) or len(token) > _LONGEST_TOKEN:
            raise Refused("The provider gave no ID token.")
        try:
            try:
                return _decoded(token, self._known().keys)
            except InvalidKeyIdError:
                return _decoded(token, self._known(anew=True).keys)
        except InvalidKeyIdError as error:
            raise Refused("The ID token is signed by a key that the provider does not publish.") from error
        except (JoseError, ValueError, TypeError, RecursionError) as error:
            raise Refused(f"The ID token's signature can't be believed ({type(error).__name__}).") from error

    def _check(self, claims: Mapping[str, Any], nonce: str) -> None:
        """Check the claims as OpenID Connect Core 1.0, section 3.1.3.7, asks."""
        client, meant = self._settings.client_id, claims.get("aud")
        audience = [meant] if isinstance(meant, str) else meant if isinstance(meant, list) else []
        if claims.get("iss") != self._settings.issuer:
            raise Refused("The ID token is of another issuer.")
        if client not in audience or claims.get("azp", client) != client or (len(audience) > 1 and "azp" not in claims):
            raise Refused("The ID token is for another audience than this page.")
        said = claims.get("nonce")
        if not isinstance(said, str) or not hmac.compare_digest(said.encode("utf-8", "replace"), nonce.encode()):
            raise Refused("The ID token belongs to another sign-in (its nonce is not ours).")
        now, skew = self._now().timestamp(), SKEW.total_seconds()
        if _seconds(claims, "exp") <= now - skew:
            raise Refused("The ID token has expired; compare the clocks of the provider and of this machine.")
        if max(_seconds(claims, "iat"), _seconds({"nbf": 0, **claims}, "nbf")) > now + skew:
            raise Refused("The ID token is of the future; compare the clocks of the provider and of this machine.")
        subject = claims.get("sub")
        if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT or not subject.isprintable():
            raise Refused("The ID token does not say whom it is about.")

    def _more(self, claims: Mapping[str, Any], access: object) -> Mapping[str, Any]:
        """Ask for what the token leaves out; some providers tell groups and names only when they are asked."""
        wanted = (self._settings.role_claim, self._settings.name_claim)
        if all(_claim(claims, name) is not None for name in wanted) or not self._about().get("userinfo_endpoint"):
            return {}
        if not isinstance(access, str) or not access.isascii() or not access.isprintable():
            return {}
        answer = self._get(self._address_of("userinfo_endpoint"), {"Authorization": f"Bearer {access}"})
        try:
            more = self._json(answer)
        except OutOfReach as error:
            # signed or encrypted answers, for one, are not read
            logger.warning("what the provider tells beside the ID token can't be had: %s", error)
            return {}
        if more.get("sub") != claims.get("sub"):
            raise Refused("The provider told of somebody else than the ID token.")
        return more

    def _person(self, claims: Mapping[str, Any]) -> Person:
        named = _claim(claims, self._settings.name_claim)
        try:
            name = checked_name(named if isinstance(named, str) else "")
        except BadInput:
            raise Refused(
                f"The provider gives no usable name: its claim {self._settings.name_claim} should have up to"
                f" {LONGEST_NAME} characters."
            ) from None
        role = _role(_claim(claims, self._settings.role_claim), self._settings.roles)
        if role is None:
            raise Refused(f"{name} may not sign in here: ask who runs this Harmattan to be put into a group that may.")
        return Person(f"{self._settings.issuer} {claims['sub']}", name, role)


def _key_set(found: Mapping[str, Any]) -> "KeySet":
    """Read the keys that sign; others, and what can't be read, are passed over."""
    from joserfc.errors import JoseError
    from joserfc.jwk import JWKRegistry, KeySet

    keys = []
    for one in found["keys"]:
        # a secret that is shared could never prove who signed
        if not isinstance(one, dict) or one.get("use", "sig") != "sig" or one.get("kty") not in ("RSA", "EC", "OKP"):
            continue
        try:
            keys.append(JWKRegistry.import_key(one))
        except (JoseError, ValueError, TypeError):
            logger.warning("a key of the provider can't be read and is passed over")
    if not keys:
        raise ValueError("no keys")
    return KeySet(keys)


def _decoded(token: str, keys: "KeySet") -> Mapping[str, Any]:
    from joserfc import jwt

    claims = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
    if not isinstance(claims, dict):
        raise ValueError("no claims")
    return claims


def _claim(claims: Mapping[str, Any], name: str) -> Any:
    """Give a claim by its name, or by the way to it: realm_access.roles."""
    if name in claims:
        return claims[name]
    value: Any = claims
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _role(claim: Any, roles: Sequence[tuple[str, str]]) -> Role | None:
    """Give the widest role that the claim's values have."""
    values = (
        {claim}
        if isinstance(claim, str)
        else {one for one in claim if isinstance(one, str)}
        if isinstance(claim, list)
        else set()
    )
    given = [Role(role) for value, role in roles if value == "*" or value in values]
    return max(given, key=list(Role).index, default=None)


def _seconds(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise Refused(f"The ID token has no time {name}.")
    return value


def _derived(secret: str, use: str) -> str:
    return _base64(sha256(f"{use}\n{secret}".encode()).digest())


def _base64(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")


def _with_query(address: str, **values: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(values)}"
