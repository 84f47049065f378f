"""Small banks with a known answer."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from leadlift.models import Encoding


@pytest.fixture(scope="session")
def bank():
    """A table of 3,000 customers who respond by balance, region and digital use, and who did: (table, y)."""
    rng = np.random.default_rng(7)
    n = 3_000
    balance = rng.lognormal(8, 1, n)
    region = rng.choice(["east", "north", "west"], n, p=[0.5, 0.3, 0.2])
    uses_app = rng.random(n) < 0.4
    noise = rng.normal(size=n)
    odds = 0.9 * (np.log(balance) - 8) + 1.2 * (region == "west") + 0.8 * uses_app - 2.8
    y = (rng.random(n) < 1 / (1 + np.exp(-odds))).astype(float)
    table = pa.table(
        {
            "balance": pa.array(balance, mask=rng.random(n) < 0.1),
            "region": region,
            "uses_app": uses_app,
            "noise": noise,
        }
    )
    return table, y


@pytest.fixture(scope="session")
def encoding(bank):
    """How the bank's table is read."""
    table, _ = bank
    return Encoding.fit(table, table.column_names)


@pytest.fixture(scope="session")
def matrix(bank, encoding):
    """The bank's table, encoded."""
    return encoding.encode(bank[0])
