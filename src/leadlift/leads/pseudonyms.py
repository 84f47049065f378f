"""Customer ids replaced by keyed hashes: a list that says nothing of who they are to those without the key."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

import pyarrow as pa

from leadlift.names import CODE_LETTERS

LENGTH = 20
LEAST_KEY = 16
"""Letters that a key must have at least: a shorter one can be guessed."""


def pseudonyms(customers: Sequence[str], key: str) -> pa.Array:
    """A pseudonym for each customer, (n,): the same id and key give the same one, for ever (HMAC-SHA-256, RFC 2104).

    100 bits in 20 letters of Crockford's base 32; two of a billion customers share one with a chance below 1e-12.
    """
    secret = key.encode()
    return pa.array([_one(str(one).encode(), secret) for one in customers], pa.string())


def _one(customer: bytes, secret: bytes) -> str:
    number = int.from_bytes(hmac.new(secret, customer, hashlib.sha256).digest()[:13], "big")
    return "".join(CODE_LETTERS[(number >> (5 * place)) & 31] for place in range(LENGTH))
