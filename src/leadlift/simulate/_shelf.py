"""The products that each customer holds now: a few places per product, each empty or taken."""

from __future__ import annotations

import numpy as np

from leadlift.simulate import _words as w
from leadlift.simulate._arrays import Bools, Floats, Ints
from leadlift.simulate._ledger import Ledger

PLACES = dict(zip(w.PRODUCTS, (1, 4, 4, 1, 1, 1, 2), strict=True))
"""How many of each product a customer can hold at once."""

_STARTS = dict(zip(PLACES, np.cumsum([0, *PLACES.values()]), strict=False))
_WIDTH = sum(PLACES.values())
_PRODUCT_OF_PLACE = np.repeat(np.arange(len(PLACES)), list(PLACES.values()))


class Shelf:
    """Places by slot. opened: 0 where empty. value: today's worth or debt. amount: the first one."""

    def __init__(self, slots: int) -> None:
        shape = (slots, _WIDTH)
        self.opened: Ints = np.zeros(shape, dtype=np.int64, order="F")
        self.matures: Ints = np.zeros(shape, dtype=np.int64, order="F")
        self.amount: Floats = np.zeros(shape, order="F")
        self.value: Floats = np.zeros(shape, order="F")
        self.rate: Floats = np.zeros(shape, order="F")

    @staticmethod
    def places(product: str) -> slice:
        """The columns of a product."""
        return slice(_STARTS[product], _STARTS[product] + PLACES[product])

    def held(self, product: str) -> Ints:
        """How many of a product each slot holds."""
        return np.asarray((self.opened[:, self.places(product)] > 0).sum(axis=1), dtype=np.int64)

    def worth(self, product: str) -> Floats:
        """Today's worth, or debt, of a product by slot."""
        return np.asarray(self.value[:, self.places(product)].sum(axis=1), dtype=np.float64)

    def has_room(self, product: str) -> Bools:
        """Whether one more of a product fits."""
        return np.asarray(self.held(product) < PLACES[product], dtype=np.bool_)

    def place(
        self, product: str, slots: Ints, day: Ints, amount: Floats, rate: Floats, matures: Ints
    ) -> None:
        """Open one each for slots that have room; day and matures are days since 1970, matures 0 for none."""
        places = self.places(product)
        column = places.start + np.argmin(self.opened[slots, places] > 0, axis=1)
        self.opened[slots, column], self.matures[slots, column] = day, matures
        self.amount[slots, column], self.value[slots, column], self.rate[slots, column] = amount, amount, rate

    def close(self, slots: Ints, columns: Ints, day: Ints, number: Ints, ledger: Ledger) -> Floats:
        """Empty places, write their holdings with the closing day, and tell what they were worth."""
        worth = self.value[slots, columns].copy()
        self._write(slots, columns, np.maximum(day, self.opened[slots, columns]), number, ledger)
        self.opened[slots, columns] = 0
        self.value[slots, columns] = 0.0
        return worth

    def write_open(self, number: Ints, alive: Bools, ledger: Ledger) -> None:
        """Write every holding that is still open."""
        slots, columns = np.nonzero((self.opened > 0) & alive[:, None])
        self._write(slots, columns, np.zeros(len(slots), dtype=np.int64), number, ledger)

    def _write(self, slots: Ints, columns: Ints, closed: Ints, number: Ints, ledger: Ledger) -> None:
        ledger.add(
            "holdings",
            customer=number[slots],
            product=_PRODUCT_OF_PLACE[columns],
            opened_on=self.opened[slots, columns],
            closed_on=closed,
            matures_on=self.matures[slots, columns],
            amount=self.amount[slots, columns],
            rate=self.rate[slots, columns],
        )


def product_code(product: str) -> int:
    """Position of a product in the words."""
    return w.PRODUCTS.index(product)
