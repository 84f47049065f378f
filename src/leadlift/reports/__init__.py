"""Pages and plots from finished numbers. `leadlift.reports.plots` is apart: it brings matplotlib."""

from leadlift.reports.card import AuditLine, FeatureLine, ModelCard, PartLine
from leadlift.reports.model_card import card_html, card_markdown, run_note
from leadlift.reports.page import html_page
from leadlift.reports.rival_lines import RivalLine, ScorecardLine

__all__ = [
    "AuditLine",
    "FeatureLine",
    "ModelCard",
    "PartLine",
    "RivalLine",
    "ScorecardLine",
    "card_html",
    "card_markdown",
    "html_page",
    "run_note",
]
