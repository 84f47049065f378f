"""What an experiment of this size can find, and what its control costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadlift.evaluation.experiment import detectable
from leadlift.leads.words import Sentences


@dataclass(frozen=True)
class Power:
    """The power of a list's control.

    rate: responding among the control: as an uplift model expects without a contact, or as a response model expects
    of those contacted, since it knows no effect. added: whether `responders` are those that a contact would add.
    detectable: the smallest rise found at 80 % power and 5 % on two sides, a share of 1. cost: expected value forgone
    by not contacting the control, or None without values; responders: expected responders among them.
    """

    contacted: int
    control: int
    rate: float
    detectable: float
    responders: float
    cost: float | None
    added: bool = False

    def sentence(self, currency: str, words: Sentences) -> str:
        """As the list says it. words: the language's sentences."""
        told = words["power"].format(
            control=self.control,
            contacted=self.contacted,
            rise=100 * self.detectable,
            rate=100 * self.rate,
        )
        if self.cost is None:
            forgone = words["added forgone" if self.added else "responders forgone"]
            return told + forgone.format(responders=self.responders)
        return told + words["value forgone"].format(
            cost=self.cost, currency=f" {currency}" if currency else ""
        )


def power_of(
    chance: npt.NDArray[np.floating],
    value: npt.NDArray[np.floating] | None,
    contacted: npt.NDArray[np.bool_],
    without: npt.NDArray[np.floating] | None = None,
) -> Power | None:
    """The power of a list; None without a control or without contacts.

    chance: (k,), of everyone chosen, or what the contact adds to it. value: (k,), expected value of contacting, None
    without. contacted: (k,). without: (k,), the chance without a contact, where `chance` is an effect.
    """
    out = ~contacted
    asked = chance if without is None else without
    rate = float(asked.mean()) if len(asked) else 0.0
    if not out.any() or not contacted.any() or not 0 < rate < 1:
        return None
    return Power(
        int(contacted.sum()),
        int(out.sum()),
        rate,
        detectable(rate, int(contacted.sum()), int(out.sum())),
        float(chance[out].sum(dtype=np.float64)),
        None if value is None else float(value[out].sum(dtype=np.float64)),
        without is not None,
    )


def by_band(
    band: Sequence[str], rate: npt.NDArray[np.floating], contacted: npt.NDArray[np.bool_]
) -> list[Mapping[str, object]]:
    """For each band: how many, the response rate expected of its control, and the rise that this would find."""
    told: list[Mapping[str, object]] = []
    names = np.asarray(band)
    for name in sorted(set(band)):
        here = names == name
        found = power_of(rate[here], None, contacted[here])
        told.append(
            {
                "band": name,
                "customers": int(here.sum()),
                "control": int((here & ~contacted).sum()),
                "expected_rate": round(float(rate[here].mean()), 6),
                "detectable": None if found is None else round(found.detectable, 6),
            }
        )
    return told
