"""Feeds in the four formats that outlets use."""

from collections.abc import Mapping

from pipeline.newsroom.formats.atom import atom
from pipeline.newsroom.formats.interface import FeedHead, FeedItem, Renderer
from pipeline.newsroom.formats.json_feed import json_feed
from pipeline.newsroom.formats.rss1 import rss1
from pipeline.newsroom.formats.rss2 import rss2

RENDERERS: Mapping[str, Renderer] = {"rss2": rss2, "rss1": rss1, "atom": atom, "json": json_feed}

__all__ = ["RENDERERS", "FeedHead", "FeedItem", "Renderer"]
