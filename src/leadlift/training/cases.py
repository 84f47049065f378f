"""The training table as the estimators read it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from leadlift.models import Encoding, Matrix
from leadlift.names import AS_OF, CALIBRATION, CUSTOMER, TARGET, TRAIN, VALID
from leadlift.specs import FeatureDef
from leadlift.training.split import Parts


@dataclass(frozen=True, eq=False)
class Cases:
    """The training table as the estimators read it.

    matrix: (n, n_features). y: (n,), 0 or 1. customer: (n,), a code for each customer. as_of: (n,), days; NaT without.
    """

    encoding: Encoding
    matrix: Matrix
    y: npt.NDArray[np.float64]
    customer: npt.NDArray[np.intp]
    as_of: npt.NDArray[np.datetime64]
    parts: Parts

    def rows(self, part: str) -> npt.NDArray[np.intp]:
        """The cases of a part, in the order of time."""
        return self.parts.rows[part]

    def learned(self, ensemble: int) -> npt.NDArray[np.intp]:
        """The cases a model learns from: all before the test where members of an ensemble each leave a fold out."""
        parts = (TRAIN,) if ensemble == 1 else (TRAIN, VALID, CALIBRATION)
        return np.sort(np.concatenate([self.rows(part) for part in parts]))


def prepare(table: pa.Table, features: tuple[FeatureDef, ...], parts: Parts) -> Cases:
    """Encode the cases. What a category's code is, is learned from the training cases alone."""
    names = [feature.name for feature in features]
    encoding = Encoding.fit(table.select(names).take(parts.rows[TRAIN]), names)
    codes = np.unique(table[CUSTOMER].to_numpy(zero_copy_only=False), return_inverse=True)[1]
    return Cases(
        encoding=encoding,
        matrix=encoding.encode(table),
        y=table[TARGET].to_numpy().astype(np.float64),
        customer=codes,
        as_of=table[AS_OF].to_numpy().astype("datetime64[D]"),
        parts=parts,
    )
