"""Leases in the columns token, leased and lease_ends of a table."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, or_

from pipeline.state.sql import CLOCK

ENDED: Mapping[str, None] = {"leased": None, "lease_ends": None}
"""A lease that was given back. The token stays, so that its holder's repeated call can be told from a stranger's."""


def free(table: Table) -> ColumnElement[bool]:
    """Tell whether a row's lease is over.

    One that began after now was given by a clock that has since been set back: it would end later than it ever should. Now
    is when the row is looked at: PostgreSQL looks again at one that another process has just claimed.
    """
    return or_(table.c.lease_ends.is_(None), table.c.lease_ends <= CLOCK, table.c.leased > CLOCK)


def lasting(now: datetime, lease: timedelta) -> dict[str, Any]:
    """Give the columns of a lease that begins now."""
    return {"leased": now, "lease_ends": now + lease}


def new_token(owner: str) -> str:
    """Give a token that no other claim has, and that tells a reader of the table whose it is."""
    return f"{owner}/{secrets.token_hex(8)}"
