"""Who computes a model's raw output: LightGBM itself, or compiled code that was seen to give the same bits, faster."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Protocol

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from leadlift.machine import processors
from leadlift.models.coded import write_codes
from leadlift.models.coding import Coding, coding_of
from leadlift.models.encoding import Encoding
from leadlift.models.probe import probe_of
from leadlift.models.program import Program, program_of
from leadlift.models.trees import Trees, trees_of

Floats = npt.NDArray[np.float64]

# Compiling and checking take two to six seconds, on the first run of a machine; kept machine code takes one.
REPAYS = 3.0
# Customers in a block. Fewer leave the wide registers idle, more push the answers out of the nearest cache.
BLOCK = 512
LINKS = ("identity", "sigmoid", "exp")


class Predictor(Protocol):
    """Gives the raw output of a model, to the last bit what `Booster.predict` gives of the encoded rows."""

    name: str
    workers: int

    def raw(self, batch: pa.RecordBatch) -> Floats:
        """Return the raw output of the batch's rows, (n_rows,), in their order. Raises as the encoding does.

        As many threads as `workers` may call at the same time.
        """
        ...


class ByLightGbm:
    """LightGBM itself: rows encoded into one buffer, all processors on one batch."""

    name = "lightgbm"
    workers = 1

    def __init__(self, booster: lgb.Booster, encoding: Encoding) -> None:
        self._booster, self._encoding = booster, encoding
        self._buffer = np.empty((0, len(encoding.features)), dtype=np.float32)

    def raw(self, batch: pa.RecordBatch) -> Floats:
        """See Predictor."""
        if batch.num_rows > len(self._buffer):
            self._buffer = np.empty((batch.num_rows, len(self._encoding.features)), dtype=np.float32)
        matrix = self._encoding.encode(batch, self._buffer)
        return np.asarray(self._booster.predict(matrix), dtype=np.float64) if len(matrix) else np.empty(0)


class Compiled:
    """Columns coded straight from Arrow's buffers, trees as programs over blocks of customers.

    Each thread has buffers of its own and uses them again for every batch.
    """

    name = "compiled"

    def __init__(self, encoding: Encoding, trees: Trees, coding: Coding, program: Program) -> None:
        from leadlift.models import _kernels

        self.workers = processors()
        self._encoding, self._trees, self._coding, self._program = encoding, trees, coding, program
        self._kernels, self._own = _kernels, threading.local()

    def raw(self, batch: pa.RecordBatch) -> Floats:
        """See Predictor."""
        n = batch.num_rows
        codes, slots, total = self._room(-(-n // BLOCK))
        write_codes(batch, self._encoding, self._coding, codes)
        trees, program = self._trees, self._program
        self._kernels.sum_leaves(
            codes, program.starts, program.column, program.low, program.high, program.inside, program.outside,
            program.into, slots, trees.leaf_start, trees.leaf_value, total,
        )  # fmt: skip
        sums = total.reshape(-1)[:n]
        if trees.averaged:
            sums /= trees.n_trees
        answer = np.empty(n)
        self._kernels.linked(sums, LINKS.index(trees.link), trees.sigmoid, answer)
        return answer

    def _room(
        self, blocks: int
    ) -> tuple[npt.NDArray[np.unsignedinteger], npt.NDArray[np.unsignedinteger], Floats]:
        own = self._own
        if not hasattr(own, "codes") or len(own.codes) < blocks:
            own.codes = np.zeros((blocks, self._coding.n_columns, BLOCK), dtype=self._program.kind)
            own.slots, own.total = self._program.slots(BLOCK), np.empty((blocks, BLOCK))
        return own.codes[:blocks], own.slots, own.total[:blocks]


def compiled_of(trees: Trees, encoding: Encoding) -> Compiled | None:
    """Return the compiled predictor; None for trees it cannot express (see `trees.parse_trees`)."""
    if not trees.supported or trees.n_features != len(encoding.features):
        return None
    coding = coding_of(trees)
    program = program_of(trees, coding)
    return None if program is None else Compiled(encoding, trees, coding, program)


def fastest(booster: lgb.Booster, encoding: Encoding, rows: int, sample: pa.RecordBatch) -> Predictor:
    """Return what scores `rows` customers soonest, by a short measurement.

    The compiled predictor is taken only when it repays compiling and gives the bits of `Booster.predict`, on rows made
    of the model's own thresholds and on `sample`, the first rows of the data; else LightGBM. So the choice changes the
    time and nothing else.
    """
    plain = ByLightGbm(booster, encoding)
    trees = trees_of(booster)
    probe = probe_of(trees, encoding)
    slow = _seconds_a_row(plain, probe)
    if rows * slow < REPAYS:
        return plain
    compiled = compiled_of(trees, encoding)
    if compiled is None or not agree(compiled, plain, [probe, sample]):
        return plain
    return compiled if _seconds_a_row(compiled, probe) / compiled.workers < slow else plain


def agree(one: Predictor, other: Predictor, batches: Sequence[pa.RecordBatch]) -> bool:
    """Whether both give the same output for every row of the batches, to the last bit."""
    return all(one.raw(batch).tobytes() == other.raw(batch).tobytes() for batch in batches)


def _seconds_a_row(predictor: Predictor, batch: pa.RecordBatch) -> float:
    predictor.raw(batch)  # the first time buffers are made
    start = time.perf_counter()
    predictor.raw(batch)
    return (time.perf_counter() - start) / max(1, int(batch.num_rows))
