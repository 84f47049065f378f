"""Everything that is told of the chosen customers: their scores, their features, and why they were chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from sqlglot import exp

from leadlift.features import Home
from leadlift.features.rows import col
from leadlift.leads import list_name, treatment_code
from leadlift.leads.sellers import share_out
from leadlift.names import BAND, CUSTOMER, PERCENTILE, PROBABILITY, SCORE, TREATMENT_CODE
from leadlift.progress import Progress
from leadlift.specs import Campaign, shown_features
from leadlift.workflows.champion import Loaded
from leadlift.workflows.lead_board import Decided
from leadlift.workflows.lead_facts import Facts
from leadlift.workflows.reasons import explained, in_order

CHOSEN, FEATURES = "chosen_customers", "features"


@dataclass(frozen=True, eq=False)
class Told:
    """The chosen in the order of the list, controls included.

    assigned: a row for each, as kept/assignments.parquet has it. features: of each, in the same order. reasons: of
    those contacted, in the order of the list. explainers: who computed them, and why.
    """

    list_id: str
    assigned: pa.Table
    features: pa.Table
    reasons: Sequence[Sequence[str]]
    explainers: Mapping[str, tuple[str, str]]


def told_of_chosen(
    campaign: Campaign,
    home: Home,
    facts: Facts,
    found: Decided,
    models: Mapping[str, Loaded],
    as_of: date,
    progress: Progress,
    language: str,
) -> Told:
    """Gather what files need. models: by pipeline."""
    chosen, board = found.chosen, found.board
    customers = board.customers.take(chosen.rows).combine_chunks()
    offers, pairs = list(campaign.offers), campaign.pairs
    offer = np.array([pairs[place][0] for place in chosen.pair])
    channel = np.array([pairs[place][1] for place in chosen.pair])
    versions = [models[campaign.offers[one].pipeline].name for one in offer]
    rows = zip(customers.to_pylist(), offer, channel, chosen.cell, versions, strict=True)
    name = list_name(campaign.campaign, as_of, ["|".join(row) for row in rows])
    home.engine.define_table(CHOSEN, pa.table({CUSTOMER: customers}))
    scored = _scores(campaign, home, customers, board.terms.offer[chosen.pair])
    features = _features(campaign, home, facts, models, customers)
    uplift = np.array([models[campaign.offers[one].pipeline].model.predicts_effect for one in offers])
    # in double precision, as the scores are: what a list quotes is what the model said
    chance = scored[PROBABILITY].to_numpy() * board.terms.response[chosen.pair]
    of_effect = uplift[board.terms.offer[chosen.pair]]
    codes = {key: treatment_code(name, *key) for key in set(zip(offer, channel, chosen.cell, strict=True))}
    told: dict[str, object] = {
        CUSTOMER: customers,
        "cell": pa.array(chosen.cell.tolist()),
        "offer": pa.array(offer.tolist()),
        "channel": pa.array(channel.tolist()),
        TREATMENT_CODE: pa.array([codes[key] for key in zip(offer, channel, chosen.cell, strict=True)]),
        PROBABILITY: pa.array(chance, mask=of_effect),
        "uplift": pa.array(chance, mask=~of_effect),
        **_money(found, chance),
        **{column: scored[column] for column in (BAND, PERCENTILE, SCORE)},
        "stratum": pa.array([f"{o}.{c}" for o, c in zip(offer, channel, strict=True)]),
        "share_contacted": pa.array(chosen.share),
        "as_of": pa.array([as_of] * len(customers), pa.date32()),
        "valid_until": pa.array([as_of + timedelta(days=campaign.valid_for)] * len(customers), pa.date32()),
        "model_version": pa.array(versions),
        "list_id": pa.array([name] * len(customers)),
    }
    told |= _seller(campaign, features, found)
    assigned = pa.table(told)
    reasons, explainers = _reasons(campaign, models, features, offer, chosen.contacted, progress, language)
    return Told(name, assigned, features, reasons, explainers)


def _money(found: Decided, chance: npt.NDArray[np.float64]) -> dict[str, pa.Array]:
    chosen, board = found.chosen, found.board
    value = board.rates.value[chosen.rows, board.terms.offer[chosen.pair]].astype(np.float64)
    cost = board.terms.cost[chosen.pair]
    unknown = np.isnan(value)
    return {
        "value": pa.array(value, mask=unknown),
        "cost": pa.array(cost),
        "expected_value": pa.array(chance * value - cost, mask=unknown),
    }


def _scores(
    campaign: Campaign, home: Home, customers: pa.Array, offer: npt.NDArray[np.intp]
) -> dict[str, pa.ChunkedArray]:
    """Band, percentile, raw score and chance of each, by the model of the offer chosen."""
    parts = []
    for place, one in enumerate(campaign.offers.values()):
        mine = np.flatnonzero(offer == place)
        home.engine.define_table(CHOSEN, pa.table({CUSTOMER: customers.take(pa.array(mine))}))
        table = f"scores_of_{one.pipeline}"
        on = exp.EQ(this=col(CUSTOMER, CHOSEN), expression=col(CUSTOMER, table))
        columns = [col(name, table) for name in (CUSTOMER, BAND, PERCENTILE, SCORE, PROBABILITY)]
        parts.append(home.engine.table(exp.select(*columns).from_(CHOSEN).join(exp.to_table(table), on=on)))
    whole = in_order(pa.concat_tables(parts), pa.chunked_array([customers]))
    return {name: whole[name] for name in (BAND, PERCENTILE, SCORE, PROBABILITY)}


def _features(
    campaign: Campaign, home: Home, facts: Facts, models: Mapping[str, Loaded], customers: pa.Array
) -> pa.Table:
    """All features of the models and those shown, in the order of the list."""
    home.engine.define_table(CHOSEN, pa.table({CUSTOMER: customers}))
    on = exp.EQ(this=col(CUSTOMER, CHOSEN), expression=col(CUSTOMER, FEATURES))
    used = [name for one in models.values() for name in one.model.encoding.features]
    names = dict.fromkeys([*used, *shown_features(campaign)])
    query = exp.select(col(CUSTOMER, FEATURES), *(col(name, FEATURES) for name in names))
    rows = home.engine.table(query.from_(CHOSEN).join(facts.features.subquery(FEATURES), on=on))
    return in_order(rows, pa.chunked_array([customers]))


def _reasons(
    campaign: Campaign,
    models: Mapping[str, Loaded],
    features: pa.Table,
    offer: npt.NDArray[np.str_],
    contacted: npt.NDArray[np.bool_],
    progress: Progress,
    language: str,
) -> tuple[list[list[str]], dict[str, tuple[str, str]]]:
    """The reasons of those contacted, each by the model of the own offer."""
    told: list[list[str]] = [[] for _ in range(int(contacted.sum()))]
    place = np.cumsum(contacted) - 1
    explainers = {}
    for pipeline in dict.fromkeys(one.pipeline for one in campaign.offers.values()):
        names = [name for name, one in campaign.offers.items() if one.pipeline == pipeline]
        mine = np.flatnonzero(np.isin(offer, names) & contacted)
        found = explained(models[pipeline], features.take(pa.array(mine)), progress, language=language)
        explainers[pipeline] = (found.explainer, found.because)
        for row, reasons in zip(mine, found.reasons, strict=True):
            told[place[row]] = [reason.sentence for reason in reasons]
    return told, explainers


def _seller(campaign: Campaign, features: pa.Table, found: Decided) -> dict[str, pa.Array]:
    """Who works each lead: dealt out among those contacted, branch by branch where sellers belong to one."""
    sellers, chosen = campaign.sellers, found.chosen
    if sellers is None:
        return {}
    rows = np.flatnonzero(chosen.contacted)
    worth = found.board.worth(chosen.rows[rows])[np.arange(len(rows)), chosen.pair[rows]].astype(np.float64)
    told: list[str | None] = [None] * len(chosen.rows)
    if sellers.by is None:
        groups: dict[str, npt.NDArray[np.intp]] = {"": np.arange(len(rows))}
        names = {"": list(sellers.names)}
    else:
        of = np.array([str(one) for one in features[sellers.by].take(pa.array(rows)).to_pylist()])
        groups = {one: np.flatnonzero(of == one) for one in sorted(set(of))}
        names = {one: [f"{one} {number + 1}" for number in range(sellers.each)] for one in groups}
    for group, members in groups.items():
        dealt = share_out(worth[members], chosen.pair[rows[members]], len(names[group]))
        for row, seller in zip(rows[members], dealt, strict=True):
            told[row] = names[group][seller]
    return {"seller": pa.array(told, pa.string())}
