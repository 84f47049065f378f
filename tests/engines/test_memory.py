"""What is too much for the memory is told as that, and leaves nothing."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from sqlglot import parse_one

from leadlift.engines.duckdb import DuckDbEngine
from leadlift.errors import UserError

from ..sparks import needs_spark

WIDE = ", ".join(f"i * {factor} as c{factor}" for factor in range(60))


def test_an_answer_that_cannot_be_ordered_in_the_memory_says_which_setting_to_raise(tmp_path):
    (tmp_path / "cache").mkdir()
    query = parse_one(f"select {WIDE} from range(300000) t(i) order by hash(i)", dialect="duckdb")
    small = DuckDbEngine(tmp_path, tmp_path / "cache", memory=20_000_000)
    with pytest.raises(UserError, match=r"memory ran out: .* Give `memory` in leadlift\.yaml more"):
        small.write(query, tmp_path / "answer.parquet")
    small.close()
    assert [path.name for path in tmp_path.iterdir()] == ["cache"]
    enough = DuckDbEngine(tmp_path, tmp_path / "cache", memory=2_000_000_000)
    assert enough.write(query, tmp_path / "answer.parquet") == 300_000
    enough.close()


@needs_spark
@pytest.mark.parametrize(
    ("master", "share"), [("local[2]", 1 / 4), ("spark://bank:7077", 2 / 3), ("yarn", 2 / 3), ("", 2 / 3)]
)
def test_where_spark_is_elsewhere_this_process_has_most_of_its_memory(master, share):
    from leadlift.engines.spark.engine import _own_share

    spark = SimpleNamespace(conf=SimpleNamespace(get=lambda name, default: master or default))
    assert _own_share(spark) == share
