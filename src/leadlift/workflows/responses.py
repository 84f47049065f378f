"""Who of a list responded: by the bank's own data where the pipeline's target is a source, else by what came back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa

from leadlift.evaluation.campaign import AMOUNT, CHANCE, EFFECT
from leadlift.features import Home
from leadlift.features import population as people
from leadlift.features.rows import SPINE
from leadlift.names import AS_OF, CONTROL, CUSTOMER, PROBABILITY, TARGET
from leadlift.outcomes.effect import earned
from leadlift.outcomes.faults import BOUGHT
from leadlift.specs import Pipeline, Target, ValueModel, Workspace
from leadlift.training.table import maturity_of
from leadlift.workflows.lists import WrittenList

FLAGS = ("delivered", "answered", "refused")


def matured(ws: Workspace, home: Home, one: WrittenList, today: date) -> date | None:
    """None when the windows of all the list's offers have closed and their data is in; else the day they will have."""
    ends = []
    for offer, closes in one.closes.items():
        spec = ws.pipeline(ws.campaign(one.campaign).offers[offer].pipeline)
        maturity = maturity_of(spec, home)
        if maturity is None:
            ends.append((closes, closes < today))
        else:
            ends.append((one.as_of + timedelta(days=maturity.wait), one.as_of <= maturity.last))
    return None if all(done for _, done in ends) else max(end for end, done in ends if not done)


def responses(
    ws: Workspace, home: Home, one: WrittenList, events: pd.DataFrame
) -> tuple[pd.DataFrame, list[str]]:
    """The list's customers with what they did, and what a reader must know of how it is known.

    Columns beside those assigned: responded (0 or 1), amount, outcome (what the pipeline predicts: responded, or an
    amount), promise (CHANCE, EFFECT or AMOUNT), expected (what was promised), earned (what came is worth: the value of
    a response, or of each unit of an amount; NaN without), and delivered, answered, refused (bool).
    """
    cases = one.assigned.assign(list_id=one.list_id)
    mine = events[events["treatment_code"].isin(one.treatments)]
    told, notes = [], []
    for offer, here in cases.groupby("offer", sort=False):
        stated = ws.campaign(one.campaign).offers[str(offer)]
        spec = ws.pipeline(stated.pipeline)
        found, said = _of_offer(spec, stated.amount, home, here, mine)
        told.append(_with_promise(found, spec))
        notes += said
        if isinstance(stated.value, ValueModel):
            notes.append(
                f"money of {stated.label or str(offer)}: a response counts what {stated.value.pipeline} predicted for "
                "the customer, not what came; `amount` tells what they bought"
            )
    whole = _with_flags(pd.concat(told), mine)
    cost = whole["cost"].fillna(0.0).astype(float)
    return whole.assign(earned=earned(whole), cost=cost), notes


def _with_promise(cases: pd.DataFrame, spec: Pipeline) -> pd.DataFrame:
    """Lists from before uplift models have no column `uplift`."""
    effect = cases["uplift"].astype(float) if "uplift" in cases else pd.Series(np.nan, cases.index)
    added = AMOUNT if spec.target.amount else EFFECT
    return cases.assign(
        expected=cases[PROBABILITY].astype(float).fillna(effect),
        promise=np.where(effect.notna(), added, CHANCE),
    )


def _of_offer(
    spec: Pipeline, amount: str | None, home: Home, here: pd.DataFrame, events: pd.DataFrame
) -> tuple[pd.DataFrame, list[str]]:
    bought = events[events["event"].eq(BOUGHT)].groupby(["treatment_code", CUSTOMER])["money"].sum()
    money = here.join(bought.rename("amount"), on=["treatment_code", CUSTOMER])["amount"]
    spent = np.asarray(money.fillna(0.0), dtype=np.float64)
    if spec.target.source is not None:
        outcome = _by_source(spec.target, home, here)
        if spec.target.amount and amount is None:
            spent = outcome
        if amount is not None:
            spent = _by_source(spec.target.model_copy(update={"amount": amount}), home, here)
        return here.assign(responded=(outcome > 0).astype(int), amount=spent, outcome=outcome), []
    responded = money.notna().astype(int)
    notes = []
    if here["cell"].eq(CONTROL).any() and not responded[here["cell"].eq(CONTROL)].any():
        notes.append(
            f"no purchase of a control customer was added for pipeline {spec.pipeline}: if the bank reports sales of "
            "contacted customers alone, the difference against control is overstated"
        )
    outcome = spent if spec.target.amount else np.asarray(responded, dtype=np.float64)
    return here.assign(responded=responded, amount=spent, outcome=outcome), notes


def _by_source(target: Target, home: Home, here: pd.DataFrame) -> np.ndarray:
    """The target of each customer of the list, a yes or an amount, by the query that training takes it from.

    Every outcome of the window counts, by last touch or not: contacted and control are compared by all they did.
    """
    spine = pa.table(
        {CUSTOMER: pa.array(here[CUSTOMER], pa.string()), AS_OF: pa.array(here[AS_OF], pa.date32())}
    )
    home.engine.define_table(SPINE, spine)
    query = people.outcomes(target, home.customer_key, home.sources)
    found = home.engine.table(query).to_pandas()
    known: Mapping[str, float] = dict(zip(found[CUSTOMER].astype(str), found[TARGET], strict=True))
    return np.array([float(known[one]) for one in here[CUSTOMER]])


def _with_flags(cases: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    pairs = pd.MultiIndex.from_frame(cases[["treatment_code", CUSTOMER]])
    flags = {
        flag: pairs.isin(
            pd.MultiIndex.from_frame(events.loc[events["event"].eq(flag), ["treatment_code", CUSTOMER]])
        )
        for flag in FLAGS
    }
    return cases.assign(**flags)
