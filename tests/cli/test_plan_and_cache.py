"""What a build would do, and what the cache holds: told, and true."""

from __future__ import annotations

import os
import time

from ..workspaces import DAY


def plan_of(leadlift, at, *words):
    said = leadlift("features", "plan", *words, "--json", at=at)
    assert said.code == 0, said.err
    return said.json


def test_a_plan_tells_rows_and_bytes_before_anything_is_built(leadlift, starter):
    leadlift("cache", "clean", at=starter)
    found = plan_of(leadlift, starter, "--as-of", DAY)
    parts = {part["source"]: part for part in found["parts"]}
    assert all(part["built"] == 0 and part["scans"] >= 1 for part in parts.values())
    rows = parts["transactions"]["rows"]
    assert rows == sum(table_rows(path) for path in (starter / "data/transactions").glob("*.parquet"))
    assert (
        0
        < parts["transactions"]["bytes"]
        < sum(path.stat().st_size for path in (starter / "data/transactions").glob("*.parquet"))
    )
    missing = sum(part["tiles"] + part["sql"] for part in parts.values())
    assert found["cells"] == missing * found["customers"]


def table_rows(path):
    import pyarrow.parquet as pq

    return pq.read_metadata(path).num_rows


def test_what_is_built_is_not_planned_again(leadlift, starter):
    assert leadlift("features", "build", "--as-of", DAY, at=starter).code == 0
    found = plan_of(leadlift, starter, "--as-of", DAY)
    assert found["cells"] == 0
    assert {(part["scans"], part["why"]) for part in found["parts"]} == {(0, "all of it is built")}


def test_a_plan_for_a_pipeline_covers_its_training_dates(leadlift, starter):
    found = plan_of(leadlift, starter, "--pipeline", "fund_purchase")
    one_day = plan_of(leadlift, starter, "--as-of", DAY)
    assert len(found["dates"]) > 1
    assert found["customers"] > one_day["customers"]


def test_a_pipeline_has_its_own_dates(leadlift, starter):
    said = leadlift("features", "plan", "--pipeline", "fund_purchase", "--as-of", DAY, at=starter)
    assert (said.code, said.err) == (
        2,
        "error: --pipeline has its own as-of dates; give it or --as-of, not both\n",
    )


def test_the_cache_is_listed_and_made_empty_and_built_again(leadlift, starter):
    built = leadlift("features", "build", "--as-of", DAY, "--json", at=starter).json
    kept = {one["kind"]: one for one in leadlift("cache", "list", "--json", at=starter).json}
    assert kept["features"]["entries"] >= 1
    assert kept["tables"]["bytes"] > 0
    gone = leadlift("cache", "clean", "--json", at=starter).json
    assert gone["bytes"] >= sum(one["bytes"] for one in kept.values())
    left = leadlift("cache", "list", "--json", at=starter).json
    assert {(one["entries"], one["bytes"]) for one in left} == {(0, 0)}
    assert leadlift("features", "build", "--as-of", DAY, "--json", at=starter).json == built


def test_only_what_was_not_used_for_long_is_removed(leadlift, starter):
    leadlift("cache", "clean", at=starter)
    leadlift("features", "build", "--as-of", DAY, at=starter)
    folder = starter / ".leadlift" / "cache" / "features"
    (block,) = [path for path in folder.iterdir() if path.is_dir()]
    long_ago = time.time() - 40 * 86_400
    for path in [block, *block.rglob("*")]:
        os.utime(path, (long_ago, long_ago))
    assert leadlift("cache", "clean", "--older-than", "30", "--json", at=starter).json["entries"] == 1
    assert not block.exists()
    assert leadlift("cache", "clean", "--older-than", "30", "--json", at=starter).json["entries"] == 0
