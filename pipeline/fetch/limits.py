"""What an operator may say of a host."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class HostLimit:
    """How many exchanges with a host may go on at a time, and how far apart they begin."""

    exchanges: int = 2
    spacing: timedelta = timedelta(seconds=1)
