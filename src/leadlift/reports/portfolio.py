"""All models of a workspace on one page, each in a state, with the reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from leadlift.reports.page import html_page, render

STATES = {
    "decaying": "worse than when it was promoted",
    "no better": "no better than its baseline",
    "immature": "too little is known of it",
    "healthy": "beats its baseline, on enough cases, and holds",
}


@dataclass(frozen=True)
class PortfolioLine:
    """One pipeline's model. state: a key of STATES. reasons: what put it there. card: its report's file, or empty."""

    pipeline: str
    kind: str
    purpose: str
    state: str
    reasons: Sequence[str]
    version: str
    promoted: str
    auc: str
    lift: str
    baseline_auc: str
    scored: str
    audit: str
    card: str = ""


def portfolio_html(workspace: str, made_on: str, lines: Sequence[PortfolioLine], rules: Sequence[str]) -> str:
    """The page, self-contained but for links to the models' own reports beside it.

    rules: how a state is found, one sentence each.
    """
    counts = {state: sum(line.state == state for line in lines) for state in STATES}
    body = render("portfolio.html.j2", lines=lines, counts=counts, states=STATES, rules=rules)
    return html_page(
        f"Models of {workspace}",
        f"{len(lines)} pipeline{'s' * (len(lines) != 1)} · made {made_on}",
        Markup(body),
        kicker="Portfolio",
    )
