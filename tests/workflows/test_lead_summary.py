"""What a list says of the models behind it, where offers have different ones."""

from __future__ import annotations

from types import SimpleNamespace

from leadlift.models import Bands
from leadlift.workflows.lead_summary import _bands_told, _by_offer

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
