"""A bank whose files lie in a bucket: the same answers as from files, fetched once, and its keys nowhere."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
import yaml

from ..buckets import KEY, SECRET

DAY, PIPELINE = "2026-06-30", "fund_purchase"


def moved(workspace: Path, s3) -> None:
    """Move every source's files into the bucket `bank`; the spec before stays as files.yaml."""
    spec = workspace / "leadlift.yaml"
    (workspace / "files.yaml").write_text(spec.read_text("utf-8"), encoding="utf-8")
    told = yaml.safe_load(spec.read_text("utf-8"))
    for source in told["sources"].values():
        for file in sorted(workspace.glob(source["path"])):
            s3.put("bank", str(file.relative_to(workspace)), file.read_bytes())
        source["path"] = f"s3://bank/{source['path']}"
    spec.write_text(yaml.safe_dump(told, sort_keys=False), encoding="utf-8")
    (workspace / "data").rename(workspace / "data-before")


def keys_in(folder: Path) -> list[Path]:
    """The files that hold a key of access."""
    secrets = (KEY.encode(), SECRET.encode())
    return [
        path
        for path in folder.rglob("*")
        if path.is_file() and any(one in path.read_bytes() for one in secrets)
    ]


def built(leadlift, workspace, day=DAY):
    said = leadlift("features", "build", "--as-of", day, "--json", at=workspace)
    assert (said.code, said.err) == (0, "")
    return pq.read_table(said.json["path"]).sort_by("customer_id")


@pytest.mark.slow
def test_features_scores_and_answers_are_those_of_the_files_and_the_keys_are_nowhere(bank, leadlift, s3):
    question = "select count(*) n, count(distinct customer_id) c from customers"
    words = (["score", PIPELINE, "--as-of", DAY, "--json"], ["sql", question, "--json"])
    from_files = [built(leadlift, bank), leadlift(*words[1], at=bank).json]
    score = bank / "scores" / PIPELINE / DAY
    scored = pq.read_table(next(score.glob("*.parquet")))
    score.rename(bank / "scored-from-files")
    moved(bank, s3)
    assert built(leadlift, bank).equals(from_files[0])
    assert len(s3.got()) == len(s3.buckets["bank"])
    for one in (["check", "--json"], ["doctor", "--json"], *words):
        said = leadlift(*one, at=bank)
        assert said.code == 0, said.err
        assert not [secret for secret in (KEY, SECRET) if secret in said.out + said.err]
        if one[0] == "doctor":
            assert "sources open" in said.out
        if one[0] == "sql":
            assert said.json == from_files[1]
    assert pq.read_table(next(score.glob("*.parquet"))).equals(scored)
    assert s3.got() == []
    assert keys_in(bank) == []


def by_month(workspace: Path) -> None:
    """Cut the transactions into a file for each month."""
    folder = workspace / "data" / "transactions"
    rows = pa.concat_tables([pq.read_table(path) for path in sorted(folder.glob("*.parquet"))])
    for path in folder.glob("*.parquet"):
        path.unlink()
    months = pc.strftime(rows["posted_at"], "%Y-%m")
    for month in pc.unique(months).to_pylist():
        pq.write_table(rows.filter(pc.equal(months, month)), folder / f"{month}.parquet")


def features_kept(workspace: Path) -> set[str]:
    """What the cache holds of built features."""
    folder = workspace / ".leadlift" / "cache" / "features"
    return {str(path.relative_to(folder)) for path in folder.rglob("*.parquet")}


@pytest.mark.slow
def test_a_changed_month_is_the_one_file_fetched_and_earlier_days_are_not_built_anew(starter, leadlift, s3):
    by_month(starter)
    moved(starter, s3)
    for day in ("2026-05-31", DAY):
        built(leadlift, starter, day)
    before, key = features_kept(starter), "data/transactions/2026-06.parquet"
    s3.got()
    june = pq.read_table(io.BytesIO(s3.buckets["bank"][key][0]))
    changed = io.BytesIO()
    pq.write_table(june.slice(10), changed)
    s3.put("bank", key, changed.getvalue())
    built(leadlift, starter, "2026-05-31")
    assert s3.got() == [key]
    assert features_kept(starter) == before
    built(leadlift, starter, DAY)
    assert features_kept(starter) > before
    assert s3.got() == []


@pytest.mark.slow
def test_what_is_wrong_with_a_bucket_is_told_at_the_line_of_its_path(starter, leadlift, s3, monkeypatch):
    moved(starter, s3)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIANOBODY")
    said = leadlift("check", at=starter)
    assert said.code == 2
    assert re.search(
        r"leadlift\.yaml:\d+: sources\.transactions\.path: the bucket 'bank' at .* does not know", said.err
    )
    looked = leadlift("doctor", "--json", at=starter)
    assert (looked.code, "does not know the key that was found" in looked.out) == (2, True)
    assert "AKIANOBODY" not in "".join([said.out, said.err, looked.out, looked.err])
