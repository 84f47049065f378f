"""Customers whom no campaign ever contacts, and other draws by a keyed hash of the customer's id."""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from leadlift.specs import Holdout


def held_out(customers: pa.ChunkedArray, holdout: Holdout) -> npt.NDArray[np.bool_]:
    """Which customers no campaign may ever contact.

    A keyed hash of the id: stable for ever, the same for every campaign, and new customers join by the same rule.
    """
    return np.asarray(shares(customers, holdout.salt) < holdout.share)


def shares(customers: pa.ChunkedArray, key: str) -> npt.NDArray[np.float64]:
    """A number in [0, 1) for each customer, (n,), fixed by the id and the key alone: as good as drawn at random."""
    secret = hashlib.sha256(key.encode()).digest()
    hashes = [
        hashlib.blake2b(str(one).encode(), digest_size=8, key=secret).digest()
        for one in customers.to_pylist()
    ]
    return np.frombuffer(b"".join(hashes), dtype="<u8").astype(np.float64) / 2.0**64
