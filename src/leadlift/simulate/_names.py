"""Names of customers: about two thirds Chinese."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from leadlift.simulate import _words as w
from leadlift.simulate._arrays import Column

_CHINESE = [family + given for family in w.FAMILY_NAMES for given in w.GIVEN_NAMES]
_LATIN = [f"{given} {family}" for family in w.LATIN_FAMILY for given in w.LATIN_GIVEN]


def full_names(draws: Column) -> pa.Array:
    """A name for each random number."""
    numbers = draws.astype(np.int64)
    chinese = numbers % 3 < 2
    which = np.where(chinese, (numbers // 3) % len(_CHINESE), len(_CHINESE) + (numbers // 3) % len(_LATIN))
    return pa.DictionaryArray.from_arrays(pa.array(which.astype(np.int32)), pa.array(_CHINESE + _LATIN))
