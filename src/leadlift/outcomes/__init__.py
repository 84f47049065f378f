"""What came back from the lists: files read, every row judged, and what the lists' customers did put together."""

from leadlift.outcomes.cases import OUTCOME_COLUMNS, case_table
from leadlift.outcomes.judge import Judged, judge_rows
from leadlift.outcomes.read import FIELDS, Rows, read_outcomes, rows_of
from leadlift.outcomes.treatments import Treatment

__all__ = [
    "FIELDS", "OUTCOME_COLUMNS", "Judged", "Rows", "Treatment", "case_table", "judge_rows", "read_outcomes", "rows_of",
]  # fmt: skip
