"""A newsroom of invented outlets that publishes over real HTTP as time passes, to watch the pipeline on."""

from pipeline.newsroom.running import RunningNewsroom, open_newsroom

__all__ = ["RunningNewsroom", "open_newsroom"]
