"""Who computes what features did to a score: LightGBM itself, or compiled code seen to say the same, much faster."""

from __future__ import annotations

import threading
import time
from typing import Any, Protocol

import lightgbm as lgb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from leadlift.machine import processors
from leadlift.models.coded import write_codes
from leadlift.models.coding import Coding, coding_of
from leadlift.models.encoding import Encoding
from leadlift.models.probe import probe_of
from leadlift.models.shares import Shares, shares_of
from leadlift.models.trees import Trees, trees_of

Floats = npt.NDArray[np.float64]

# Seconds of LightGBM's that repay compiling and checking: up to five on the first run of a machine, one on later ones.
REPAYS = 3.0
# How far from LightGBM's a contribution may be, beside 1 or the largest of them. Rounding makes some 1e-13.
TOLERANCE = 1e-6
# Rows to time LightGBM on, and to compare with it.
TIMED, CHECKED = 8, 128
# Bytes that a thread may work in: trees of many thousand leaves and dozens of features a path need more.
MOST_ROOM = 2**28


class Explainer(Protocol):
    """Gives exact TreeSHAP values (Lundberg et al., 2020) of the raw score.

    name: lightgbm or compiled. why: why it was taken. Sums of a row are the raw score before link and averaging.
    """

    name: str
    why: str
    workers: int

    def contributions(self, batch: pa.RecordBatch) -> Floats:
        """Return (n_rows, n_features + 1), in the rows' order, the last column what is said of nobody in particular.

        Raises as the encoding does. As many threads as `workers` may call at the same time.
        """
        ...


class ByLightGbm:
    """`Booster.predict(pred_contrib=True)`, all processors on one batch."""

    name = "lightgbm"
    workers = 1

    def __init__(self, booster: lgb.Booster, encoding: Encoding, why: str = "asked for") -> None:
        self._booster, self._encoding, self.why = booster, encoding, why

    def contributions(self, batch: pa.RecordBatch) -> Floats:
        """See Explainer."""
        matrix = self._encoding.encode(batch)
        if not len(matrix):
            return np.empty((0, len(self._encoding.features) + 1))
        return np.asarray(self._booster.predict(matrix, pred_contrib=True), dtype=np.float64)

    def sums(self, batch: pa.RecordBatch) -> Floats:
        """Return what the contributions of each row add up to, (n_rows,), without computing them."""
        return np.asarray(
            self._booster.predict(self._encoding.encode(batch), raw_score=True), dtype=np.float64
        )


