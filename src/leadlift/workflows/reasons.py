"""Reason codes for chosen customers: their features, the model's exact contributions, and sentences."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from leadlift.explain import ReasonCodes
from leadlift.names import CUSTOMER
from leadlift.progress import Progress
from leadlift.workflows.champion import Loaded
from leadlift.workflows.spoken import phrases
from leadlift.workflows.telling import Told, told_of


def explained(loaded: Loaded, rows: pa.Table, progress: Progress, top: int = 3, language: str = "en") -> Told:
    """The strongest reasons for each row of features, in the order of the rows, as sentences of the language."""
    names = loaded.model.encoding.features
    codes = ReasonCodes(names, phrases(loaded.features), loaded.typical, top, language)
    return told_of(loaded.model, codes, rows.select(names), progress)


def in_order(rows: pa.Table, customers: pa.ChunkedArray) -> pa.Table:
    """The rows of these customers, in their order. Every customer must have exactly one."""
    place = {customer: index for index, customer in enumerate(rows[CUSTOMER].to_pylist())}
    return rows.take(np.array([place[customer] for customer in customers.to_pylist()], dtype=np.int64))
