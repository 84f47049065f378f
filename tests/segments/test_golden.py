"""The SQL that segmentations compile to, in each engine's dialect: it must not drift unseen."""

from __future__ import annotations

import pytest
from sqlglot import exp

from leadlift.features.choose import needed
from leadlift.features.compile import with_formulas

from .building import frozen_of, plain, spec_of, with_specs


@pytest.mark.parametrize("dialect", ["duckdb", "spark"])
def test_segments_of_every_kind(golden, dialect):
    specs = [
        spec_of(
            segment="who", kind="rules", groups={"young": {"when": "age < 30"}, "old": {"when": "age >= 60"}}
        ),
        spec_of(segment="has", kind="rules", match="many", groups={"app": {"when": "logins > 0"}}),
        spec_of(
            segment="tier", kind="tiers", of="assets - debt", groups={"low": {}, "high": {"from": "80%"}}
        ),
        spec_of(segment="rfm", kind="rfm", recency="since", frequency="logins", monetary="assets", bins=3),
        spec_of(segment="near", kind="clusters", over=["age", {"name": "assets", "scale": "log"}]),
        spec_of(segment="soft", kind="clusters", method="mixture", over=["age", "logins"]),
    ]
    scale = {"centre": 40, "spread": 20.5, "low": 18, "high": 99}
    clusters = [{"id": f"c{k}", "label": "", "middle": [k, -k], "share": 0.5} for k in (0, 1)]
    frozen = {
        "tier": {"cuts": [1234.56]},
        "rfm": {"r": [-60, -10], "f": [0, 3], "m": [0, 1e6]},
        "near": {"scaling": [{"name": n, **scale} for n in ("age", "assets")], "clusters": clusters},
        "soft": {
            "scaling": [{"name": n, **scale} for n in ("age", "logins")],
            "clusters": [{**one, "variance": [1, 0.25]} for one in clusters],
        },
    }
    definitions = {
        one.segment: frozen_of(one, **frozen[one.segment]) for one in specs if one.segment in frozen
    }
    columns = dict.fromkeys(("age", "logins", "assets", "debt", "since"), "number")
    features = with_specs(plain(**columns), *specs, frozen=definitions)
    formulas = [one for one in needed(features, features) if one.segment]
    query = with_formulas(exp.select("*").from_("features"), formulas)
    golden(f"segments.{dialect}.sql", query.sql(dialect=dialect, pretty=True) + "\n")
