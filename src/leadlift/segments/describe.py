"""What sets a group apart: the features in which its customers are unlike all customers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadlift.evaluation import mid_ranks

UNIFORM = 12**-0.5
"""The standard deviation of ranks spread evenly over 0 to 1."""
FEW = 30
"""Of fewer customers nothing is told: what sets them apart would be luck."""
LEAST_KNOWN = 0.1
"""A number known of fewer of the group than this says nothing of the group."""
Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Mark:
    """One feature, or one category of one, of one group against all.

    strength: of numbers the mean rank of the group, from 0 to 1, less a half, of categories the share in the group
    less that of all; in standard deviations of a customer, above 0 is over-represented. here, all: the medians, or
    the means where those are equal; of categories the shares. decides: the segmentation is made of this feature.
    """

    feature: str
    label: str
    category: str | None
    strength: float
    here: float
    all: float
    unit: str = ""
    decides: bool = False


class Sheet:
    """All customers' features, ranked once."""

    def __init__(
        self,
        numbers: Mapping[str, Floats],
        texts: Mapping[str, npt.NDArray[np.object_]],
        words: Mapping[str, tuple[str, str]],
        decides: Sequence[str] = (),
    ) -> None:
        """numbers, texts: feature -> (n,). words: feature -> (label, unit). decides: what the groups are made of."""
        self._numbers, self._words, self._decides = numbers, words, set(decides)
        self._ranks = {name: _ranks(values) for name, values in numbers.items()}
        self._has = {
            (name, str(category)): np.asarray(column == category, dtype=np.bool_)
            for name, column in texts.items()
            for category in sorted({one for one in column.tolist() if one is not None})
        }

    def marks(self, inside: Flags) -> list[Mark]:
        """The marks of a group, the strongest first. inside: (n,), who is in it."""
        if inside.sum() < FEW:
            return []
        found = [*self._of_numbers(inside), *self._of_categories(inside)]
        return sorted(found, key=lambda one: (-abs(one.strength), one.feature, one.category or ""))

    def _of_numbers(self, inside: Flags) -> list[Mark]:
        found = []
        for name, values in self._numbers.items():
            ranks = self._ranks[name]
            known = ~np.isnan(ranks)
            mine = known & inside
            if mine.sum() < LEAST_KNOWN * inside.sum():
                continue
            here, every = float(np.median(values[mine])), float(np.median(values[known]))
            if here == every:  # of what most have none of, the mean tells more
                here, every = float(values[mine].mean()), float(values[known].mean())
            strength = (float(ranks[mine].mean()) - 0.5) / UNIFORM
            label, unit = self._words[name]
            found.append(Mark(name, label, None, strength, here, every, unit, name in self._decides))
        return found

    def _of_categories(self, inside: Flags) -> list[Mark]:
        found = []
        for (name, category), has in self._has.items():
            share, here = float(has.mean()), float(has[inside].mean())
            if 0 < share < 1:
                strength = (here - share) / (share * (1 - share)) ** 0.5
                label = self._words[name][0]
                found.append(Mark(name, label, category, strength, here, share, "", name in self._decides))
        return found


def both_ends(
    marks: Sequence[Mark], most: int, least: float = 0.1
) -> tuple[tuple[Mark, ...], tuple[Mark, ...]]:
    """The strongest over- and under-represented, at most so many of each."""
    loud = [one for one in marks if abs(one.strength) >= least]
    over, under = [one for one in loud if one.strength > 0], [one for one in loud if one.strength < 0]
    return tuple(over[:most]), tuple(under[:most])


def _ranks(values: Floats) -> Floats:
    ranks = mid_ranks(values)
    return (ranks - 0.5) / max(1, int((~np.isnan(ranks)).sum()))
