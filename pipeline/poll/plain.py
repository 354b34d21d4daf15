"""From what a feed calls text to text: no control characters, no markup where none belongs, no boundless length."""

import html
import re

_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")
_UNSEEN = re.compile(r"<(script|style)\b[^<>]{0,1000}>[^<]{0,10000}</\1\s*>", re.IGNORECASE)
_ELEMENTS = (
    "a abbr acronym address article aside audio b bdi bdo big blockquote body br button caption center cite code del"
    " details dfn div dl dt dd em embed figcaption figure font footer form h1 h2 h3 h4 h5 h6 head header hr html i iframe"
    " img input ins kbd label li link main mark math meta nav noscript object ol option p param picture pre q s samp"
    " script section select small source span strike strong style sub summary sup svg table tbody td textarea tfoot th"
    " thead time title tr track tt u ul var video wbr"
)
_TAG = re.compile(rf"</?(?:{'|'.join(_ELEMENTS.split())})(?:[\s/][^<>]{{0,4000}})?>", re.IGNORECASE)
_COMMENT = re.compile(r"<!--[^<>]{0,4000}-->")
_LIKE_A_TAG = re.compile(r"<(?=[a-zA-Z/!?])")
_LANGUAGE = re.compile(r"([a-zA-Z]{2})(?:[-_].*)?")


def clean(text: str, longest: int) -> str:
    """Remove control characters and lone surrogates, which neither databases nor JSON take, and cut at `longest`."""
    return _UNWANTED.sub("", text[: longest * 2])[:longest]


def plain(text: str, longest: int) -> str:
    """Give one line of plain text: entities resolved (twice, as feeds escape them), HTML's tags left out, no blanks to spare.

    What merely looks like a tag, as in 'x<y', is text and stays, with a blank put in that keeps it from ever being one.
    """
    text = clean(text, longest * 8)
    if "&" in text:
        text = _resolved(_resolved(text))
    if "<" in text:
        text = _TAG.sub(" " if "<br" in text else "", _COMMENT.sub("", _UNSEEN.sub("", text)))
        text = _LIKE_A_TAG.sub("< ", text)
    return " ".join(clean(text, longest * 8).split())[:longest]


def _resolved(text: str) -> str:
    return _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)


def shortened(text: str, longest: int) -> str:
    """Cut plain text after a word, with an ellipsis, unless it is short enough."""
    if len(text) <= longest:
        return text
    return (text[:longest].rpartition(" ")[0] or text[:longest]) + "…"


def language_code(tag: object) -> str | None:
    """Give the ISO 639-1 code of a language tag such as fr-ML; None where there is none."""
    found = _LANGUAGE.fullmatch(tag.strip()) if isinstance(tag, str) else None
    return found[1].lower() if found else None
