"""The model card as a page, as Markdown, and as the note at the head of a run.

After Mitchell et al., "Model cards for model reporting", FAT* 2019.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from leadlift.reports.card import ModelCard
from leadlift.reports.metric_names import called, change, number, spread
from leadlift.reports.numbers import Interval
from leadlift.reports.page import html_page, render

HEADLINES = ("lift_at_10", "captured_at_20", "auc")
IN_NOTE = (
    "auc", "average_precision", "ks", "lift_at_1", "lift_at_10", "captured_at_10", "captured_at_20",
    "calibration_error", "mean_probability", "actual_rate",
)  # fmt: skip


@dataclass(frozen=True)
class MetricLine:
    """One metric of the part that counts, beside the baseline, as text. elsewhere: of the other parts."""

    name: str
    label: str
    meaning: str
    model: str
    spread: str
    baseline: str
    gain: str
    gain_spread: str
    elsewhere: tuple[str, ...]


def card_html(card: ModelCard) -> str:
    """The card as one self-contained page, pictures included."""
    body = render("model_card.html.j2", **_told(card))
    subtitle = f"{card.pipeline} · {card.kind} · made {card.made_on}"
    return html_page(card.title, subtitle, Markup(body), kicker="Model card")


def card_markdown(card: ModelCard) -> str:
    """The card as Markdown: the same text and tables, without the pictures."""
    return render("model_card.md.j2", **_told(card))


def run_note(card: ModelCard) -> str:
    """What a reviewer reads first on the run's page: the verdict, the numbers, and what they rest on.

    MLflow's pages set the cells of a table without room between them, so each begins with an em space.
    """
    told = _told(card)
    lines = [line for line in told["lines"] if line.name in IN_NOTE]
    return render("run_note.md.j2", **{**told, "lines": lines or told["lines"]})


def verdict(card: ModelCard) -> str:
    """What the model is worth, in one or two sentences."""
    found = card.metrics[card.judged_on]
    sentences = []
    if "lift_at_10" in found:
        lift = found["lift_at_10"]
        sentences.append(
            f"The best tenth of the customers respond {number(lift, 'lift_at_10')} times as often as all do"
            f"{_between(lift, 'lift_at_10')}."
        )
    if "auc" in card.gain:
        gain = card.gain["auc"]
        sentences.append(f"{_against(gain)} {card.baseline_name}{_between(gain, 'auc', 'AUC ')}.")
    return " ".join(sentences)


def simple_verdict(card: ModelCard) -> str:
    """Whether a simple model would have done, said plainly; empty without simple models."""
    judged = [one for one in card.rivals if one.gain and one.name != "champion"]
    as_good = [f"the {one.name}" for one in judged if one.gain["lift_at_10"].low <= 0]
    if not judged:
        return ""
    if not as_good:
        return "In the best tenth it finds more responders, beyond luck, than each simple model."
    named = " and ".join([", ".join(as_good[:-1]), as_good[-1]] if len(as_good) > 1 else as_good)
    return (
        f"In the best tenth it finds no more responders, beyond luck, than {named}: "
        "a simple model would serve as well."
    )


def _against(gain: Interval) -> str:
    if gain.low > 0:
        return "It ranks better than the"
    return "It ranks worse than the" if gain.high < 0 else "It ranks no better than the"


def _between(interval: Interval, metric: str, what: str = "") -> str:
    text = spread(interval, metric)
    return f" ({what}{change(interval, metric) + ', ' if what else ''}95 % interval {text})" if text else ""


def _told(card: ModelCard) -> dict[str, Any]:
    others = [part for part in card.metrics if part != card.judged_on]
    found = card.metrics[card.judged_on]
    return {
        "card": card,
        "verdict": verdict(card),
        "simple_verdict": simple_verdict(card),
        "lines": [_line(card, metric, others) for metric in found],
        "others": others,
        "headlines": [_line(card, metric, others) for metric in HEADLINES if metric in found],
    }


def _line(card: ModelCard, metric: str, others: list[str]) -> MetricLine:
    model, words = card.metrics[card.judged_on][metric], called(metric)
    simple, gain = card.baseline.get(metric), card.gain.get(metric)
    return MetricLine(
        name=metric,
        label=words.label,
        meaning=words.meaning,
        model=number(model, metric),
        spread=spread(model, metric),
        baseline=number(simple, metric) if simple else "",
        gain=change(gain, metric) if gain else "",
        gain_spread=spread(gain, metric) if gain else "",
        elsewhere=tuple(number(card.metrics[part][metric], metric) for part in others),
    )
