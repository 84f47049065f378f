from .cases import OUTCOME_COLUMNS, case_table
from .judge import Judged, judge_rows
from .read import FIELDS, Rows, read_outcomes, rows_of
from .treatments import Treatment

__all__ = [
    "FIELDS", "OUTCOME_COLUMNS", "Judged", "Rows", "Treatment", "case_table", "judge_rows", "read_outcomes", "rows_of",
]  # fmt: skip
