"""The state of a block between two months, as a table: all that its next month depends on."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pyarrow as pa

from leadlift.simulate._arrays import Bools, Column, Rng
from leadlift.simulate._block import Block
from leadlift.simulate._ledger import Ledger
from leadlift.simulate._people import People
from leadlift.simulate._shelf import Shelf

_PLACES = ("opened", "matures", "amount", "value", "rate")


def state_of(block: Block, keep: Bools) -> pa.Table:
    """One row per slot. Customers are renumbered by those who are written, so that later all are kept."""
    columns: dict[str, pa.Array] = {}
    for field in fields(People):
        values = getattr(block.people, field.name)
        if field.name == "number":
            values = np.cumsum(keep)[values] - 1
        _put(columns, field.name, values)
    for name in _PLACES:
        _put(columns, f"shelf.{name}", getattr(block.shelf, name))
    return pa.table(columns)


def block_of(state: pa.Table, numbers: int, rng: Rng, ledger: Ledger) -> Block:
    """The block that a state was taken of. numbers: customers there have ever been."""
    people = People(**{field.name: _get(state, field.name) for field in fields(People)})
    shelf = Shelf(len(people))
    for name in _PLACES:
        getattr(shelf, name)[:] = _get(state, f"shelf.{name}")
    return Block(rng, people, shelf, ledger, numbers)


def _put(columns: dict[str, pa.Array], name: str, values: Column) -> None:
    if values.ndim == 1:
        columns[name] = pa.array(values)
        return
    for place in range(values.shape[1]):
        columns[f"{name}.{place}"] = pa.array(np.ascontiguousarray(values[:, place]))


def _get(state: pa.Table, name: str) -> Any:
    if name in state.column_names:
        return state[name].to_numpy().copy()
    width = sum(column.startswith(f"{name}.") for column in state.column_names)
    return np.stack([state[f"{name}.{place}"].to_numpy() for place in range(width)], axis=1)
