"""Namespaces and shorthands for writing XML feeds."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast

from lxml import etree

ATOM = "http://www.w3.org/2005/Atom"
CONTENT = "http://purl.org/rss/1.0/modules/content/"
DC = "http://purl.org/dc/elements/1.1/"
DCTERMS = "http://purl.org/dc/terms/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RSS1 = "http://purl.org/rss/1.0/"
XML = "http://www.w3.org/XML/1998/namespace"


def document_root(tag: str, namespaces: Mapping[str | None, str], **attributes: str) -> etree._Element:
    """Make a document's root; the prefix None stands for the default namespace, which lxml's stubs don't know."""
    return etree.Element(tag, attributes, nsmap=cast(Any, namespaces))


def add(parent: etree._Element, tag: str, text: str | etree.CDATA | None = None, **attributes: str) -> etree._Element:
    """Append an element, `tag` being a name or {namespace}name."""
    element = etree.SubElement(parent, tag, attributes)
    element.text = text
    return element


def serialise(root: etree._Element, encoding: str) -> bytes:
    """Write a document with its declaration; what the encoding lacks becomes a character reference."""
    return cast(bytes, etree.tostring(root, encoding=encoding, xml_declaration=True, pretty_print=True))


def iso(moment: datetime) -> str:
    """Write a time as RFC 3339, in whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
