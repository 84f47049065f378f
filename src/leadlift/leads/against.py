"""A board from which nothing is taken: every rule says what it would close, not only the first."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from leadlift.leads.board import Board, Bools


class Against(Board):
    """The board of one customer. found: each rule, in the order of the policy, with the pairs that it closes, (p,).

    Every pair stays allowed, whether its offer was scored or not, so that later rules are asked about it as well.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Take what Board takes, for one customer."""
        self.found: list[tuple[str, Bools]] = []
        super().__init__(*args, **kwargs)
        self.scored: Bools = self.allowed[0].copy()
        self.allowed[:] = True
        self.best[:] = 0

    def _take(self, rule: str, rows: npt.NDArray[np.intp], left: Bools, before: Bools) -> Bools:
        if len(rows):
            self.found.append((rule, self.allowed[rows[0]] & ~left[0]))
        return np.zeros(len(self.best), dtype=np.bool_)
