"""Who may change something by the page's own buttons, and whether a form comes from the page.

The page has no sign-in of its own. Its buttons are for who sits at this machine; where a proxy with a sign-in stands before the
page, the operator names the header in which it says who is there (HARMATTAN_USER_HEADER), and the buttons are for those. A form
carries a token that only the page can have given, so that no other site can send one in a visitor's name.
"""

from datetime import datetime
from ipaddress import ip_address

from starlette.requests import Request

from pipeline.answer_links import FORM, BadLink, LinkKeys, Purpose

_OURS = ("same-origin", "none", "")


class Guard:
    """Guards the page's forms."""

    def __init__(self, keys: LinkKeys, user_header: str | None) -> None:
        self._keys = keys
        self._user_header = user_header

    def user(self, request: Request) -> str:
        """Give the name that the proxy tells; empty where there is none."""
        return request.headers.get(self._user_header, "").strip() if self._user_header else ""

    def open_to(self, request: Request) -> bool:
        """Tell whether this visitor may use the buttons."""
        if self._user_header:
            return bool(self.user(request))
        try:
            return bool(request.client and ip_address(request.client.host).is_loopback)
        except ValueError:
            return False

    def token(self, subject: str, now: datetime) -> str:
        """Give what a form about a subject carries."""
        return self._keys.sign(Purpose.FORM, subject, "", now + FORM)

    def is_ours(self, request: Request, subject: str, token: str, now: datetime) -> bool:
        """Tell whether a form comes from the page, and is not too old."""
        # Browsers say where a request comes from; the header Origin says nothing under our Referrer-Policy.
        if request.headers.get("sec-fetch-site", "") not in _OURS:
            return False
        try:
            return self._keys.read(Purpose.FORM, token, now).subject == subject
        except BadLink:
            return False
