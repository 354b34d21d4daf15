"""Addresses from outside, before they are shown as links."""

from urllib.parse import urlsplit

LONGEST = 2000


def web_link(url: str | None) -> str | None:
    """Give the address when it is safe to show as a link, else None.

    Safe means http or https, a host, and neither white space nor control or formatting characters that could
    make it read as something else.
    """
    if not url or len(url) > LONGEST or not url.isprintable() or any(character.isspace() for character in url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.hostname else None
