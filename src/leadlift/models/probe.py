"""Rows made of a model's own thresholds: where two ways of walking its trees would part, if they ever did."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from leadlift.models.encoding import Encoding
from leadlift.models.trees import CATEGORICAL, ZERO, Trees

MOST_ROWS = 4_096
SPECIAL = (0.0, -0.0, ZERO, -ZERO, 1e-38, 1.0, -1.0, 1e30, float("inf"), float("-inf"), float("nan"))


def probe_of(trees: Trees, encoding: Encoding) -> pa.RecordBatch:
    """Return rows of the encoding's features: values at, just below and just above every threshold, missing, zeros,
    infinities, every category and one that is not known.

    The values of a feature are shuffled, by a fixed seed, so that they meet in many combinations. As many rows as the
    feature with the most values needs, twice over, at most 4,096; features with fewer values repeat them.
    """
    rng = np.random.default_rng(0)
    pools = [_values(trees, encoding, place) for place in range(len(encoding.features))]
    rows = min(MOST_ROWS, 2 * max(len(pool) for pool in pools))
    columns = []
    for pool in pools:
        # whole permutations, one after another: no value is left out before another comes twice
        picks = np.concatenate([rng.permutation(len(pool)) for _ in range(-(-rows // len(pool)))])
        columns.append(pool.take(pa.array(picks[:rows])))
    return pa.record_batch(columns, names=list(encoding.features))


def _values(trees: Trees, encoding: Encoding, place: int) -> pa.Array:
    name = encoding.features[place]
    if name in encoding.categories:
        return pa.array([*encoding.categories[name], "\0 not a category", None], pa.string())
    mine = trees.feature == place
    at = np.unique(trees.threshold[mine & ((trees.decision & CATEGORICAL) == 0)])
    with np.errstate(over="ignore"):
        near = at.astype(np.float32)
    around = [np.nextafter(near, np.float32(-np.inf)), near, np.nextafter(near, np.float32(np.inf))]
    special = np.array(SPECIAL, dtype=np.float32)
    values = np.unique(np.concatenate([*around, special]).view(np.uint32)).view(np.float32)
    return pa.concat_arrays([pa.array(values), pa.array([None], pa.float32())])
