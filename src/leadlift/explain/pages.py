"""Pages of explanations: of a model, and of one customer's score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from leadlift.explain.explained import Explained
from leadlift.explain.phrases import Value, is_missing, with_unit
from leadlift.explain.reasons import Reason
from leadlift.reports.page import html_page, render

ROOM = "leadlift.explain"


@dataclass(frozen=True)
class Line:
    """One feature in a table. effect: in log-odds, with its sign. width: of its bar, 0 to 100."""

    feature: str
    label: str
    value: str
    typical: str
    effect: str
    width: float
    raises: bool
    direction: str


def model_page(title: str, subtitle: str, explained: Explained, top: int = 15, closely: int = 6) -> str:
    """What the model looks at: summary, mean effects, and the shape of the strongest features.

    closely: how many features are shown one by one.
    """
    from leadlift.explain import shap_plots

    columns = explained.strongest(top)
    effects = np.abs(explained.contributions[:, columns]).mean(axis=0)
    longest = max(effects.max(initial=0.0), 1e-12)
    body = render(
        "model.html.j2",
        ROOM,
        customers=len(explained.matrix),
        unit=explained.unit,
        summary=shap_plots.summary_plot(explained, top),
        bars=shap_plots.bar_plot(explained, top),
        shapes=[shap_plots.dependence_plot(explained, column) for column in columns[:closely]],
        lines=[
            _line(explained, column, "", "", float(effect), longest)
            for column, effect in zip(columns, effects, strict=True)
        ],
    )
    return html_page(title, subtitle, Markup(body), kicker="What the model looks at")


def customer_page(
    title: str,
    facts: Mapping[str, str],
    explained: Explained,
    row: int,
    reasons: Sequence[Reason],
    typical: Mapping[str, Value],
    subtitle: str = "Why this score",
) -> str:
    """Why one customer has this score: the sentences for a seller, then every number for a reviewer.

    facts: what is known of the score, in words ("chance": "6.1%"). typical: what most have, by feature.
    """
    from leadlift.explain import shap_plots

    effects = explained.contributions[row, :-1]
    order = np.argsort(-np.abs(effects), kind="stable")
    columns = [int(column) for column in order if not explained.phrases[column].hidden]
    longest = max(np.abs(effects).max(initial=0.0), 1e-12)
    body = render(
        "customer.html.j2",
        ROOM,
        facts=facts,
        unit=explained.unit,
        reasons=reasons,
        waterfall=shap_plots.waterfall_plot(explained, row),
        lines=[
            _line(
                explained,
                column,
                explained.said(row, column),
                _usual(explained, column, typical),
                float(effects[column]),
                longest,
            )
            for column in columns
        ],
    )
    return html_page(title, subtitle, Markup(body), kicker="One customer")


def _usual(explained: Explained, column: int, typical: Mapping[str, Value]) -> str:
    phrase = explained.phrases[column]
    value = typical.get(phrase.feature)
    return "" if is_missing(value) else with_unit(value, phrase.unit)


def _line(explained: Explained, column: int, value: str, typical: str, effect: float, longest: float) -> Line:
    phrase = explained.phrases[column]
    return Line(
        feature=phrase.feature,
        label=phrase.label,
        value=value,
        typical=typical,
        effect=f"{effect:+.3f}" if value else f"{effect:.3f}",
        width=100 * abs(effect) / longest,
        raises=effect > 0,
        direction="" if value else explained.direction(column),
    )
