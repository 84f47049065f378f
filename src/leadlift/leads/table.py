"""The lead list as a table: whom to contact, for which offer, on which channel, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from leadlift.engines.files import digest
from leadlift.names import AS_OF, BAND, CUSTOMER, PERCENTILE, PROBABILITY

REASONS = ("reason_1", "reason_2", "reason_3")
MEANING = {
    "rank": "1 is the customer to contact first; no rank stands twice.",
    CUSTOMER: "The bank's own id of the customer, as text.",
    "offer": "What to offer.",
    "channel": "How to contact the customer.",
    PROBABILITY: "The calibrated chance that the customer says yes: of 100 customers at 8 %, about 8 do.",
    PERCENTILE: "The customer's place, 1 to 100, among the reference population of the model; 100 is the likeliest.",
    BAND: "A (likeliest) to E: fixed intervals of probability, the same from list to list.",
    "reason_1": "What most sets this customer apart, as the model sees it.",
    "reason_2": "The second reason.",
    "reason_3": "The third reason.",
    AS_OF: "What was known at the start of this day was used, nothing later.",
    "valid_until": "Do not use the list after this day.",
    "model_version": "Which version of which model gave the probability.",
    "list_id": "This list and no other; quote it when the outcomes come back.",
}


@dataclass(frozen=True)
class ListFacts:
    """What holds for every lead of a list."""

    campaign: str
    offer: str
    channel: str
    as_of: date
    valid_until: date
    model_version: str

    def list_id(self, customers: Sequence[str]) -> str:
        """The id of the list of these customers in this order: other customers, another id."""
        told = digest("\n".join([self.model_version, self.channel, self.offer, *customers]))[:8]
        return f"{self.campaign}-{self.as_of:%Y%m%d}-{told}"


def lead_table(
    chosen: pa.Table, facts: ListFacts, reasons: Sequence[Sequence[str]], shown: Mapping[str, pa.ChunkedArray]
) -> pa.Table:
    """One row per lead in the order of rank, 1 the best.

    chosen: customer_id, probability, percentile and band, best first. reasons: up to three sentences for each.
    shown: further columns to put after the reasons.
    """
    rows = chosen.num_rows
    list_id = facts.list_id(chosen[CUSTOMER].to_pylist())
    columns: dict[str, object] = {
        "rank": pa.array(range(1, rows + 1), pa.int32()),
        CUSTOMER: chosen[CUSTOMER],
        "offer": pa.array([facts.offer] * rows, pa.string()),
        "channel": pa.array([facts.channel] * rows, pa.string()),
        PROBABILITY: chosen[PROBABILITY],
        PERCENTILE: chosen[PERCENTILE],
        BAND: chosen[BAND],
    }
    for place, name in enumerate(REASONS):
        texts = [told[place] if place < len(told) else None for told in reasons]
        columns[name] = pa.array(texts, pa.string())
    columns |= shown
    columns |= {
        AS_OF: pa.array([facts.as_of] * rows, pa.date32()),
        "valid_until": pa.array([facts.valid_until] * rows, pa.date32()),
        "model_version": pa.array([facts.model_version] * rows, pa.string()),
        "list_id": pa.array([list_id] * rows, pa.string()),
    }
    return pa.table(columns)
