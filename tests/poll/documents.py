"""Feeds as tests need them."""

from collections.abc import Sequence
from html import escape

RSS = (
    '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/">'
)


def item(
    title: str = "A title", link: str = "", guid: str = "", date: str = "", summary: str = "", more: str = ""
) -> str:
    """One RSS item; text is escaped, `more` is put in as it is."""
    fields = {"title": title, "link": link, "guid": guid, "pubDate": date, "description": summary}
    inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in fields.items() if value)
    return f"<item>{inner}{more}</item>"


def rss(items: Sequence[str] = (), title: str = "The outlet", language: str = "") -> bytes:
    """An RSS 2.0 document of these items."""
    head = f"<title>{escape(title)}</title>" + (f"<language>{language}</language>" if language else "")
    return f"{RSS}<channel>{head}{''.join(items)}</channel></rss>".encode()


def atom(updated: Sequence[str]) -> bytes:
    """An Atom document with an entry for each date of change; nothing else differs between two of them."""
    entries = "".join(
        f'<entry><id>urn:{n}</id><title>T{n}</title><link href="/{n}"/><updated>{date}</updated></entry>'
        for n, date in enumerate(updated)
    )
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title>{entries}</feed>'.encode()
