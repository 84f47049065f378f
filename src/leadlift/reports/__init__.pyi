from .card import AuditLine, FeatureLine, ModelCard, PartLine
from .model_card import card_html, card_markdown, run_note
from .page import html_page
from .rival_lines import RivalLine, ScorecardLine

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
