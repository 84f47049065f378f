"""The level of today: where response drifts, the mean of all that is past tells coming months too low or too high."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadlift.models.calibrators import Floats

BLOCKS = 20
# Half-lives in blocks; the last is the mean of all that is past.
HALF_LIVES = (1.0, 2.0, 4.0, 8.0, np.inf)
# From the fifth block on the four to come are foretold: a model is used for a while, not for a day.
FIRST, AHEAD, FEWEST, LEAST_RESPONDERS = 4, 4, 6, 30
SURE = 1.96


@dataclass(frozen=True)
class Recent:
    """ratio: what recent cases brought over what the chances said; 1 where nothing drifts."""

    ratio: float
    because: str


def recent_level(probability: Floats, y: Floats, place: npt.NDArray[np.floating]) -> Recent:
    """Find how far the level of the latest cases is from that of all, if the past shows that it is worth knowing.

    probability, y: (n,), chances of cases not learned from and what came. place: (n,), when, any number that rises with
    time; cases of one time stay together. In up to twenty blocks of time, what four blocks bring over what was said is
    foretold from the blocks before, newer ones counting more, by half-lives from one block to all alike
    (exponential smoothing). The half-life of the best Poisson likelihood is taken where it beats all alike by more than
    1.96 standard errors, of four spans that overlap one counting.
    """
    came, said = _blocks(probability, y, place)
    if len(came) < FIRST + AHEAD + FEWEST or y.sum() < LEAST_RESPONDERS:
        return Recent(1.0, "too few times, or responders, to see a drift")
    told = {half: _foretold(came, said, half) for half in HALF_LIVES}
    best = max(told, key=lambda half: float(told[half].sum()))
    gain = told[best] - told[np.inf]
    if not gain.mean() > SURE * gain.std(ddof=1) / np.sqrt(len(gain) / AHEAD):
        return Recent(1.0, "the level of all cases: newer ones told the next no better")
    ratio = float(_ratios(came, said, best)[-1])
    latest = f"as the latest (half-life {best:g} of {len(came)} blocks)"
    return Recent(ratio, f"{ratio:.3f} times the level of all cases, {latest}")


def _blocks(probability: Floats, y: Floats, place: npt.NDArray[np.floating]) -> tuple[Floats, Floats]:
    """Responders that came and that were said, by block of time."""
    _, when, counts = np.unique(place, return_inverse=True, return_counts=True)
    middle = (np.cumsum(counts) - 0.5 * counts) / len(y)
    block = np.unique((middle * BLOCKS).astype(int), return_inverse=True)[1][when]
    came, said = (np.bincount(block, part).astype(np.float64) for part in (y, probability))
    return came, said


def _ratios(came: Floats, said: Floats, half_life: float) -> Floats:
    """What came over what was said, until after each block."""
    keeps = 0.5 ** (1.0 / half_life)
    ratios, top, bottom = np.empty(len(came)), 0.0, 0.0
    for block, (one, other) in enumerate(zip(came, said, strict=True)):
        top, bottom = keeps * top + one, keeps * bottom + other
        ratios[block] = (top + 0.5) / (bottom + 0.5)
    return ratios


def _foretold(came: Floats, said: Floats, half_life: float) -> Floats:
    """Log-likelihood of every four blocks from the fifth on, by the ratio until before them."""
    span = np.ones(AHEAD)
    to_come, expected = (np.convolve(part[FIRST:], span, "valid") for part in (came, said))
    mean = _ratios(came, said, half_life)[FIRST - 1 : -AHEAD] * expected
    return np.asarray(to_come * np.log(mean) - mean, dtype=np.float64)
