"""Detection of frames that only read one table, which need no job."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import cast

from sqlglot import exp

from courtside.warehouse.base import Lazy
from courtside.warehouse.bigquery.frames import optimized

_MUST_NOT_HOLD = (exp.Join, exp.Union, exp.Window, exp.Group, exp.Order, exp.Limit, exp.Distinct, exp.AggFunc)
_MAY_FILTER = (
    exp.And,
    exp.Or,
    exp.Not,
    exp.Paren,
    exp.EQ,
    exp.NEQ,
    exp.LT,
    exp.LTE,
    exp.GT,
    exp.GTE,
    exp.Is,
    exp.In,
    exp.Column,
    exp.Identifier,
    exp.Literal,
    exp.Boolean,
    exp.Null,
    exp.Cast,
    exp.DateStrToDate,
    exp.DataType,
)
_CAST_DATE = re.compile(r"CAST\(('\d{4}-\d\d-\d\d') AS DATE\)")


@dataclass(frozen=True)
class PlainRead:
    """Columns of one table with a simple restriction; `names` maps each column to its name in the result."""

    table: str
    names: dict[str, str]
    restriction: str


def plain_read(frame: Lazy) -> PlainRead | None:
    """Return `frame` as a plain read, or None where it must be computed."""
    if frame.to_native().expression.find(*_MUST_NOT_HOLD):
        return None
    query = optimized(frame)
    if not isinstance(query, exp.Select) or query.ctes or len(list(query.find_all(exp.Table))) != 1:
        return None
    names = {}
    for column in query.selects:
        source = column.unalias()
        if not isinstance(source, exp.Column) or source.name in names:
            return None
        names[source.name] = column.alias_or_name
    where = query.args.get("where")
    if where:
        where = where.transform(_bare_in)
    if where and not all(isinstance(node, _MAY_FILTER) for node in where.this.walk()):
        return None
    table = cast("exp.Table", query.find(exp.Table))
    return PlainRead(table.name, names, _restriction(where.this) if where else "")


def _bare_in(node: exp.Expr) -> exp.Expr:
    """Return the `x IN (…)` inside a CASE that guards it against NULL; both give the same result in a filter."""
    if isinstance(node, exp.Case) and len(node.args["ifs"]) == 1 and isinstance(node.args.get("default"), exp.In):
        guard, inside = node.args["ifs"][0], node.args["default"]
        if guard.this == exp.Is(this=inside.this, expression=exp.Null()) and isinstance(guard.args["true"], exp.Null):
            return cast("exp.In", inside)
    return node


def _restriction(condition: exp.Expression) -> str:
    bare = condition.copy()
    for column in bare.find_all(exp.Column):
        column.set("table", None)
    return _CAST_DATE.sub(r"DATE \1", bare.sql("bigquery"))
