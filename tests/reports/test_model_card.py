from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import pytest
from markupsafe import Markup

from leadlift.evaluation import Estimate
from leadlift.reports import (
    AuditLine,
    RivalLine,
    ScorecardLine,
    card_html,
    card_markdown,
    html_page,
    run_note,
)
from leadlift.reports.metric_names import called, number, spread
from leadlift.reports.model_card import simple_verdict, verdict


def rows(markdown: str) -> list[list[str]]:
    """The cells of every table row."""
    lines = [line for line in markdown.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def test_the_verdict_says_what_the_model_is_worth(card):
    assert verdict(card) == (
        "The best tenth of the customers respond 3.12 times as often as all do (95 % interval 2.90 to 3.35). "
        "It ranks better than the logistic regression (AUC +0.031, 95 % interval 0.022 to 0.040)."
    )


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [(0.01, 0.03, "better than"), (-0.01, 0.03, "no better than"), (-0.03, -0.01, "worse than")],
)
def test_the_verdict_claims_no_more_than_the_interval_allows(card, low, high, words):
    told = verdict(replace(card, gain={"auc": Estimate((low + high) / 2, low, high)}))
    assert f"It ranks {words} the logistic regression" in told


@pytest.mark.parametrize("told", [card_markdown, run_note])
def test_markdown_tables_have_as_many_cells_as_their_heads(card, told):
    lines = told(replace(card, population="a | b\nc <script>")).splitlines()
    for above, line in pairwise(lines):
        if above.startswith("|") and line.startswith("|"):
            assert len(rows(above)[0]) == len(rows(line)[0]), line
    assert "<script>" not in "\n".join(lines)


def test_the_metrics_stand_beside_the_baseline_and_the_other_parts(card):
    assert ["AUC", "0.742", "0.731 to 0.753", "0.711", "+0.031", "0.781"] in rows(card_markdown(card))
    assert ["Found in the best 20 %", "52.0%", "49.0% to 55.0%", "", "", "58.0%"] in rows(card_markdown(card))


def test_the_note_of_a_run_fits_where_the_store_keeps_it(card):
    assert len(run_note(card)) < 4_000
    cells = [[cell.removeprefix("&emsp;") for cell in row] for row in rows(run_note(card))]
    assert ["Lift in the best 10 %", "3.12", "2.90 to 3.35", "2.70", "+0.42"] in cells


def test_the_page_holds_everything_and_asks_for_nothing_from_elsewhere(card):
    page = card_html(replace(card, plots={"gains": b"\x89PNG"}))
    assert "data:image/png;base64,iVBORw==" in page
    assert not re.search(r"""(src|href)=["'](?!data:)""", page)
    assert "http" not in page
    for text in ("Not for customers who joined", "9f86d081884c7d65", "opens a term deposit", "12,000"):
        assert text in page


def test_what_others_wrote_is_text_and_never_html(card):
    page = card_html(replace(card, purpose="<script>alert(1)</script>", limits=["<b>"]))
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "logins &lt;app&gt; | web" in page


def test_every_finding_of_the_audit_is_shown_with_why_it_was_accepted(card):
    line = AuditLine(
        "error", "known_afterwards", "refund", "refund | tells <all>", "Exclude it", "known before"
    )
    shown = replace(card, audit=[line])
    for page in (card_html(shown), card_markdown(shown)):
        assert all(word in page for word in ("What the audit found", "refund", "Exclude it", "known before"))
        assert "<all>" not in page
    assert "What the audit found" not in card_html(card)


def test_suspects_come_first(card):
    page = card_html(replace(card, suspects=["closed_on alone separates the target"]))
    assert page.index("closed_on alone") < page.index("Whom to contact first")
    assert "Look at these" not in card_html(card)


def test_a_card_without_months_bands_or_dates_is_still_a_card(card):
    part = replace(card.parts[0], first="", last="", cases=0)
    bare = replace(card, bands={}, features=[], limits=[], parts=[part])
    assert "Bands" not in card_html(bare)
    assert " to  " not in card_markdown(bare)


def test_a_page_has_its_title_escaped_and_its_body_as_given():
    page = html_page("A & B", "<sub>", Markup("<p>body</p>"))
    assert "<title>A &amp; B</title>" in page
    assert "&lt;sub&gt;" in page
    assert "<p>body</p>" in page


def test_metrics_are_called_by_what_they_mean():
    assert called("lift_at_5").label == "Lift in the best 5 %"
    assert called("something_new").label == "something new"
    nan = float("nan")
    assert number(Estimate(nan, nan, nan), "auc") == spread(Estimate(0.7, nan, nan), "auc") == ""


def beside(name: str, low: float) -> RivalLine:
    gain = Estimate(low + 0.3, low, low + 0.6)
    return RivalLine(
        name, f"found beside {name}", "", {"lift_at_10": gain, "auc": gain}, {"lift_at_10": gain, "auc": gain}
    )


def test_the_card_says_plainly_which_simple_models_would_do(card):
    rivals = [beside("points scorecard", -0.1), beside("RFM rule", 0.2), beside("champion", -0.2)]
    told = replace(card, rivals=[*rivals, RivalLine("logistic regression", "not judged", "", {}, {})])
    plain = (
        "In the best tenth it finds no more responders, beyond luck, than the points scorecard: "
        "a simple model would serve as well."
    )
    assert simple_verdict(told) == plain
    for page in (card_html(told), card_markdown(told)):
        assert plain in page
        assert "found beside RFM rule" in page
    surely = simple_verdict(replace(card, rivals=[beside("RFM rule", 0.2)]))
    assert surely == "In the best tenth it finds more responders, beyond luck, than each simple model."
    assert simple_verdict(card) == ""


def test_the_scorecard_is_printed_bin_by_bin(card):
    lines = [ScorecardLine("(everyone)", "", 400, 0, None), ScorecardLine("age", "up to 30", 12, 500, 0.031)]
    told = replace(card, scorecard=lines)
    assert ["age", "up to 30", "12", "3.10%"] in rows(card_markdown(told))
    assert "up to 30" in card_html(told)
