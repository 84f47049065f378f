"""The words that more than one room must spell alike: columns of our tables, stages and aliases."""

CUSTOMER = "customer_id"
AS_OF = "as_of"
TARGET = "target"
TREATMENT = "treatment"

SCORE = "score"
PROBABILITY = "probability"
VALUE = "value"
PERCENTILE = "percentile"
BAND = "band"
RANK = "rank"

TRAIN, VALID, CALIBRATION, TEST = "train", "valid", "calibration", "oot"

CHAMPION = "champion"
CHALLENGER = "challenger"

BANDS = ("A", "B", "C", "D", "E")

MANIFEST = "manifest.json"
"""Written last into a folder of results: one without it is not finished."""

TREATMENT_CODE = "treatment_code"
CODE_LENGTH = 10
CODE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: without I, L, O and U, so that nobody misreads one."""

MODEL, EXPLORE, CONTROL = "model", "explore", "control"
"""The cells of a list: contacted by the model's choice, contacted at random, and not contacted, at random."""


def amount_said(amount: float) -> str:
    """An amount as people read it: whole from 100 on, else four figures."""
    return f"{amount:,.0f}" if abs(amount) >= 100 else f"{amount:,.4g}"
