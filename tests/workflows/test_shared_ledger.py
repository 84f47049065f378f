"""Two machines with folders of their own on one ledger say what one machine with files says."""

from __future__ import annotations

import json
import shutil
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from leadlift.specs import open_workspace
from leadlift.workflows.leads import leads as write_leads
from leadlift.workflows.ledger import ledger_of, ledger_url, lists_at
from leadlift.workflows.session import tracker_of

from ..workspaces import copied

DAY = "2026-06-30"
CAMPAIGN = """\
campaign: {name}
currency: CNY
offers:
  fund: {{label: investment fund, pipeline: fund_purchase, value: 8000}}
channels:
  call: {{cost: 20, consent: consent_call = 1, capacity: 60}}
policy:
  - {{rule: one_contact, most: 1, within: 60d}}
control: {{share: 20%}}
"""
CASES = """
  cases:
    path: outcomes/cases.parquet
    kind: flat
    columns:
      customer_id: {type: string}
      bought: {type: boolean}
"""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def url(request, tmp_path) -> str:
    """The URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    return request.getfixturevalue("new_database").replace("bank@", "bank:s3cret@")


@pytest.fixture
def machines(finished: Path, tmp_path: Path, url: str) -> dict[str, Path]:
    """`alone` has files; `a` has the same and begins to share them; `b` never saw a list."""
    made = {}
    for name in ("alone", "a", "b"):
        made[name] = copied(finished, tmp_path / name)
        for campaign in ("best", "third"):
            (made[name] / f"pipelines/campaigns/{campaign}.yaml").write_text(CAMPAIGN.format(name=campaign))
        if name != "alone":
            spec = made[name] / "leadlift.yaml"
            spec.write_text(f"ledger: {url}\n" + spec.read_text("utf-8"), encoding="utf-8")
    shutil.rmtree(made["b"] / "leads")
    return made


def kept(ledger: Path, campaign: str, name: str) -> pd.DataFrame:
    return pd.read_parquet(ledger / f"leads/{campaign}/{DAY}/kept/{name}.parquet")


def without(told: dict, *names: str) -> dict:
    return {name: value for name, value in told.items() if name not in names}


def answers(folder: Path, list_of: pd.DataFrame) -> list[Path]:
    """Two files: who was reached, and, overlapping, who bought."""
    contacted = list_of[list_of["cell"] != "control"]
    rows = contacted[["treatment_code", "customer_id"]].assign(event="delivered", at="2026-07-03", amount="")
    bought = rows.head(5).assign(event="bought", at="2026-07-05", amount="120.50")
    stranger = rows.head(1).assign(treatment_code="ZZZZZZZZZZ")
    rows.to_csv(folder / "reached.csv", index=False)
    pd.concat([rows.tail(3), bought, stranger]).to_csv(folder / "bought.csv", index=False)
    return [folder / "reached.csv", folder / "bought.csv"]


def test_two_machines_and_one_ledger_say_what_one_machine_says(machines, leadlift, tmp_path, url):
    alone, a, b = machines.values()

    # caps are seen across: `b` never saw the lists of `a`, nor `a` those of `b`
    for campaign, shared in (("best", a), ("third", b)):
        words = ("leads", campaign, "--as-of", DAY, "--json")
        solo, said = leadlift(*words, at=alone), leadlift(*words, at=shared)
        assert (solo.code, said.code) == (0, 0), said.err
        assert said.json["list_id"] == solo.json["list_id"]
        assert said.json["waterfall"] == solo.json["waterfall"]
    at_b = ledger_of(open_workspace(b)).root
    removed = kept(at_b, "third", "suppressed")
    mine = set(removed[removed["rule"] == "one_contact"]["customer_id"])
    assert mine == set(kept(at_b, "best", "assignments")["customer_id"]) | (
        mine & set(kept(at_b, "fund_call", "assignments")["customer_id"])
    )
    for campaign in ("fund_call", "best", "third"):
        pd.testing.assert_frame_equal(
            kept(at_b, campaign, "assignments"), kept(alone, campaign, "assignments")
        )

    # what came back, each file on another machine and then on both
    files = answers(tmp_path, kept(alone, "best", "assignments"))
    for file, shared in zip(files, (a, b), strict=True):
        words = ("outcomes", "add", str(file), "--on", "2026-12-31", "--json")
        solo, said = leadlift(*words, at=alone).json, leadlift(*words, at=shared).json
        assert without(said, "file", "quarantine") == without(solo, "file", "quarantine")
        if solo["quarantine"]:
            assert Path(said["quarantine"]).read_bytes() == Path(solo["quarantine"]).read_bytes()
    assert not list((a / "outcomes").glob("events-*"))
    for shared in (a, b, a):
        for file in files:
            again = leadlift("outcomes", "add", str(file), "--on", "2026-12-31", "--json", at=shared).json
            assert again["added"] == 0
    late_data(alone, a, b)
    solo = leadlift("measure", "best", "--on", "2026-12-31", "--json", at=alone).json
    assert solo["promised"]["customers"] == 60
    for shared in (a, b):
        said = leadlift("measure", "best", "--on", "2026-12-31", "--json", at=shared)
        assert said.code == 0, said.err
        assert without(said.json, "page") == without(solo, "page")

    everything_else_reads_it(machines, leadlift, files)
    nothing_tells_the_password(machines, url)


def late_data(*banks: Path) -> None:
    """The data goes on until the window has closed."""
    for bank in banks:
        place = bank / "data" / "holdings.parquet"
        rows = pd.read_parquet(place)
        late = rows.iloc[:1].assign(opened_on=date(2026, 12, 31), product="card", holding_id="last")
        pd.concat([rows, late]).to_parquet(place, index=False)


def everything_else_reads_it(machines: dict[str, Path], leadlift, files: list[Path]) -> None:
    alone, a, b = machines.values()
    for question in (
        "select campaign, count(*) as n from leads group by 1 order by 1",
        "select event, count(*) as n, sum(money) as money from outcomes group by 1 order by 1",
        "select campaign, list_id, leads, control from lists order by 1",
        "select rule, count(*) as n from suppressed group by 1 order by 1",
    ):
        solo, said = (leadlift("sql", question, "--json", at=bank) for bank in (alone, b))
        assert said.code == 0, said.err
        assert said.json == solo.json
    best = alone / f"leads/best/{DAY}/leads.csv"
    # as `a` wrote it, it is known on `b`
    said = leadlift("leads", "verify", str(a / best.relative_to(alone)), "--on", "2026-07-01", at=b)
    assert (said.code, "unchanged" in said.out) == (0, True)
    listed = [
        [
            one["list_id"]
            for one in leadlift("history", "fund_purchase", "--json", at=bank).json["versions"][0]["lists"]
        ]
        for bank in (alone, a, b)
    ]
    assert listed[0] == listed[1] == listed[2]
    assert len(listed[0]) == 3
    said = leadlift("leads", "best", "--as-of", DAY, "--once", "--json", at=b)
    assert (said.code, said.json["list_id"]) == (0, listed[0][0])
    said = leadlift("leads", "best", "--as-of", DAY, at=b)
    assert said.code == 2
    assert "the ledger holds a list of best and 2026-06-30 already" in said.err
    customer = kept(alone, "best", "assignments")["customer_id"].iloc[0]
    told = [
        leadlift("customer", customer, "--as-of", "2026-07-20", "--json", at=bank).json for bank in (alone, b)
    ]
    assert told[1]["lists"] == told[0]["lists"]
    assert told[1]["outcomes"] == told[0]["outcomes"]

    # outcomes as rows to learn from: made anew where another machine has added some
    cases = "outcomes/cases.parquet"
    (a / cases).unlink()
    shutil.copy(b / cases, b / "before.parquet")
    pq.write_table(pq.read_table(b / cases).slice(0, 0), b / cases)
    for shared in (a, b):
        spec = shared / "leadlift.yaml"
        text = spec.read_text("utf-8")
        spec.write_text(text.replace("\nsources:", "\nsources:" + CASES.rstrip(), 1), encoding="utf-8")
    late = files[0].with_name("late.csv")
    row = pd.read_csv(files[0], dtype=str).tail(1).assign(event="answered", at="2026-07-06", amount="")
    row.to_csv(late, index=False)
    for bank in (alone, a):
        assert leadlift("outcomes", "add", str(late), "--on", "2026-12-31", at=bank).code == 0
    assert leadlift("check", at=b).code in (0, 3)
    assert pq.read_table(a / cases).equals(pq.read_table(alone / cases))
    assert pq.read_table(b / cases).equals(pq.read_table(alone / cases))


def nothing_tells_the_password(machines: dict[str, Path], url: str) -> None:
    if "s3cret" not in url:
        return
    for bank in machines.values():
        for run in tracker_of(open_workspace(bank)).runs("fund_purchase"):
            assert "s3cret" not in repr(run)
        for path in [*bank.rglob("*.json"), *bank.rglob("*.html"), *(bank / "mlruns").rglob("*")]:
            assert path.is_dir() or b"s3cret" not in path.read_bytes(), path


def test_the_same_list_on_two_machines_at_once_is_written_by_one(machines, monkeypatch):
    """`b` writes while `a` is at it, having looked before."""
    from leadlift.errors import UserError
    from leadlift.workflows import leads as verb

    a, b = machines["a"], machines["b"]
    whole = verb.write_list

    def late(*given, **named):
        monkeypatch.setattr(verb, "write_list", whole)
        write_leads(open_workspace(b), "best", date.fromisoformat(DAY))
        return whole(*given, **named)

    monkeypatch.setattr(verb, "write_list", late)
    with pytest.raises(UserError, match=r"campaign best has a list of 2026-06-30 .* while this one was made"):
        write_leads(open_workspace(a), "best", date.fromisoformat(DAY))
    assert not (a / f"leads/best/{DAY}").exists()
    assert (b / f"leads/best/{DAY}/leads.csv").exists()
    for bank in (a, b):
        assert len(list(ledger_of(open_workspace(bank)).root.glob("leads/best/*"))) == 1
    runs = tracker_of(open_workspace(a)).runs("fund_purchase", "leads")
    assert runs[0].status == "FAILED"


def test_lists_written_in_one_second_are_all_kept(machines, leadlift, monkeypatch):
    """The same facts give the same files: what tells such lists apart is not the clock."""

    class Stopped(datetime):
        @classmethod
        def now(cls, tz=None):
            return cls(2026, 7, 1, 9, 0, 0, tzinfo=tz)

    monkeypatch.setattr("leadlift.workflows.manifest.datetime", Stopped)
    bank = machines["a"]
    with (bank / "pipelines/campaigns/best.yaml").open("a") as spec:
        spec.write("export: {formats: [csv]}\n")  # workbooks hold the time
    for _ in range(3):
        said = leadlift("leads", "best", "--as-of", DAY, "--replace", at=bank)
        assert (said.code, said.err) == (0, "")
    there = ledger_of(open_workspace(bank)).root / "leads/best"
    assert sorted(path.name for path in there.iterdir()) == [
        DAY,
        f"{DAY}.replaced-1",
        f"{DAY}.replaced-2",
    ]
    told = [json.loads((path / "manifest.json").read_text("utf-8")) for path in there.iterdir()]
    assert len({one["list_id"] for one in told}) == 1
    runs = tracker_of(open_workspace(bank)).runs("fund_purchase", "leads")
    assert {one["written_by"] for one in told} <= {run.id for run in runs}


def test_the_environment_goes_before_the_file_and_a_wrong_url_is_not_repeated(starter, leadlift, monkeypatch):
    monkeypatch.setenv("LEADLIFT_LEDGER", "sqlite:///ledger.db")
    ws = open_workspace(starter)
    assert ledger_url(ws) == f"sqlite:///{starter.resolve() / 'ledger.db'}"
    monkeypatch.setenv("LEADLIFT_LEDGER", "ann:s3cret@host")
    said = leadlift("sql", "select * from lists", at=starter)
    assert said.code == 2
    assert "LEADLIFT_LEDGER: must be the URL of a database" in said.err
    assert "s3cret" not in said.err + said.out
    monkeypatch.setenv("LEADLIFT_LEDGER", "postgresql://ann:s3cret@127.0.0.1:1/none")
    said = leadlift("sql", "select * from lists", at=starter)
    assert said.code == 2
    assert "s3cret" not in said.err + said.out


def test_the_demo_bank_answers_the_lists_of_every_machine(starter, tmp_path):
    spec = starter / "leadlift.yaml"
    assert lists_at(starter) == starter / "leads"
    assert lists_at(tmp_path / "no workspace") == tmp_path / "no workspace/leads"
    spec.write_text(f"ledger: sqlite:///{tmp_path / 'l.db'}\n" + spec.read_text("utf-8"), encoding="utf-8")
    assert lists_at(starter) == ledger_of(open_workspace(starter)).root / "leads"
    assert lists_at(starter) != starter / "leads"


def test_the_doctor_looks_at_the_ledger_and_names_no_password(bank, leadlift, monkeypatch, tmp_path):
    monkeypatch.setenv("LEADLIFT_LEDGER", f"sqlite:///{tmp_path / 'l.db'}")
    told = {one["what"]: one for one in leadlift("doctor", "--json", at=bank).json}
    assert told["ledger"]["found"].endswith("l.db: 1 lists in use")
    assert told["ledger"]["mend"] == ""
    monkeypatch.setenv("LEADLIFT_LEDGER", "postgresql://ann:s3cret@127.0.0.1:1/none")
    said = leadlift("doctor", "--json", at=bank)
    (ledger,) = [one for one in said.json if one["what"] == "ledger"]
    assert ledger["mend"] == "look at ledger in leadlift.yaml, or at LEADLIFT_LEDGER"
    assert "s3cret" not in said.out + said.err
    monkeypatch.delenv("LEADLIFT_LEDGER")
    assert "ledger" not in {one["what"] for one in leadlift("doctor", "--json", at=bank).json}


def test_a_file_of_the_snapshot_that_was_changed_is_told_and_how_to_mend_it(bank, leadlift, tmp_path):
    spec = bank / "leadlift.yaml"
    spec.write_text(f"ledger: sqlite:///{tmp_path / 'l.db'}\n" + spec.read_text("utf-8"), encoding="utf-8")
    there = ledger_of(open_workspace(bank)).root
    (there / f"leads/fund_call/{DAY}/kept/assignments.parquet").write_text("")
    said = leadlift("measure", "fund_call", at=bank)
    assert said.code == 2
    assert "Take .leadlift/ledger away: it is fetched again" in said.err
    shutil.rmtree(bank / ".leadlift/ledger")
    assert leadlift("measure", "fund_call", "--on", "2026-07-10", at=bank).code == 0


def test_without_a_ledger_nothing_is_kept_elsewhere(bank, leadlift, monkeypatch):
    monkeypatch.delenv("LEADLIFT_LEDGER", raising=False)
    assert ledger_of(open_workspace(bank)).root == open_workspace(bank).root
    assert leadlift("sql", "select * from lists", at=bank).code == 0
    assert not (bank / ".leadlift/ledger").exists()
