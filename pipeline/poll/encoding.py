"""From a feed's bytes to its characters, whatever the server says they are."""

import codecs
import re

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._\-]{1,40})["']""")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9._\-]{1,40})""", re.IGNORECASE)
_DECLARATION = re.compile(r"<\?xml[^>]{0,300}\?>")
_WEB = """
    utf-8 utf-16-le utf-16-be cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 cp866 cp874 iso8859-1 iso8859-2
    iso8859-3 iso8859-4 iso8859-5 iso8859-6 iso8859-7 iso8859-8 iso8859-9 iso8859-10 iso8859-13 iso8859-14 iso8859-15
    iso8859-16 koi8-r koi8-u mac-roman mac-cyrillic gb2312 gbk gb18030 big5 big5hkscs euc_jp shift_jis iso2022_jp euc_kr
    cp949 cp932 ascii
"""
_KNOWN = frozenset(_WEB.split())
_MEANT = {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "iso8859-9": "cp1254"}
"""What browsers read for a name, since writers mean it (WHATWG's Encoding standard)."""


def decoded(body: bytes, content_type: str = "") -> str:
    """Decode a document, without a byte order mark, leading blanks or XML declaration. Never raises."""
    encoding, skip = _encoding(body, content_type)
    text = body[skip:].decode(encoding, "replace").lstrip("\ufeff \t\r\n\x00")
    found = _DECLARATION.match(text)
    return text[found.end() :].lstrip() if found else text


def _encoding(body: bytes, content_type: str) -> tuple[str, int]:
    for bom, encoding in _BOMS:
        if body.startswith(bom):
            return encoding, len(bom)
    if body.startswith(b"<\x00"):
        return "utf-16-le", 0
    if body.startswith(b"\x00<"):
        return "utf-16-be", 0
    if _is_utf8(
        body
    ):  # hardly any text in another encoding is valid UTF-8 by accident, while servers' headers are often wrong
        return "utf-8", 0
    charset = _CHARSET.search(content_type)
    declared = _DECLARED.search(body[:1000])
    names = (declared[1].decode() if declared else "", charset[1] if charset else "")
    # not valid UTF-8, whoever says so: then most likely a few bytes are broken, or it is the old encoding of the West
    known = [name for name in map(_known, names) if name]
    return next((name for name in known if name != "utf-8"), known[0] if known else "cp1252"), 0


def _is_utf8(body: bytes) -> bool:
    if b"\x1b" in body:  # the Japanese encodings that use escapes are valid UTF-8, and are not
        return False
    try:
        body.decode()
    except UnicodeDecodeError as error:
        return error.start > len(body) - 4 and error.reason == "unexpected end of data"
    return True


def _known(name: str) -> str | None:
    try:
        found = codecs.lookup(name).name if name else ""
    except LookupError:
        return None
    return _MEANT.get(found, found) if found in _KNOWN else None
