"""The words that more than one room must spell alike: columns of our tables, stages and aliases."""

CUSTOMER = "customer_id"
AS_OF = "as_of"
TARGET = "target"
TREATMENT = "treatment"

SCORE = "score"
PROBABILITY = "probability"
PERCENTILE = "percentile"
BAND = "band"
RANK = "rank"

TRAIN, VALID, CALIBRATION, TEST = "train", "valid", "calibration", "oot"

CHAMPION = "champion"
CHALLENGER = "challenger"

BANDS = ("A", "B", "C", "D", "E")
