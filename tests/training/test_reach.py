"""Windows that reach back to before the data begins: noted with the share of cases and the day to begin on."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leadlift.training.reach import short_of_history

SPECS = {
    "leadlift.yaml": """
name: tiny
sources:
  visits:
    path: visits/*.parquet
    kind: events
    event_time: came_on
    columns:
      customer_id: {type: string}
      came_on: {type: date}
  written:
    path: written.csv
    kind: events
    event_time: sent_on
    columns:
      customer_id: {type: string}
      sent_on: {type: date}
""",
    "feature_defs/visits.yaml": """
subject: behaviour
source: visits
features:
  seen: {agg: count, windows: [30d, 365d]}
  last_seen: {agg: days_since_last, windows: [365d]}
""",
    "feature_defs/written.yaml": """
subject: behaviour
source: written
features:
  letters: {agg: count, windows: [365d]}
""",
    "written.csv": "customer_id,sent_on\nann,2025-01-01\n",
}


@pytest.fixture
def visited(small, tmp_path):
    """Two months of visits, the first on 2024-07-03."""
    (tmp_path / "visits").mkdir()
    for name, days in (("b", ["2024-08-05"]), ("a", ["2024-07-03", "2024-07-09"])):
        table = pa.table(
            {"customer_id": ["ann"] * len(days), "came_on": [date.fromisoformat(d) for d in days]}
        )
        pq.write_table(table, tmp_path / "visits" / f"{name}.parquet")
    return small(SPECS)


def days(*told: str) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array([date.fromisoformat(one) for one in told])])


def test_a_window_longer_than_the_history_is_told_with_its_share_and_the_day_to_begin_on(visited):
    ws, home = visited
    notes = short_of_history(
        list(ws.features.values()), home, days("2025-01-01", "2025-06-30", "2025-07-03", "2025-12-31")
    )
    assert notes == (
        "short of history: 'visits' begins on 2024-07-03, so that in 50% of the cases 365 days reach back to before "
        "it, and what is seen grows with time: last_seen_365d, seen_365d. Begin the population on 2025-07-03, "
        "shorten the window, or bring older rows",
    )


@pytest.mark.parametrize(
    "cases",
    [
        pytest.param(days("2025-07-03", "2026-01-01"), id="all see the whole window"),
        pytest.param(days("2025-07-02", *["2025-08-01"] * 19), id="too few to speak of"),
        pytest.param(days("2025-01-01", "2025-01-01"), id="one day: nothing grows"),
        pytest.param(pa.chunked_array([pa.array([], pa.date32())]), id="no cases"),
    ],
)
def test_nothing_is_said_where_nothing_grows(visited, cases):
    ws, home = visited
    assert short_of_history(list(ws.features.values()), home, cases) == ()
