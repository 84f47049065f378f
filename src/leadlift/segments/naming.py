"""Names proposed for clusters, from what sets each apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

MARKED = 0.35
HIGHEST = {"en": ("high {}", "low {}", "usual"), "zh": ("{}高", "{}低", "一般客户")}
YES_NO = {"en": ("{}", "not {}"), "zh": ("{}", "非{}")}


def proposed(
    middles: npt.ArrayLike,
    shares: npt.ArrayLike,
    measures: Sequence[str],
    yes_no: Mapping[str, bool],
    language: str = "en",
) -> list[str]:
    """A name for each cluster: the two measures in which it lies farthest from the others, three where two are shared.

    middles: (n_clusters, n_measures) in spreads. measures: what people call them. yes_no: measure -> whether it is one.
    """
    centres, weight = np.asarray(middles, dtype=np.float64), np.asarray(shares, dtype=np.float64)
    overall = (weight[:, None] * centres).sum(axis=0) / weight.sum()
    apart = centres - overall
    for many in (2, 3, len(measures)):
        names = [_name(row, measures, yes_no, many, language) for row in apart]
        if len(set(names)) == len(names):
            return names
    return [name if names.count(name) == 1 else f"{name} {place + 1}" for place, name in enumerate(names)]


def _name(
    row: npt.NDArray[np.float64],
    measures: Sequence[str],
    yes_no: Mapping[str, bool],
    many: int,
    language: str,
) -> str:
    far = [place for place in np.argsort(-np.abs(row), kind="stable")[:many] if abs(row[place]) >= MARKED]
    words = []
    for place in far:
        high, low = (YES_NO if yes_no.get(measures[place]) else HIGHEST)[language][:2]
        words.append((high if row[place] > 0 else low).format(measures[place]))
    joiner = "、" if language == "zh" else ", "
    return joiner.join(words) if words else HIGHEST[language][2]
