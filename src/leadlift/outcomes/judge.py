"""Every row of an outcome file judged: good, known already, or put aside with its reason. None is lost."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from leadlift.names import CUSTOMER
from leadlift.outcomes import faults
from leadlift.outcomes.read import AMOUNT, AT, CODE, EVENT, LINE, Rows
from leadlift.outcomes.treatments import Treatment

REASON, KIND = "reason", "kind"
KEY = [CODE, CUSTOMER, EVENT, "day"]
TYPES: dict[Hashable, Any] = {CODE: str, CUSTOMER: str, EVENT: str, "day": "datetime64[s]", "money": float}


@dataclass(frozen=True, eq=False)
class Judged:
    """A file's rows, told apart: together they are all its rows.

    good: treatment_code, customer_id, event, day (datetime64), money (NaN without) and line, to be added. known: how
    many say what an earlier file said. bad: the fields as they came, line, raw, kind and reason.
    """

    good: pd.DataFrame
    known: int
    bad: pd.DataFrame

    @property
    def kinds(self) -> dict[str, int]:
        """How many rows were put aside for what, the commonest first."""
        return {str(kind): int(count) for kind, count in self.bad[KIND].value_counts().items()}


def judge_rows(
    rows: Rows,
    treatments: Mapping[str, Treatment],
    members: pd.MultiIndex,
    earlier: pd.DataFrame,
    today: date,
) -> Judged:
    """Judge each row by itself, then beside the rows before it in the file, then beside those of earlier files.

    treatments: by code. members: (code, customer_id) of everyone on a list, controls included. earlier: good rows of
    other files, as `good`. today: nothing can have happened after it.
    """
    table = faults.parsed(rows.table).astype(TYPES)
    kind, reason = faults.of_rows(table, treatments, members, today)
    table = table.assign(**{KIND: kind, REASON: reason})
    _beside_each_other(table)
    known = _beside_earlier(table, earlier)
    sound = table[KIND].eq("")
    good = table[sound & ~known]
    kept = good[[CODE, CUSTOMER, EVENT, "day", "money", LINE]].reset_index(drop=True)
    return Judged(kept, int(known.sum()), rows.table.assign(kind=table[KIND], reason=table[REASON])[~sound])


def _beside_each_other(table: pd.DataFrame) -> None:
    """Of rows about the same thing the first counts."""
    sound = table[table[KIND].eq("")]
    first = sound.groupby(KEY, sort=False)
    line, money = first[LINE].transform("first"), first["money"].transform("first")
    later = line.ne(sound[LINE])
    same = _same(sound["money"], money)
    _note(
        table,
        sound.index[later & same],
        "repeated",
        "says the same as line " + line[later & same].astype(str),
    )
    other = later & ~same
    _note(
        table, sound.index[other], "contradicts", "says another amount than line " + line[other].astype(str)
    )


def _beside_earlier(table: pd.DataFrame, earlier: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Which rows an earlier file said already; those that say otherwise are put aside."""
    told = earlier[[*KEY, "money"]].astype(TYPES).rename(columns={"money": "then"})
    beside = table[[*KEY, "money"]].merge(told, how="left", on=KEY, indicator="where")
    there = beside["where"].eq("both").to_numpy() & table[KIND].eq("").to_numpy()
    same = _same(beside["money"], beside["then"]).to_numpy()
    other = table.index[there & ~same]
    said = pd.Series("says another amount than was added before; a correction is no outcome", index=other)
    _note(table, other, "contradicts", said)
    return np.asarray(there & same, dtype=np.bool_)


def _same(one: pd.Series, other: pd.Series) -> pd.Series:
    return one.eq(other) | (one.isna() & other.isna())


def _note(table: pd.DataFrame, index: pd.Index, kind: str, reason: pd.Series) -> None:
    table.loc[index, KIND] = kind
    table.loc[index, REASON] = reason


__all__ = ["AMOUNT", "AT", "KIND", "REASON", "Judged", "judge_rows"]
