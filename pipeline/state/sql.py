"""Expressions that the two databases spell differently."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Connection,
    FromClause,
    Select,
    Table,
    Text,
    bindparam,
    func,
    select,
    type_coerce,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ColumnElement, FunctionElement

from pipeline.state.types import Moment


class _Clock(FunctionElement[datetime]):
    """The database's clock, now and not when the transaction began."""

    type = Moment()
    inherit_cache = True


@compiles(_Clock, "postgresql")
def _postgres_clock(_element: _Clock, _compiler: SQLCompiler, **_: Any) -> str:
    return "clock_timestamp()"


@compiles(_Clock, "sqlite")
def _sqlite_clock(_element: _Clock, _compiler: SQLCompiler, **_: Any) -> str:
    # 2440587.5 is 1970 as a Julian day; SQLite's clock counts milliseconds.
    return "CAST(round((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER) * 1000"


CLOCK: ColumnElement[datetime] = _Clock()
"""The database's time in a statement."""

_NOW = select(CLOCK)


def now_of(connection: Connection) -> datetime:
    """Ask the database for the time."""
    moment: datetime = connection.execute(_NOW).scalar_one()
    return moment


def texts(connection: Connection, values: Iterable[str]) -> FromClause:
    """Give the values as rows with one column, `value`: one parameter and one statement, however many they are."""
    return _rows(connection, bindparam(None, as_list(connection, values), type_=_list_type(connection, Text)))


def numbers(connection: Connection, values: Iterable[int]) -> FromClause:
    """Give the values as rows with one column, `value`."""
    return _rows(connection, bindparam(None, as_list(connection, values), type_=_list_type(connection, BigInteger)))


def pairs(connection: Connection, values: Iterable[tuple[int, str]]) -> FromClause:
    """Give the pairs as rows with the columns `number` and `value`, in one parameter or two."""
    given = list(values)
    if connection.dialect.name == "sqlite":
        rows = _rows(connection, bindparam(None, json.dumps(given), type_=Text()))
        number, value = (func.json_extract(rows.c.value, f"$[{place}]") for place in (0, 1))
        return select(
            type_coerce(number, BigInteger).label("number"), type_coerce(value, Text).label("value")
        ).subquery()
    first = bindparam(None, [number for number, _ in given], type_=postgresql.ARRAY(BigInteger))
    second = bindparam(None, [value for _, value in given], type_=postgresql.ARRAY(Text))
    return func.unnest(first, second).table_valued("number", "value").render_derived()


def text_pairs(connection: Connection, values: Iterable[tuple[str, str]]) -> FromClause:
    """Give the pairs as rows with the columns `first` and `second`, in one parameter or two."""
    given = list(values)
    if connection.dialect.name == "sqlite":
        rows = _rows(connection, bindparam(None, json.dumps(given), type_=Text()))
        first, second = (func.json_extract(rows.c.value, f"$[{place}]") for place in (0, 1))
        return select(type_coerce(first, Text).label("first"), type_coerce(second, Text).label("second")).subquery()
    columns = [bindparam(None, [pair[place] for pair in given], type_=postgresql.ARRAY(Text)) for place in (0, 1)]
    return func.unnest(*columns).table_valued("first", "second").render_derived()


def numbers_named(connection: Connection, parameter: str) -> FromClause:
    """Give the values of a parameter, made by `as_list`, as rows with one column, `value`."""
    return _rows(connection, bindparam(parameter, type_=_list_type(connection, BigInteger)))


def one_of(connection: Connection, values: Iterable[str]) -> Select[Any]:
    """Give the values for `column.in_(...)`."""
    return select(texts(connection, values).c.value)


def one_of_numbers(connection: Connection, values: Iterable[int]) -> Select[Any]:
    """Give the values for `column.in_(...)`."""
    return select(numbers(connection, values).c.value)


def as_list(connection: Connection, values: Iterable[str] | Iterable[int]) -> Any:
    """Give the values as a parameter."""
    given = list(values)
    return json.dumps(given) if connection.dialect.name == "sqlite" else given


def insert_into(connection: Connection, table: Table) -> Any:
    """Begin an INSERT that can say ON CONFLICT."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def _list_type(connection: Connection, kind: type[Text] | type[BigInteger]) -> Any:
    return Text() if connection.dialect.name == "sqlite" else postgresql.ARRAY(kind)


def _rows(connection: Connection, parameter: BindParameter[Any]) -> FromClause:
    if connection.dialect.name == "sqlite":
        return func.json_each(parameter).table_valued("value")
    return func.unnest(parameter).table_valued("value").render_derived()
