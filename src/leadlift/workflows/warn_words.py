"""Flags as sentences: which limit was broken by what, and how far a value lies from the customer's own usual."""

# ruff: noqa: RUF001 - Chinese is written with full-width signs

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from leadlift.explain.phrases import LANGUAGES, with_unit
from leadlift.specs import FeatureDef
from leadlift.specs.warning import Indicator

MOST_NAMED = 3


@dataclass(frozen=True)
class Sentences:
    """The sentences of one language."""

    above: str
    below: str
    rises: str
    falls: str
    unusual: str
    odd: str
    limit_above: str
    limit_below: str
    limit_rises: str
    limit_falls: str
    joined: str


WORDS: Mapping[str, Sentences] = {
    "en": Sentences(
        above="{label}: {value}, above the limit of {limit}",
        below="{label}: {value}, below the limit of {limit}",
        rises="{label}: {value}, up by {change} in {days} days from {before}; the limit is {limit}",
        falls="{label}: {value}, down by {change} in {days} days from {before}; the limit is {limit}",
        unusual="{label}: {value}, usually {usual} for this customer ({distance:.1f} robust deviations {side})",
        odd="the month as a whole is odd for this customer: {features}",
        limit_above="above {limit}",
        limit_below="below {limit}",
        limit_rises="up by more than {limit} in {days} days",
        limit_falls="down by more than {limit} in {days} days",
        joined="; ",
    ),
    "zh": Sentences(
        above="{label}：{value}，高于限值 {limit}",
        below="{label}：{value}，低于限值 {limit}",
        rises="{label}：{value}，{days} 天内由 {before} 上升 {change}，限值为 {limit}",
        falls="{label}：{value}，{days} 天内由 {before} 下降 {change}，限值为 {limit}",
        unusual="{label}：{value}，该客户通常为 {usual}（{side} {distance:.1f} 个稳健标准差）",
        odd="该客户本月整体异常：{features}",
        limit_above="高于 {limit}",
        limit_below="低于 {limit}",
        limit_rises="{days} 天内上升超过 {limit}",
        limit_falls="{days} 天内下降超过 {limit}",
        joined="；",
    ),
}
SIDES = {"en": ("below", "above"), "zh": ("低于", "高于")}


def limits_said(one: Indicator, feature: FeatureDef, language: str) -> str:
    """The limits of an indicator, as its page tells them."""
    words = WORDS[language]
    told = [
        pattern.format(limit=_value(limit, feature, language), days=one.over)
        for limit, pattern in (
            (one.above, words.limit_above),
            (one.below, words.limit_below),
            (one.rises, words.limit_rises),
            (one.falls, words.limit_falls),
        )
        if limit is not None
    ]
    return words.joined.join(told)


def broken_said(
    one: Indicator, feature: FeatureDef, now: float, before: float, *, level: bool, moved: bool, language: str
) -> list[str]:
    """A sentence for each limit that is broken."""
    words, told = WORDS[language], []
    blanks = {"label": feature.label, "value": _value(now, feature, language)}
    if level:
        over = one.above is not None and now > one.above
        limit = one.above if over else one.below
        pattern = words.above if over else words.below
        told.append(pattern.format(**blanks, limit=_value(limit, feature, language)))
    if moved:
        up = now > before
        limit = one.rises if up else one.falls
        change, earlier = (_value(x, feature, language) for x in (abs(now - before), before))
        pattern = words.rises if up else words.falls
        told.append(
            pattern.format(
                **blanks, change=change, before=earlier, days=one.over, limit=_value(limit, feature, language)
            )
        )
    return told


def unusual_said(feature: FeatureDef, now: float, usual: float, distance: float, language: str) -> str:
    """How far a value lies from the customer's own median."""
    return WORDS[language].unusual.format(
        label=feature.label,
        value=_value(now, feature, language),
        usual=_value(usual, feature, language),
        distance=abs(distance),
        side=SIDES[language][int(distance > 0)],
    )


def odd_said(features: Sequence[FeatureDef], part: np.ndarray, deviation: np.ndarray, language: str) -> str:
    """Which features make the month odd, the strongest first, with how far each is from the usual."""
    order = [int(place) for place in np.argsort(-part, kind="stable")[:MOST_NAMED] if part[place] > 0]
    named = ", ".join(f"{features[place].label} ({deviation[place]:+.1f})" for place in order)
    return WORDS[language].odd.format(features=named)


def _value(value: float | None, feature: FeatureDef, language: str) -> str:
    return with_unit(value, feature.unit, LANGUAGES[language])