class Compiled:
    """The integral of `shares`, for blocks of customers at once. Each thread has buffers of its own."""

    name = "compiled"

    def __init__(self, encoding: Encoding, trees: Trees, coding: Coding, shares: Shares) -> None:
        from leadlift.models import _shapley

        self.why = "agrees with LightGBM"
        self.workers = processors()
        self._encoding, self._trees, self._coding, self._shares = encoding, trees, coding, shares
        self._shapley, self._own = _shapley, threading.local()
        self._kind = np.uint8 if coding.n_codes <= 2**8 else np.uint16
        spans = [span for chosen in coding.spans for span in chosen]
        ends = np.cumsum([0, *(len(chosen) for chosen in coding.spans)])
        self._span_start = ends.astype(np.int64)
        self._low, self._high = np.array(spans, dtype=self._kind).reshape(-1, 2).T.copy()
        self._used, place = np.unique(trees.feature, return_inverse=True)
        self._place = place.astype(np.int32)

    def contributions(self, batch: pa.RecordBatch) -> Floats:
        """See Explainer."""
        codes, *room = self._room(-(-batch.num_rows // self._shapley.BLOCK))
        write_codes(batch, self._encoding, self._coding, codes)
        out = np.zeros((batch.num_rows, self._trees.n_features + 1))
        out[:, -1] = self._shares.base
        trees, shares = self._trees, self._shares
        self._shapley.explain(
            codes, trees.node_start, trees.leaf_start, trees.left, trees.right, trees.leaf_value,
            self._coding.column, self._span_start, self._low, self._high, self._place, shares.share, shares.before,
            shares.before_left, shares.points, shares.slope_start, shares.slope, shares.weight, *room, self._used, out,
        )  # fmt: skip
        return out

    def _room(self, blocks: int) -> tuple[npt.NDArray[Any], ...]:
        own, size = self._own, self._shapley.BLOCK
        if not hasattr(own, "room") or len(own.codes) < blocks:
            nodes, points = int(np.diff(self._trees.node_start).max()), int(self._shares.points.max())
            own.codes = np.zeros((blocks, self._coding.n_columns, size), dtype=self._kind)
            own.room = (
                np.empty((2, nodes, size), dtype=np.uint8),
                np.empty((nodes, size)),
                np.empty((2, nodes, points, size)),
                np.empty((len(self._used) + 1, size)),
            )
        return own.codes[:blocks], *own.room


def compiled_of(trees: Trees, encoding: Encoding) -> tuple[Compiled | None, str]:
    """Return the compiled explainer, or None and why there is none."""
    if not trees.supported:
        return None, trees.unsupported
    if trees.n_features != len(encoding.features):
        return None, f"{trees.n_features} columns for {len(encoding.features)} features"
    shares, coding = shares_of(trees), coding_of(trees)
    if shares.unsupported:
        return None, shares.unsupported
    if coding.n_codes > 2**16:
        return None, f"{coding.n_codes:,} thresholds of one feature"
    if _bytes(trees, shares) > MOST_ROOM:
        return None, "trees too large"
    return Compiled(encoding, trees, coding, shares), ""


def _bytes(trees: Trees, shares: Shares) -> int:
    """What the rows of the largest tree take, one number for each node, point and customer of a block, twice."""
    from leadlift.models._shapley import BLOCK

    return int(np.diff(trees.node_start).max() * shares.points.max() * BLOCK * 16)


def fastest_explainer(
    booster: lgb.Booster, encoding: Encoding, rows: int, sample: pa.RecordBatch
) -> Explainer:
    """Return what explains `rows` customers soonest, and says what LightGBM says.

    The compiled explainer is taken only when it repays compiling and checking, and its values are LightGBM's to 1e-6:
    on rows made of the model's own thresholds and on the first of `sample`; and when, on all rows of the former, the
    sums are the raw scores. Else LightGBM.
    """
    plain = ByLightGbm(booster, encoding, "few customers or a small model")
    few = sample.slice(0, TIMED)
    plain.contributions(few.slice(0, 1))  # the first call makes ready
    start = time.perf_counter()
    plain.contributions(few)
    if rows * (time.perf_counter() - start) < REPAYS * max(1, few.num_rows):
        return plain
    trees = trees_of(booster)
    compiled, why = compiled_of(trees, encoding)
    why = why if compiled is None else difference(compiled, plain, probe_of(trees, encoding), sample)
    return ByLightGbm(booster, encoding, why) if compiled is None or why else compiled


def difference(compiled: Explainer, plain: ByLightGbm, probe: pa.RecordBatch, sample: pa.RecordBatch) -> str:
    """Where an explainer says other than LightGBM, by more than 1e-6; empty when nowhere.

    LightGBM takes so long that it is asked for the contributions of the first rows alone. That the splits are read
    rightly, at each of the model's thresholds, is seen on the sums: they are the raw scores.
    """
    for name, batch in (("rows of the model's thresholds", probe), ("the first customers", sample)):
        part = batch.slice(0, CHECKED)
        found, wanted = compiled.contributions(part), plain.contributions(part)
        if not near(found, wanted):
            return f"on {name} the compiled contributions are off by {np.abs(found - wanted).max():.2g}"
    if not near(compiled.contributions(probe).sum(axis=1), plain.sums(probe)):
        return "the compiled contributions do not add up to the raw scores"
    return ""


def near(found: Floats, wanted: Floats) -> bool:
    """Whether all values are alike to 1e-6 of the largest, or of 1 when that is smaller. NaN is like nothing."""
    scale = max(1.0, float(np.abs(wanted).max(initial=0.0)))
    return bool((np.abs(found - wanted) <= TOLERANCE * scale).all())
