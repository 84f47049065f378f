"""The facts of a list, in the languages that people read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from leadlift.leads import by_band, power_of
from leadlift.leads.words import WORDS, Sentences, Words
from leadlift.models import EffectDoubt, Expected, Model
from leadlift.names import SCORE
from leadlift.specs import Campaign
from leadlift.workflows.champion import Loaded
from leadlift.workflows.lead_board import Decided
from leadlift.workflows.lead_rows import Told
from leadlift.workflows.meta import reference_told

Floats = npt.NDArray[np.float64]

ENGLISH = "en"


def summary_of(
    campaign: Campaign,
    as_of: date,
    table: pa.Table,
    told: Told,
    found: Decided,
    models: Mapping[str, Loaded],
    expected: Expected,
    soft: Mapping[str, int],
    language: str,
) -> dict[str, Any]:
    """The facts of the list: the sheet that explains it and, in English, the head of its manifest.

    soft: rule -> how many customers it softens. language: of what leadlift says itself; names are the bank's own.
    """
    spoken = WORDS[language]
    words = spoken.sentences
    last = found.board.rows[-1]
    said: dict[str, Any] = {
        "list_id": told.list_id,
        "campaign": campaign.campaign,
        "offer": ", ".join(offer.label for offer in campaign.offers.values()),
        "channel": ", ".join(campaign.channels),
        "as_of": as_of.isoformat(),
        "valid_until": (as_of + timedelta(days=campaign.valid_for)).isoformat(),
        "consent": _consent_told(campaign, words),
        "leads": table.num_rows,
        "expected_responders": round(expected.value, 1),
    }
    if expected.low is not None:
        ends = {"expected_responders_low": expected.low, "expected_responders_high": expected.high}
        said |= {name: round(end or 0.0, 1) for name, end in ends.items()}
    said["expected_responders_method"] = _by_offer(
        campaign, models, lambda model: model.expected_method(language)
    )
    if last.expected_value is not None:
        said["expected_value"] = round(last.expected_value, 2)
        said["currency"] = campaign.money_unit
    said |= {
        "model": ", ".join(loaded.name for loaded in models.values()),
        "percentiles_among": _by_offer(
            campaign, models, lambda model: reference_told(model.percentiles.population, words)
        ),
        "bands": _by_offer(campaign, models, lambda model: _bands_told(model, language)),
    }
    said |= _experiment(campaign, told, found, models, words) | _allocation(found, spoken)
    return said | ({"softened": dict(soft)} if soft else {})


def _by_offer(campaign: Campaign, models: Mapping[str, Loaded], say: Callable[[Model], str]) -> str:
    """What the offers' models say: once where all say the same, else each with the offers that it holds for."""
    labels: dict[str, list[str]] = {}
    for offer in campaign.offers.values():
        labels.setdefault(say(models[offer.pipeline].model), []).append(offer.label)
    if len(labels) == 1:
        return next(iter(labels))
    return " | ".join(f"{', '.join(offers)}: {text}" for text, offers in labels.items())


def _bands_told(model: Model, language: str) -> str:
    return "; ".join(f"{band}: {text}" for band, text in model.bands.describe(language).items())


def _consent_told(campaign: Campaign, words: Sentences) -> str:
    told = {
        name: one.consent or words["not asked"].format(why=one.without_consent)
        for name, one in campaign.channels.items()
    }
    return next(iter(told.values())) if len(told) == 1 else "; ".join(f"{n}: {t}" for n, t in told.items())


def _experiment(
    campaign: Campaign, told: Told, found: Decided, models: Mapping[str, Loaded], words: Sentences
) -> dict[str, Any]:
    """The experiment that the list is: how large, what it can find, what its control costs."""
    if campaign.control is None:
        return {}
    chosen, board = found.chosen, found.board
    chance = board.responders(chosen.rows, chosen.pair).astype(np.float64)
    value = board.value(chosen.rows, chosen.pair).astype(np.float64) if board.terms.money else None
    effect = any(one.model.predicts_effect for one in models.values())
    unasked = _unasked(campaign, told, models) if effect else None
    if effect and unasked is None:  # of an amount, or a version that does not keep it
        return {"control": int((~chosen.contacted).sum())}
    chance = chance if effect else np.clip(chance, 0.0, 1.0)
    rate = chance if unasked is None else unasked
    power = power_of(chance, value, chosen.contacted, unasked)
    if power is None:
        return {}
    bands = by_band(told.assigned["band"].to_pylist(), rate, chosen.contacted)
    sentence = power.sentence(campaign.money_unit, words)
    return {"control": power.control, "power": sentence, "power_by_band": bands}


def _unasked(campaign: Campaign, told: Told, models: Mapping[str, Loaded]) -> Floats | None:
    """The response rate of everyone chosen if nobody were contacted, (k,); None where the models do not know it."""
    offer = np.array(told.assigned["offer"].to_pylist())
    score, rate = told.assigned[SCORE].to_numpy(), np.zeros(len(offer))
    for name in np.unique(offer):
        model = models[campaign.offers[name].pipeline].model
        if not isinstance(model.doubt, EffectDoubt) or not model.adds_responders:
            return None
        rate[offer == name] = model.doubt.outcome_without(score[offer == name])
    return np.clip(rate, 0.0, 1.0)


def _allocation(found: Decided, spoken: Words) -> dict[str, Any]:
    """How offers were given out, and what one more of each capacity would be worth."""
    given = found.chosen.allocation
    prices = {
        _capacity(name, spoken): float(price)
        if np.ndim(price) == 0
        else [round(float(one), 4) for one in np.asarray(price)]
        for name, price in given.prices.items()
    }
    return {
        "allocation": spoken.sentences.get(given.method, given.method),
        "allocation_gap": round(given.gap, 6),
        "worth_of_one_more": prices,
    }


def _capacity(name: str, spoken: Words) -> str:
    """`channel call` with its first word in the language."""
    what, space, which = name.partition(" ")
    return f"{spoken.headers.get(what, what)}{space}{which}"
