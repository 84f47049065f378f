"""The lead list as a table: whom to contact, for which offer, on which channel, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import pyarrow as pa

from leadlift.names import AS_OF, BAND, CUSTOMER, PERCENTILE, PROBABILITY, TREATMENT_CODE

EXPECTED_VALUE, SELLER, SCRIPT = "expected_value", "seller", "script"
REASONS = ("reason_1", "reason_2", "reason_3")
MEANING = {
    "rank": "1 is the customer to contact first; no rank stands twice.",
    CUSTOMER: "The bank's own id of the customer, as text.",
    "offer": "What to offer.",
    "channel": "How to contact the customer.",
    SELLER: "Who contacts the customer: each seller has as many leads, and as good ones.",
    PROBABILITY: "The calibrated chance that the customer says yes: of 100 customers at 8 %, about 8 do.",
    EXPECTED_VALUE: "What contacting is expected to bring, after its cost: chance times value less cost.",
    PERCENTILE: "The customer's place, 1 to 100, among the reference population of the model; 100 is the likeliest.",
    BAND: "A (likeliest) to E: fixed intervals of probability, the same from list to list.",
    SCRIPT: "What to say first.",
    "reason_1": "What most sets this customer apart, as the model sees it.",
    "reason_2": "The second reason.",
    "reason_3": "The third reason.",
    AS_OF: "What was known at the start of this day was used, nothing later.",
    "valid_until": "Do not use the list after this day.",
    "model_version": "Which version of which model gave the probability.",
    TREATMENT_CODE: "Quote it with the customer when outcomes come back: it says list, offer and channel.",
    "list_id": "This list and no other.",
}


def lead_table(
    leads: pa.Table,
    reasons: Sequence[Sequence[str]],
    shown: Mapping[str, pa.ChunkedArray],
    as_of: date,
    valid_until: date,
    list_id: str,
) -> pa.Table:
    """One row per lead in the order of rank, 1 the best.

    leads: customer_id, offer, channel, probability, percentile, band, treatment_code and model_version, best first, and
    perhaps expected_value, seller and script. reasons: up to three sentences for each. shown: further columns, put
    after the reasons.
    """
    rows = leads.num_rows
    columns: dict[str, object] = {"rank": pa.array(range(1, rows + 1), pa.int32())}
    first = (CUSTOMER, "offer", "channel", SELLER, PROBABILITY, EXPECTED_VALUE, PERCENTILE, BAND, SCRIPT)
    columns |= {name: leads[name] for name in first if name in leads.column_names}
    for place, name in enumerate(REASONS):
        texts = [told[place] if place < len(told) else None for told in reasons]
        columns[name] = pa.array(texts, pa.string())
    columns |= shown
    columns |= {
        AS_OF: pa.array([as_of] * rows, pa.date32()),
        "valid_until": pa.array([valid_until] * rows, pa.date32()),
        "model_version": leads["model_version"],
        TREATMENT_CODE: leads[TREATMENT_CODE],
        "list_id": pa.array([list_id] * rows, pa.string()),
    }
    return pa.table(columns)
