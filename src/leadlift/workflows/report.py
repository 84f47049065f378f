"""The parts of a model report that the card alone does not know: groups, money, and the versions before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from leadlift.evaluation.depth import gains_band, profit
from leadlift.evaluation.groups import GroupFacts, by_group
from leadlift.names import CHAMPION, TEST
from leadlift.reports.report import ModelReport, MoneyLine, VersionLine
from leadlift.specs import Campaign
from leadlift.tracking import MAKES_MODELS, Tracker
from leadlift.training.groups import Levels, grouped
from leadlift.workflows.fitted import Fitted

MOST_SEGMENTS = 4
MOST_VERSIONS = 12


def report_of(
    fitted: Fitted,
    protected: Mapping[str, Levels],
    campaigns: Sequence[Campaign],
    versions: Sequence[VersionLine],
) -> ModelReport:
    """Everything, measured on the test cases."""
    return ModelReport(
        segments=segments_of(fitted),
        fairness=[line for name, levels in protected.items() for line in _groups(fitted, name, levels)],
        money=[line for campaign in campaigns if (line := _money(fitted, campaign)) is not None],
        versions=versions,
    )


def segments_of(fitted: Fitted) -> list[GroupFacts]:
    """The levels of the categories that the model looks at most."""
    gains = fitted.model.importance()
    looked_at = sorted(fitted.cases.encoding.categories, key=lambda name: -gains.get(name, 0.0))
    told: list[GroupFacts] = []
    for name in looked_at[:MOST_SEGMENTS]:
        told += _groups(fitted, name, grouped(fitted.table.table[name].to_pylist()))
    return told


def version_lines(tracker: Tracker, name: str) -> list[VersionLine]:
    """Every version so far, newest first, with who promoted it and why."""
    runs = {run.id: run.metrics for stage in MAKES_MODELS for run in tracker.runs(name, stage)}
    stories: dict[int, list[str]] = {}
    for one in tracker.promotions(name):
        why = f": {one.why}" if one.why else ""
        stories.setdefault(one.version, []).append(f"champion from {one.when:%Y-%m-%d}, by {one.who}{why}")
    lines = []
    for version in tracker.history(name)[:MOST_VERSIONS]:
        metrics = runs.get(version.run_id, {})
        now = ["champion now"] if CHAMPION in version.aliases else []
        lines.append(
            VersionLine(
                version=f"{version.version}",
                made_on=f"{version.created:%Y-%m-%d}",
                auc=_told(metrics, f"{TEST}.auc", ".3f"),
                lift=_told(metrics, f"{TEST}.lift_at_10", ".2f"),
                story="; ".join([*now, *stories.get(version.version, [])]) or "never champion",
            )
        )
    return lines


def _told(metrics: Mapping[str, float], name: str, style: str) -> str:
    return format(metrics[name], style) if name in metrics else ""


def _groups(fitted: Fitted, name: str, levels: Levels) -> list[GroupFacts]:
    rows = fitted.cases.rows(TEST)
    result = fitted.result
    score = fitted.model.raw(fitted.cases.matrix[rows])
    return by_group(
        name, [levels[row] for row in rows], result.test_y, result.test_probability, np.asarray(score)
    )


def _money(fitted: Fitted, campaign: Campaign) -> MoneyLine | None:
    from leadlift.reports.plots import profit_plot

    if campaign.money is None:
        return None
    rows, result = fitted.cases.rows(TEST), fitted.result
    band = gains_band(result.test_y, fitted.model.raw(fitted.cases.matrix[rows]), fitted.cases.customer[rows])
    said = campaign.money
    found = profit(band, float(result.test_y.mean()), said.response_value, said.contact_cost)
    picture = profit_plot(found.shares, found.money, found.low, found.high, said.currency)
    return MoneyLine(
        campaign.campaign, said.response_value, said.contact_cost, said.currency,
        found.best, found.earned, float(found.money[-1]), picture,
    )  # fmt: skip
