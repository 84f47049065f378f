"""In what state a model is, by stated rules on numbers that its runs recorded."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from leadlift.evaluation.limits import limits

DECAYING, NO_BETTER, IMMATURE, HEALTHY = "decaying", "no better", "immature", "healthy"

ENOUGH_POSITIVES = int(limits()["positives"].minimum)
SHIFTED = 1.5

RULES = (
    "Immature: nothing is trained, nothing is promoted, the champion's training run is gone, or fewer than "
    f"{ENOUGH_POSITIVES} cases of the test are positive.",
    "Otherwise decaying: a later training's test gives an AUC whose 95 % interval lies below the champion's, or "
    "the mean chance of its latest scoring is 1.5 times the first one's or more, or so much less.",
    "Otherwise no better: the 95 % interval of its AUC minus the baseline's, on the same test cases, reaches 0 or "
    "below.",
    "Otherwise healthy.",
    "Of an uplift model Qini stands for AUC, the response model's ranking for the baseline, and its scorings for "
    "nothing.",
    "Of a value model Gini stands for AUC, and its scorings for nothing.",
)


def state_of(
    champion: Mapping[str, float] | None,
    later: Sequence[Mapping[str, float]],
    mean_chances: Sequence[float],
    why_none: str = "",
) -> tuple[str, list[str]]:
    """Return the state and the reasons, by RULES in their order.

    champion: metrics of the training run behind the champion; None where there are none, and why_none says why. later:
    of training runs after it, newest first. mean_chances: of its scorings, oldest first.
    """
    if champion is None:
        return IMMATURE, [why_none]
    positives = champion.get("oot.positives", 0.0)
    if positives < ENOUGH_POSITIVES:
        return IMMATURE, [f"only {positives:,.0f} positive cases in its test"]
    if "oot.qini" in champion:
        return _uplift(champion, later)
    measure, called = ("gini", "Gini") if "oot.gini" in champion else ("auc", "AUC")
    if reasons := [*_outdone(champion, later, measure, called), *_shifted(mean_chances)]:
        return DECAYING, reasons
    gain, low = (champion.get(f"oot.{measure}_gain_over_baseline{end}", math.nan) for end in ("", ".low"))
    told = f"{called} {gain:+.3f} over the baseline, interval from {low:+.3f}"
    return (HEALTHY if low > 0 else NO_BETTER), [told]


def _uplift(champion: Mapping[str, float], later: Sequence[Mapping[str, float]]) -> tuple[str, list[str]]:
    lowest = champion.get("oot.qini.low", math.nan)
    for run in later[:1]:
        if run.get("oot.qini.high", math.nan) < lowest:
            now, then = run["oot.qini"], champion["oot.qini"]
            return DECAYING, [f"the latest training reaches Qini {now:.4f}, this one had {then:.4f}"]
    gain, low = (champion.get(f"oot.qini_gain_over_response{end}", math.nan) for end in ("", ".low"))
    told = f"Qini {gain:+.4f} over the response model's ranking, interval from {low:+.4f}"
    return (HEALTHY if low > 0 else NO_BETTER), [told]


def _outdone(
    champion: Mapping[str, float], later: Sequence[Mapping[str, float]], measure: str, called: str
) -> list[str]:
    low = champion.get(f"oot.{measure}.low", math.nan)
    for run in later[:1]:
        if run.get(f"oot.{measure}.high", math.nan) < low:
            now, then = run[f"oot.{measure}"], champion[f"oot.{measure}"]
            return [f"the latest training reaches {called} {now:.3f}, this one had {then:.3f}"]
    return []


def _shifted(mean_chances: Sequence[float]) -> list[str]:
    if len(mean_chances) < 2 or mean_chances[0] <= 0:
        return []
    times = mean_chances[-1] / mean_chances[0]
    if 1 / SHIFTED < times < SHIFTED:
        return []
    return [
        f"the mean chance is {mean_chances[-1]:.2%} in the latest scoring, {mean_chances[0]:.2%} in the first"
    ]
