"""Which cases of another pipeline an uplift model may learn from: none that its judgement or its scale would know."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from leadlift.errors import UserError
from leadlift.models.trial import Proxy
from leadlift.names import AS_OF, CALIBRATION, CUSTOMER, TARGET, TEST
from leadlift.training.cases import Cases
from leadlift.training.table import TrainingTable

FEWEST = 50


def proxy_cases(found: TrainingTable, experiment: pa.Table, cases: Cases) -> Proxy:
    """The proxy's cases whose outcome was known on the first day of the test, encoded as the experiment's are.

    found: the proxy's training table, with the experiment's features. Customers of calibration cases are left out, and
    where the test is drawn at random, those of the test. Raises UserError when fewer than 50 yes or no are left.
    """
    names = np.unique(experiment[CUSTOMER].to_numpy(zero_copy_only=False))
    own = found.table[CUSTOMER].to_numpy(zero_copy_only=False)
    place = np.minimum(np.searchsorted(names, own), len(names) - 1)
    customer = np.where(names[place] == own, place, -1)
    rows = np.flatnonzero(_in_time(found, cases) & ~np.isin(customer, _unseen(cases)))
    y = found.table[TARGET].to_numpy().astype(np.float64)[rows]
    fewest = min(int((y > 0).sum()), int((y <= 0).sum()))
    if fewest < FEWEST:
        raise UserError(
            f"treatment.proxy: of its cases {len(rows):,} may be learned from, known before the test and of other "
            f"customers than it is judged by; {fewest:,} of the rarer outcome are too few, at least {FEWEST} are needed"
        )
    return Proxy(cases.encoding.encode(found.table.take(pa.array(rows))), y, customer[rows].astype(np.intp))


def _in_time(found: TrainingTable, cases: Cases) -> npt.NDArray[np.bool_]:
    test_from = cases.parts.test_from
    if test_from is None:
        return np.ones(found.table.num_rows, dtype=np.bool_)
    wait = found.maturity.wait if found.maturity else 0
    days = found.table[AS_OF].to_numpy().astype("datetime64[D]")
    return np.asarray(days <= np.datetime64(test_from - timedelta(days=wait)), dtype=np.bool_)


def _unseen(cases: Cases) -> npt.NDArray[np.intp]:
    """Customers whom the proxy may not know. A test that is later in time is kept apart by time."""
    parts = (CALIBRATION,) if cases.parts.test_from is not None else (CALIBRATION, TEST)
    return np.unique(np.concatenate([cases.customer[cases.rows(part)] for part in parts]))
