"""Random holding histories, and a slow plain reading of them."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from leadlift.affinity import Histories

PRODUCTS = ("card", "deposit", "fund", "loan", "savings")
START = date(2024, 1, 1)


def rows(customers: int = 300, seed: int = 1) -> list[tuple[str, str, date, date | None]]:
    """customer, product, opened, closed: everyone has savings, a fund follows a deposit more often than not."""
    rng, found = np.random.default_rng(seed), []
    for number in range(customers):
        name = f"{number:04d}"
        found.append((name, "savings", START - timedelta(days=400), None))
        for product, chance in (("card", 0.5), ("deposit", 0.4), ("loan", 0.2)):
            if rng.random() < chance:
                opened = START + timedelta(days=int(rng.integers(0, 700)))
                closed = opened + timedelta(days=int(rng.integers(1, 400))) if rng.random() < 0.3 else None
                found.append((name, product, opened, closed))
                if product == "deposit" and rng.random() < 0.7:
                    found.append((name, "fund", opened + timedelta(days=int(rng.integers(1, 200))), None))
    return found


def histories(told: list[tuple[str, str, date, date | None]]) -> Histories:
    names = ("customer_id", "product", "opened", "closed")
    return Histories.of(pa.table(dict(zip(names, map(pa.array, zip(*told, strict=True)), strict=True))))


def held(told: list[tuple[str, str, date, date | None]], day: date) -> dict[str, set[str]]:
    """Who holds what at the beginning of a day."""
    found: dict[str, set[str]] = {}
    for customer, product, opened, closed in told:
        if opened < day and (closed is None or closed >= day):
            found.setdefault(customer, set()).add(product)
    return found
