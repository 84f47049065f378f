"""Tiny lists and outcomes, written as the commands write them."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from leadlift.engines.files import whole_folder
from leadlift.ledger import Ledger
from leadlift.workflows.manifest import write_manifest

DAY = date(2026, 6, 30)


def fill(
    folder: Path, campaign: str, day: date, customers: list[str], valid_until: str = "2026-07-30"
) -> None:
    """The files of a list in a folder that is there."""
    (folder / "kept").mkdir()
    rows = {
        "customer_id": customers,
        "cell": ["control", *["model"] * (len(customers) - 1)],
        "offer": ["fund"] * len(customers),
        "channel": ["call"] * len(customers),
        "treatment_code": [f"{campaign}-{customers[0]}"] * len(customers),
        "valid_until": [date.fromisoformat(valid_until)] * len(customers),
    }
    pq.write_table(pa.table(rows), folder / "kept/assignments.parquet")
    (folder / "leads.csv").write_text("\n".join(customers))
    files = [folder / "leads.csv", folder / "kept/assignments.parquet"]
    told = {
        "list_id": f"{campaign}-{day:%Y%m%d}-{customers[0]}",
        "campaign": campaign,
        "as_of": day.isoformat(),
    }
    write_manifest(folder, files, {**told, "valid_until": valid_until, "leads": len(customers) - 1})


def write(
    ledger: Ledger,
    root: Path,
    campaign: str,
    customers: list[str],
    day: date = DAY,
    *,
    replace: bool = False,
    reads_lists: bool = True,
    fails: BaseException | None = None,
) -> Path:
    """Write a list below a workspace and into its ledger, as `leadlift leads` does."""
    folder = root / "leads" / campaign / day.isoformat()
    aside = folder.with_name(f"{folder.name}.replaced-1") if replace else None
    with ExitStack() as stack:
        temporary = stack.enter_context(whole_folder(folder, keep_as=aside))
        fill(temporary, campaign, day, customers)
        with ledger.recording(campaign, day, temporary, replace=replace, reads_lists=reads_lists):
            if fails is not None:
                raise fails
    return folder


def events(*rows: tuple[str, str, str, str, float | None], source: str = "answers.csv") -> pa.Table:
    """What came back: treatment code, customer, event, day, money."""
    code, customer, event, day, money = zip(*rows, strict=True) if rows else ((), (), (), (), ())
    count = len(rows)
    return pa.table(
        {
            "treatment_code": pa.array(code, pa.string()),
            "customer_id": pa.array(customer, pa.string()),
            "event": pa.array(event, pa.string()),
            "day": pa.array([datetime.fromisoformat(one) for one in day], pa.timestamp("s")),
            "money": pa.array(money, pa.float64()),
            "line": pa.array(range(2, count + 2), pa.int64()),
            "source": pa.array([source] * count, pa.string()),
            "added_at": pa.array(
                [datetime(2026, 7, 10, 8, 30, tzinfo=UTC)] * count, pa.timestamp("s", "UTC")
            ),
        }
    )


def told(ledger: Ledger) -> dict[str, list[str]]:
    """Campaign, day and what was put aside -> who is on the list."""
    files = sorted((ledger.root / "leads").glob("*/2*/kept/assignments.parquet"))
    return {
        f"{path.parents[2].name} {path.parents[1].name}": pq.read_table(path)["customer_id"].to_pylist()
        for path in files
    }
