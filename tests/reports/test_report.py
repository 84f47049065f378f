"""The parts of a report beyond the card, and the page of all models."""

from __future__ import annotations

from dataclasses import replace

from leadlift.evaluation.groups import GroupFacts
from leadlift.reports import card_html, card_markdown
from leadlift.reports.portfolio import PortfolioLine, portfolio_html
from leadlift.reports.report import ModelReport, VersionLine

EAST = GroupFacts(
    "区域", "东", 400, 30, 0.07, 0.075, 0.71, 0.15, 0.12, 0.19, "promises too little: 7.0%, 7.5% came"
)
WEST = GroupFacts("区域", "<west>", 600, 40, 0.07, 0.067, float("nan"), 0.05, 0.03, 0.07, "")


def test_groups_versions_and_unevenness_are_told_in_both_forms_in_any_script(card):
    versions = [VersionLine("1", "2026-01-01", ("0.7", "2.1"), "champion now")]
    full = replace(card, report=ModelReport(segments=[WEST], fairness=[EAST, WEST], versions=versions))
    for told in (card_html(full), card_markdown(full)):
        assert "区域: &lt;west&gt; would be contacted less than four fifths as often as 东" in told
        assert "promises too little" in told
        assert "champion now" in told
        assert "nan" not in told


def test_without_protected_columns_nothing_is_claimed_of_fairness(card):
    assert "so nothing is known of how groups are treated" in card_html(card)
    assert "so nothing is known of how groups are treated" in card_markdown(card)


def test_the_page_of_all_models_counts_states_and_links_reports():
    line = PortfolioLine("churn", "churn", "who leaves", "no better", ["AUC +0.001"], "3", "2026-05-01 by ann", "0.71",
                         "2.2", "0.71", "2026-06-30", "1 warn", "model-churn.html")  # fmt: skip
    page = portfolio_html("bank", "2026-07-01", [line], ["Immature: nothing is trained."])
    assert '<a href="model-churn.html">churn</a>' in page
    assert "no-better" in page
    assert "Immature: nothing is trained." in page
