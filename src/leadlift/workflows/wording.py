"""How the column `probability` and its sums are spoken of: a chance to respond, an amount, or what the contact adds."""

# ruff: noqa: RUF001 - Chinese is written with full-width signs

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from leadlift.names import amount_said
from leadlift.specs import Pipeline


@dataclass(frozen=True)
class Wording:
    """Words for one kind of pipeline.

    meaning: of the column, for the lead file and the manifest; None leaves what stands there. chinese: the same in
    Chinese. expected: what its sum is, after a number. totals: language -> how the lines of a list's summary that tell
    the sum and its ends are called; as they stand without. share: whether the column is a chance or a difference of
    chances, and not an amount.
    """

    meaning: str | None
    expected: str
    fact: str
    share: bool = True
    chinese: str | None = None
    totals: Mapping[str, tuple[str, str, str]] | None = None

    def facts(self, language: str) -> Mapping[str, str]:
        """The names of lines of the summary that are not those of a list of chances."""
        named = ("expected_responders", "expected_responders_low", "expected_responders_high")
        return dict(zip(named, self.totals[language], strict=True)) if self.totals else {}

    def meaning_in(self, language: str) -> str | None:
        """The meaning in a workspace's language; None leaves what stands there."""
        return self.chinese if language == "zh" else self.meaning

    def said(self, value: float) -> str:
        """One customer's value as people read it."""
        if self.meaning is None:
            return f"{value:.1%}"
        if self is MONEY:
            return amount_said(value)
        return f"{100 * value:+.2f} points" if self.share else f"{value:+,.4g}"


CHANCE = Wording(None, "responders expected", "chance")
ADDED = Wording(
    "What the contact adds to the chance: of 100 customers at 8 %, about 8 say yes who would not have without it. "
    "Below 0 the contact is expected to put off.",
    "additional responders expected",
    "added by the contact",
    chinese="联系使响应概率提高多少：8% 表示每 100 位这样的客户中，约有 8 位因联系才会响应。"
    "低于 0 表示联系可能适得其反。",
    totals={
        "en": ("additional responders expected", "at least (95 %)", "at most (95 %)"),
        "zh": ("预期新增响应人数", "预期新增响应人数（95% 下限）", "预期新增响应人数（95% 上限）"),
    },
)
MONEY = Wording(
    "The amount that the model expects of the customer, in the units of the outcome.",
    "expected",
    "expected amount",
    share=False,
    chinese="模型预计该客户带来的金额，单位与结果相同。",
)
AMOUNT = Wording(
    "What the contact adds to the amount, for each customer. Below 0 the contact is expected to put off.",
    "expected to be added",
    "added by the contact",
    share=False,
    chinese="联系使每位客户的金额增加多少。低于 0 表示联系可能适得其反。",
    totals={
        "en": ("amount expected to be added", "at least (95 %)", "at most (95 %)"),
        "zh": ("预期新增金额", "预期新增金额（95% 下限）", "预期新增金额（95% 上限）"),
    },
)


def wording_of(spec: Pipeline) -> Wording:
    """The words for a pipeline's kind."""
    if spec.kind == "value":
        return MONEY
    if spec.kind != "uplift":
        return CHANCE
    return AMOUNT if spec.target.amount else ADDED
