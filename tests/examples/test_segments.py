"""Tiers and RFM of the example workspaces, against the same numbers from the raw files by pandas alone."""

from __future__ import annotations

import pandas as pd
import pyarrow.parquet as pq
import pytest
import yaml

from .test_examples import example

__all__ = ["example"]
pytestmark = pytest.mark.slow


def built(folder, name, day):
    return (
        pq.read_table(folder / f"segments/{name}/as_of={day}/segments.parquet")
        .to_pandas()
        .set_index("customer_id")
    )


def frozen(folder, name):
    return yaml.safe_load((folder / f"pipelines/segments/frozen/{name}.yaml").read_text(encoding="utf-8"))


def lower_quantile(values: pd.Series, share: float) -> float:
    """By hand: the least value with at least that share of all at or below it."""
    counts = values.value_counts().sort_index().cumsum()
    return float(counts[counts >= share * len(values) - 1e-9].index[0])


def cdnow(folder, day):
    columns = ["customer_id", "day", "discs", "spent"]
    rows = pd.read_csv(
        folder / "data/CDNOW_master.txt", sep=r"\s+", names=columns, header=0, dtype={"customer_id": str}
    )
    rows["day"] = pd.to_datetime(rows.day.astype(str), format="%Y%m%d")
    rows = rows[rows.day < day]
    return rows.groupby("customer_id").agg(last=("day", "max"), f=("day", "size"), m=("spent", "sum"))


@pytest.mark.parametrize("day", ["1998-07-01", "1997-10-01"])
def test_cdnow_bins_are_those_of_pandas_and_cuts_of_one_day_serve_the_other(example, leadlift, day):
    folder = example("cdnow")
    assert leadlift("segment", "--as-of", "1998-07-01", at=folder).code == 0
    assert leadlift("segment", "--as-of", day, at=folder).code == 0
    end = cdnow(folder, "1998-07-01")
    end["r"] = -(pd.Timestamp("1998-07-01") - end["last"]).dt.days
    cuts = {part: [lower_quantile(end[part].round(2), k / 5) for k in range(1, 5)] for part in "rfm"}
    for part in "rfm":
        assert frozen(folder, "rfm")[part] == pytest.approx(cuts[part], abs=0.001)
    now = cdnow(folder, day)
    now["r"] = -(pd.Timestamp(day) - now["last"]).dt.days
    found = built(folder, "rfm", day).loc[now.index]
    assert len(found) == (23_570 if day == "1998-07-01" else len(now))
    for part in "rfm":
        bins = 1 + sum((now[part].round(2) > cut + 1e-9).astype(int) for cut in cuts[part])
        assert (found[f"rfm_{part}"] == bins).all(), part
    assert (found.rfm_score - (found.rfm_r + found.rfm_f + found.rfm_m) / 3).abs().max() < 1e-9
    champions = (found.rfm_r >= 4) & ((found.rfm_f + found.rfm_m) / 2 >= 4)
    assert ((found.rfm == "champions") == champions).all()


def test_cdnow_spending_tiers_hold_the_shares_asked_for(example, leadlift):
    folder = example("cdnow")
    assert leadlift("segment", "spending_tier", "--as-of", "1998-07-01", at=folder).code == 0
    spent = cdnow(folder, "1998-07-01").m.round(2)
    cuts = [lower_quantile(spent, share) for share in (0.5, 0.8, 0.95)]
    names = ["low", "middle", "high", "top"]
    mine = pd.cut(spent, [-1, *cuts, spent.max()], labels=names, right=True).astype(str)
    assert (built(folder, "spending_tier", "1998-07-01").spending_tier.loc[mine.index] == mine).all()
    assert mine.value_counts()[names].tolist() == [11_785, 7_072, 3_535, 1_178]


def test_telco_tiers_by_value_and_by_share_are_those_of_pandas(example, leadlift):
    folder = example("telco_churn")
    assert leadlift("segment", "--as-of", "2026-01-01", at=folder).code == 0
    rows = pd.read_csv(folder / "data/WA_Fn-UseC_-Telco-Customer-Churn.csv").set_index("customerID")
    paid = pd.to_numeric(rows.TotalCharges.str.strip().replace("", None))
    charged = pd.cut(
        rows.MonthlyCharges, [0, 35, 70, 100, 1e9], right=False, labels=["basic", "middle", "high", "premium"]
    ).astype(str)
    assert (built(folder, "charge_tier", "2026-01-01").charge_tier.loc[rows.index] == charged).all()
    quarters = [f"{one}_quarter" for one in ("first", "second", "third", "fourth")]
    cuts = [lower_quantile(paid.dropna(), share) for share in (0.25, 0.5, 0.75)]
    mine = pd.cut(paid, [-1, *cuts, 1e9], right=False, labels=quarters).astype(object).fillna("not_yet")
    assert (built(folder, "paid_tier", "2026-01-01").paid_tier.loc[mine.index] == mine).all()
    assert (mine == "not_yet").sum() == 11
