"""scores.parquet: its order, its ranks, and that nothing else is left."""

from __future__ import annotations

import threading
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from leadlift.engines.duckdb import DuckDbEngine
from leadlift.workflows.ahead import ahead
from leadlift.workflows.score_files import UNRANKED, write_scores


def batch(*customers: tuple[str, float], band: str = "C") -> pa.RecordBatch:
    n = len(customers)
    columns = [
        [name for name, _ in customers], [date(2026, 6, 30)] * n, [score for _, score in customers],
        [0.25] * n, [50] * n, [band] * n,
    ]  # fmt: skip
    return pa.record_batch(
        [pa.array(c, f.type) for c, f in zip(columns, UNRANKED, strict=True)], schema=UNRANKED
    )


@pytest.fixture
def written(tmp_path):
    """Write batches; returns (customer, score, rank) as they stand in the file, and what was counted."""
    engine = DuckDbEngine(tmp_path, tmp_path / "cache")

    def write(*batches: pa.RecordBatch):
        folder = tmp_path / "scores"
        folder.mkdir()
        tally = write_scores(batches, folder / "scores.parquet", engine)
        assert [path.name for path in folder.iterdir()] == ["scores.parquet"]
        table = pq.read_table(folder / "scores.parquet")
        return list(
            zip(*(table[name].to_pylist() for name in ("customer_id", "score", "rank")), strict=True)
        ), tally

    yield write
    engine.close()


def test_rank_1_is_the_highest_score_and_of_equals_the_lower_customer(written):
    found, _ = written(batch(("a", 0.2), ("b", 0.9)), batch(("c", 0.9), ("d", 0.1)))
    assert found == [("a", 0.2, 3), ("b", 0.9, 1), ("c", 0.9, 2), ("d", 0.1, 4)]


@pytest.mark.parametrize(
    "batches",
    [
        (batch(("d", 0.1), ("b", 0.9)), batch(("c", 0.9), ("a", 0.2))),
        (batch(("c", 0.9), ("d", 0.1)), batch(("a", 0.2), ("b", 0.9))),
    ],
)
def test_customers_who_come_in_another_order_are_put_in_order(written, batches):
    found, _ = written(*batches)
    assert found == [("a", 0.2, 3), ("b", 0.9, 1), ("c", 0.9, 2), ("d", 0.1, 4)]


def test_ids_are_ordered_as_text(written):
    found, _ = written(batch(("9", 0.1), ("10", 0.2), ("é", 0.3), ("z", 0.3)))
    assert [name for name, _, _ in found] == ["10", "9", "z", "é"]


def test_what_passes_is_counted(written):
    _, tally = written(batch(("a", 0.2), ("b", 0.9), band="A"), batch(("c", 0.9)), batch())
    assert (tally.customers, tally.expected) == (3, 0.75)
    assert tally.bands == {"A": 2, "B": 0, "C": 1, "D": 0, "E": 0}


def test_nobody_scored_is_a_file_without_rows(written):
    assert written()[0] == []


def test_a_stream_that_breaks_leaves_nothing(tmp_path):
    def broken():
        yield batch(("a", 0.1))
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        write_scores(broken(), tmp_path / "scores.parquet", DuckDbEngine(tmp_path, tmp_path / "cache"))
    assert not list(tmp_path.glob("*.parquet"))


def test_answers_come_in_the_order_of_the_items_whoever_is_done_first():
    second = threading.Event()

    def work(item: int) -> int:
        if item == 1:
            second.wait(10)
        else:
            second.set()
        return item * 10

    assert list(ahead(work, [1, 2, 3, 4], workers=2)) == [10, 20, 30, 40]


def test_only_as_many_items_are_taken_as_may_be_under_way():
    taken = []

    def items():
        for item in range(100):
            taken.append(item)
            yield item

    answers = ahead(lambda item: item, items(), workers=2)
    assert next(answers) == 0
    assert taken == [0, 1, 2]
    answers.close()


def test_what_fails_in_a_thread_is_raised_where_the_answer_is_asked_for():
    with pytest.raises(ZeroDivisionError):
        list(ahead(lambda item: 1 // item, [1, 0, 2], workers=2))
