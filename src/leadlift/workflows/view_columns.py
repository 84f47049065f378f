"""The columns of the views over results, and what each says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

TEXT, DAY, NUMBER, WHOLE = pa.string(), pa.date32(), pa.float64(), pa.int64()


@dataclass(frozen=True)
class ViewColumn:
    """One column of a view. hidden: `pii` or `protected`, and then in the view only when asked for; else empty."""

    name: str
    type: str
    meaning: str
    hidden: str = ""


Columns = Mapping[str, tuple[pa.DataType, str]]

SCORES: Columns = {
    "pipeline": (TEXT, "the pipeline whose champion scored"),
    "customer_id": (TEXT, "the customer"),
    "as_of": (DAY, "the day: what was known at its start was used"),
    "score": (NUMBER, "the model's raw output, to rank by"),
    "probability": (NUMBER, "the calibrated chance; of uplift pipelines what the contact adds"),
    "value": (NUMBER, "the expected amount, of pipelines that tell one"),
    "percentile": (WHOLE, "1 to 100 among the reference population, 100 the likeliest"),
    "band": (TEXT, "A to E, fixed intervals of probability"),
    "rank": (WHOLE, "1 is the highest score of the day"),
}
LEADS: Columns = {
    "campaign": (TEXT, "the campaign of the list"),
    "customer_id": (TEXT, "the customer, controls included"),
    "as_of": (DAY, "the day of the list"),
    "list_id": (TEXT, "the list"),
    "cell": (TEXT, "model or explore: contacted; control: not contacted, at random"),
    "offer": (TEXT, "what is offered"),
    "channel": (TEXT, "by which way"),
    "treatment_code": (TEXT, "list, offer, channel and cell in one code"),
    "probability": (NUMBER, "the chance of the offer on its channel"),
    "uplift": (NUMBER, "what the contact adds, of uplift pipelines"),
    "value": (NUMBER, "what a response is worth"),
    "cost": (NUMBER, "of the contact"),
    "expected_value": (NUMBER, "of the contact, after its cost"),
    "band": (TEXT, "A to E"),
    "percentile": (WHOLE, "1 to 100"),
    "score": (NUMBER, "the model's raw output"),
    "share_contacted": (NUMBER, "the chance of being contacted, for weights"),
    "valid_until": (DAY, "the last day of the list"),
    "model_version": (TEXT, "the model behind the offer"),
}
SUPPRESSED: Columns = {
    "campaign": (TEXT, "the campaign of the list"),
    "as_of": (DAY, "the day of the list"),
    "customer_id": (TEXT, "the customer"),
    "offer": (TEXT, "the offer that the rule closed; null: all of them"),
    "rule": (TEXT, "the rule, as in the waterfall"),
}
LISTS: Columns = {
    "campaign": (TEXT, "the campaign"),
    "as_of": (DAY, "the day of the list"),
    "list_id": (TEXT, "the list"),
    "valid_until": (DAY, "its last day"),
    "leads": (WHOLE, "customers to contact"),
    "control": (WHOLE, "customers held back, at random"),
    "expected_responders": (NUMBER, "of those contacted; of uplift pipelines what the contact adds"),
    "expected_value": (NUMBER, "after costs, where offers have values"),
    "model": (TEXT, "the models behind it"),
}
OUTCOMES: Columns = {
    "treatment_code": (TEXT, "what the outcome answers; join leads on it and the customer"),
    "customer_id": (TEXT, "the customer"),
    "event": (TEXT, "what happened"),
    "day": (DAY, "on which day"),
    "money": (NUMBER, "the amount, where there is one"),
    "source": (TEXT, "the file or source it came in"),
}
SEGMENTS: Columns = {
    "segmentation": (TEXT, "which segmentation"),
    "as_of": (DAY, "the day it was built for"),
    "customer_id": (TEXT, "the customer"),
    "segment": (TEXT, "the group; of segmentations that let a customer be in many, a row for each"),
}


def columns_of(columns: Columns) -> tuple[ViewColumn, ...]:
    """As a view lists them."""
    return tuple(ViewColumn(name, WORDS[kind], meaning) for name, (kind, meaning) in columns.items())


WORDS: Mapping[pa.DataType, str] = {TEXT: "string", DAY: "date", NUMBER: "number", WHOLE: "integer"}
SQL_TYPES: Mapping[pa.DataType, str] = {TEXT: "VARCHAR", DAY: "DATE", NUMBER: "DOUBLE", WHOLE: "BIGINT"}
