"""Questions in SQL: one query over named views, and nothing that writes, attaches, sets or reads a file.

What is checked is the parsed query, and the parsed query is what runs, never the text.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.errors import OptimizeError, ParseError, TokenError
from sqlglot.optimizer.scope import traverse_scope

from leadlift.errors import UserError
from leadlift.specs.base import listed, nearest

TABLE_FUNCTIONS = ("generate_series", "range", "unnest")
# they say things of the machine or of the engine, not of the bank
FORBIDDEN_FUNCTIONS = ("current_setting", "getenv", "getvariable", "pragma", "query", "query_table")
RAW = "raw_"

_WRITES = (
    exp.Alter, exp.Attach, exp.Command, exp.Copy, exp.Create, exp.Delete, exp.Detach, exp.Drop, exp.Insert, exp.Into,
    exp.Lock, exp.Merge, exp.Pragma, exp.Set, exp.Update,
)  # fmt: skip


@dataclass(frozen=True)
class Question:
    """A checked query. views: those it reads. columns: every column it names. everything: whether it says `*`."""

    query: exp.Query
    views: frozenset[str]
    columns: frozenset[str]
    everything: bool


def question(text: str, views: Collection[str]) -> Question:
    """Read a question over views. Raises UserError, one message, for anything else."""
    tree = _one_query(text)
    for node in tree.walk():
        _refuse(node)
    named = _tables(tree, views)
    columns = frozenset(column.name for column in tree.find_all(exp.Column))
    return Question(tree, named, columns, next(tree.find_all(exp.Star, exp.Columns), None) is not None)


def _one_query(text: str) -> exp.Query:
    # what it cannot read it says in its log and calls a command, which is refused below
    with _silent("sqlglot"):
        found = _parsed(text)
    if not found:
        raise UserError('sql: the question is empty; ask, for instance, "select count(*) from scores"')
    if len(found) != 1:
        raise UserError(f"sql: one question at a time, not {len(found)}")
    tree = found[0]
    if not isinstance(tree, exp.Query):
        word = text.split()[0].upper()
        raise UserError(
            f"sql: only `select` is answered, not {word}: the workspace is read and never written"
        )
    return tree


@contextmanager
def _silent(name: str) -> Iterator[None]:
    log = logging.getLogger(name)
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(level)


def _parsed(text: str) -> list[exp.Expr]:
    try:
        return [tree for tree in sqlglot.parse(text, read="duckdb") if tree is not None]
    except (ParseError, TokenError) as error:
        first = error.errors[0] if isinstance(error, ParseError) and error.errors else {}
        near = f" near {first['highlight']!r}" if first.get("highlight") else ""
        raise UserError(f"sql: the question cannot be read as SQL{near}") from None


def _refuse(node: exp.Expr) -> None:
    if isinstance(node, _WRITES):
        raise UserError(
            f"sql: {node.key.upper()} is not answered: a question reads and never writes, and `--out` names a file"
        )
    if isinstance(node, exp.Func):
        name = node.name if isinstance(node, exp.Anonymous) else node.sql_name()
        if name.lower() in FORBIDDEN_FUNCTIONS or name.lower().startswith(("pragma_", "duckdb_", "read_")):
            raise UserError(f"sql: the function {name.lower()} is not available to questions")


def _tables(tree: exp.Query, views: Collection[str]) -> frozenset[str]:
    """The views that the query reads. Raises UserError for files, functions that make tables, and all else."""
    by_name = {view.lower(): view for view in views}
    for cte in tree.find_all(exp.CTE):
        if cte.alias.lower().startswith(RAW) or cte.alias.lower() in by_name:
            raise UserError(f"sql: `with {cte.alias}` hides another table; call it something else")
    for table in tree.find_all(exp.Table):
        _refuse_strange(table, views)
    try:
        real = [
            source
            for scope in traverse_scope(tree)
            for source in scope.sources.values()
            if isinstance(source, exp.Table)
        ]
    except OptimizeError as error:
        raise UserError(f"sql: the question cannot be understood: {error}") from None
    made = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
    found = {table.name.lower() for table in real if isinstance(table.this, exp.Identifier)}
    every = {t.name.lower() for t in tree.find_all(exp.Table) if isinstance(t.this, exp.Identifier)}
    for name in sorted((found | (every - made)) - set(by_name)):
        known = nearest(name, views) or f" Known: {listed(sorted(views))}."
        raise UserError(f"sql: no view '{name}'.{known} `leadlift sql --list` shows all")
    return frozenset(by_name[name] for name in found | (every - made))


def _refuse_strange(table: exp.Table, views: Collection[str]) -> None:
    if table.args.get("db") or table.args.get("catalog"):
        raise UserError(f"sql: {table.sql(dialect='duckdb')} is not a view. Known: {listed(sorted(views))}")
    if isinstance(table.this, exp.Identifier):
        return
    function = table.this
    name = function.name if isinstance(function, exp.Anonymous) else getattr(function, "sql_name", str)()
    if name.lower() not in TABLE_FUNCTIONS:
        raise UserError(
            f"sql: {name.lower()}(...) is not a view: a question reads views and no files. Known: "
            f"{listed(sorted(views))}"
        )
