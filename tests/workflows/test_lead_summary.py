"""What a list says of the models behind it, where offers have different ones."""

from __future__ import annotations

from math import hypot
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest

from leadlift.leads.words import ENGLISH
from leadlift.models import AmountBands, Bands, Doubt, EffectBands, EffectDoubt, Model, Straight
from leadlift.models.calibrators import AsIs
from leadlift.workflows.lead_summary import _bands_told, _by_offer, _experiment
from leadlift.workflows.leads import _expected

OFFERS = {
    "deposit": SimpleNamespace(label="term deposit", pipeline="deposit"),
    "fund": SimpleNamespace(label="fund", pipeline="fund"),
    "pension": SimpleNamespace(label="pension fund", pipeline="fund"),
}
MODELS = {
    name: SimpleNamespace(model=SimpleNamespace(bands=Bands.from_base_rate(rate)))
    for name, rate in (("deposit", 0.10), ("fund", 0.01))
}


def told(offers: dict[str, SimpleNamespace]) -> str:
    return _by_offer(SimpleNamespace(offers=offers), MODELS, lambda model: _bands_told(model, "en"))


def test_each_offers_bands_are_those_of_its_own_model():
    assert told(OFFERS) == (
        "term deposit: A: 40.00% to 100.00%; B: 20.00% to 40.00%; C: 10.00% to 20.00%; D: 5.00% to 10.00%; "
        "E: 0.00% to 5.00% | "
        "fund, pension fund: A: 4.00% to 100.00%; B: 2.00% to 4.00%; C: 1.00% to 2.00%; D: 0.50% to 1.00%; "
        "E: 0.00% to 0.50%"
    )


def test_one_model_for_all_offers_is_told_once():
    both = {name: offer for name, offer in OFFERS.items() if offer.pipeline == "fund"}
    assert told(both).startswith("A: 4.00% to 100.00%")


EFFECT = EffectDoubt(0.1, 1e-4, 1e-2, 0.0, (0.0, 0.2), (0.1, 0.3), (0.05, 0.15), 4_000)
# each of a hundred refits as likely: 0.4 in log-odds up or down, for all customers at once
UNSURE = Doubt((0.0,), ((-0.4,), (0.4,)) * 50, 0.0, 0)


def model(calibrator, doubt, bands=None):
    return SimpleNamespace(
        model=Model(None, None, calibrator, bands or EffectBands.from_effect(0.05, True), None, {}, doubt)
    )


def chosen(offers, channels, cells=None):
    """Customers with a raw output of 0.1 each."""
    columns = {"offer": offers, "channel": channels, "cell": cells or ["model"] * len(offers)}
    return SimpleNamespace(
        assigned=pa.table({**columns, "score": [0.1] * len(offers), "band": ["B"] * len(offers)})
    )


def campaign(pipelines):
    offers = {name: SimpleNamespace(pipeline=pipeline) for name, pipeline in pipelines.items()}
    channels = {"call": SimpleNamespace(response=1.0), "mail": SimpleNamespace(response=0.5)}
    return SimpleNamespace(offers=offers, channels=channels, control=0.1, money_unit="")


def test_channels_and_offers_of_one_pipeline_share_its_doubt():
    chance = model(AsIs(), UNSURE)
    both = campaign({"fund": "p", "card": "p"})
    whole = _expected(both, chosen(["fund"] * 4_000, ["call"] * 4_000), {"p": chance})
    parted = _expected(both, chosen(["fund", "card"] * 2_000, ["call"] * 4_000), {"p": chance})
    assert parted == whole
    halves = _expected(both, chosen(["fund"] * 4_000, ["call", "mail"] * 2_000), {"p": chance})
    assert halves.value == pytest.approx(0.75 * whole.value)
    # were channels apart from each other, the width would be 0.56 of the whole
    assert (halves.high - halves.low) / (whole.high - whole.low) == pytest.approx(0.75, abs=0.04)


def test_pipelines_of_chances_are_uncertain_apart_from_each_other_and_those_of_effects_are_not():
    two, told = campaign({"fund": "p", "card": "q"}), chosen(["fund", "card"] * 500, ["call"] * 1_000)
    for one, together in (
        (model(AsIs(), UNSURE), hypot),
        (model(Straight(1.0, 0.0), EFFECT), lambda *both: sum(both)),
    ):
        half = one.model.expected(np.full(500, 0.1))
        found = _expected(two, told, {"p": one, "q": one})
        assert found.value == pytest.approx(2 * half.value)
        up = half.high - half.value
        assert found.high - found.value == pytest.approx(together(up, up))
    before = model(Straight(1.0, 0.0), None)
    assert _expected(two, told, {"p": before, "q": before}).low is None


def experiment(one):
    """What a list of 900 contacted and 100 in control says, each of whom the contact gains 0.1."""
    cells = ["control"] * 100 + ["model"] * 900
    board = SimpleNamespace(
        terms=SimpleNamespace(money=False), responders=lambda rows, pair: np.full(len(rows), 0.1), value=None
    )
    contacted = np.arange(1_000) >= 100
    found = SimpleNamespace(
        board=board, chosen=SimpleNamespace(rows=np.arange(1_000), pair=None, contacted=contacted)
    )
    told = chosen(["fund"] * 1_000, ["call"] * 1_000, cells)
    return _experiment(campaign({"fund": "p"}), told, found, {"p": one}, ENGLISH.sentences)


def test_what_a_control_can_find_is_over_the_rate_without_a_contact():
    said = experiment(model(Straight(1.0, 0.0), EFFECT))
    assert "over 10 % at 80 % power; contacting those in control would add 10 responders" in said["power"]
    assert said["power_by_band"][0]["expected_rate"] == pytest.approx(0.1)
    rarer = experiment(model(Straight(1.0, 0.0), EffectDoubt(0.1, 0, 0, 0, (0.0,), (0.1,), (0.02,), 4_000)))
    assert "over 2 %" in rarer["power"]


@pytest.mark.parametrize(
    ("doubt", "bands"),
    [(None, None), (EFFECT, EffectBands.from_effect(40.0, False)), (EFFECT, AmountBands(1.0, (4.0,)))],
)
def test_where_the_rate_without_a_contact_is_not_known_the_size_of_the_control_is_all_that_is_said(
    doubt, bands
):
    assert experiment(model(Straight(1.0, 0.0), doubt, bands)) == {"control": 100}
