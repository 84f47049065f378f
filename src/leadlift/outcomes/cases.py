"""What every customer of a list did: one row each, contacted or control, ready to learn from."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa

from leadlift.names import CONTROL, CUSTOMER
from leadlift.outcomes.faults import BOUGHT, EVENTS
from leadlift.outcomes.read import CODE, EVENT

OUTCOME_COLUMNS = (
    CUSTOMER, "contacted_on", "closes_on", "campaign", "list_id", "treatment_code", "offer", "channel", "cell",
    "contacted", *EVENTS, "amount",
)  # fmt: skip


def case_table(assigned: pd.DataFrame, events: pd.DataFrame) -> pa.Table:
    """One row for each customer of each list, with OUTCOME_COLUMNS.

    assigned: customer_id, as_of, closes, campaign, list_id, treatment_code, offer, channel and cell. events: good rows.
    contacted is false for control alone; delivered, answered, refused and bought are true where an event says so;
    amount is the sum of what was bought, 0 without.
    """
    key = [CODE, CUSTOMER]
    seen = events.assign(there=True).pivot_table(
        index=key, columns=EVENT, values="there", aggfunc="any", fill_value=False
    )
    seen = seen.reindex(columns=list(EVENTS), fill_value=False).astype(bool)
    spent = events[events[EVENT].eq(BOUGHT)].groupby(key)["money"].sum().rename("amount")
    cases = assigned.merge(seen.join(spent, how="left").reset_index(), how="left", on=key)
    cases = cases.rename(columns={"as_of": "contacted_on", "closes": "closes_on"})
    cases["contacted"] = cases["cell"].ne(CONTROL)
    for event in EVENTS:
        cases[event] = cases[event].eq(True)
    cases["amount"] = cases["amount"].fillna(0.0)
    for day in ("contacted_on", "closes_on"):
        cases[day] = pd.to_datetime(cases[day]).dt.date
    return pa.Table.from_pandas(cases[list(OUTCOME_COLUMNS)], preserve_index=False)
