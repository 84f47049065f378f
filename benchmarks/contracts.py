"""All rules of a table of movements in one query, against a bare scan of its columns and a query for each rule.

    python benchmarks/contracts.py [--rows 20000000] [--repeat 3]

The table is made in a temporary folder: movements of a tenth as many customers, some late, a few of them broken. Ways
are timed in turn, and the best of the repeats counts. Every count, example and day of the one query is compared with
those of the single ones; a difference ends the run.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import sqlglot

from leadlift.contracts.query import DAYS, PART, Contract, contract_of, contract_query
from leadlift.engines.duckdb import DuckDbEngine
from leadlift.specs import Source

COLUMNS = {
    "txn_id": {"type": "string", "required": True, "unique": True, "pattern": "T[0-9]{12}"},
    "customer_id": {"type": "string", "required": True, "references": "customers.customer_id"},
    "posted_at": {"type": "timestamp", "required": True},
    "loaded_at": {"type": "timestamp", "required": True},
    "amount": {"type": "decimal", "required": True, "min": -5000, "max": 5000},
    "channel": {"type": "string", "required": True, "allowed": ["app", "web", "branch", "atm", "pos"]},
}
CHECKS = {
    "fresh": "3d", "gaps": "3d", "volume": "week",
    "rules": {"small_at_machines": {"expect": "channel <> 'atm' or amount > -4990"}},
}  # fmt: skip
SOURCES = {
    "transactions": Source.model_validate({
        "path": "transactions.parquet", "kind": "events", "key": "txn_id", "event_time": "posted_at",
        "available_at": "loaded_at", "columns": COLUMNS, "checks": CHECKS,
    }),
    "customers": Source.model_validate({
        "path": "customers.parquet", "kind": "flat", "columns": {"customer_id": {"type": "string"}},
    }),
}  # fmt: skip


def make(folder: Path, rows: int) -> None:
    """Both tables; about one row in a hundred thousand breaks something."""
    customers = max(rows // 10, 1)
    movements = f"""
        select 'T' || lpad((case when i % 100003 = 5 then i - 1 else i end)::varchar, 12, '0') txn_id,
            lpad((hash(i) % {customers + 2})::varchar, 8, '0') customer_id,
            timestamp '2024-07-01' + to_seconds((hash(i * 7) % (730 * 86400))::bigint) posted_at,
            posted_at + to_hours((hash(i * 11) % 48)::bigint - (i % 100003 = 7)::int * 60) loaded_at,
            ((hash(i * 3) % 1000100)::bigint / 100 - 5000)::decimal(18, 2) amount,
            case (hash(i * 5) % 5)::int when 0 then 'app' when 1 then 'web' when 2 then 'branch' when 3 then 'atm'
                else case when i % 100003 = 9 then 'fax' else 'pos' end end channel
        from range({rows}) t(i)
    """
    tables = {
        "transactions": movements,
        "customers": f"select lpad(i::varchar, 8, '0') customer_id from range({customers}) t(i)",
    }
    with duckdb.connect() as con:
        for name, query in tables.items():
            con.execute(f"copy ({query}) to '{folder / name}.parquet' (format parquet)")


def single(contract: Contract) -> list[Contract]:
    """A contract for each rule, and one for the days."""
    bare = contract.source.model_copy(update={"event_time": None})
    none = replace(contract, rows=(), keys=())
    rules = [replace(none, source=bare, rows=(rule,)) for rule in contract.rows]
    rules += [replace(none, source=bare, keys=(rule,)) for rule in contract.keys]
    return [*rules, none]


def values(answers: list[list[dict[str, Any]]], contract: Contract) -> list[Any]:
    """What answers say of each rule and day, in one order, whether it came from one query or from many."""
    whole = answers[0] if len(answers) == 1 else None
    found: list[Any] = []
    for place in range(len(contract.rows)):
        row, own = (whole[0], place) if whole else (answers[place][0], 0)
        found.append([row.get(f"{what}{own}") for what in ("n", "low", "high", "key")])
    for place in range(len(contract.keys)):
        rows = whole or answers[len(contract.rows) + place]
        name = f"repeats {place if whole else 0}"
        found += [[row["n"], row["low"], row["high"]] for row in rows if row[PART] == name]
    days = [(str(row["at"]), str(row["late"]), row["n"]) for row in answers[-1] if row[PART] == DAYS]
    return [*found, sorted(days)]


def timed(run: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    found = run()
    return time.perf_counter() - began, found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=20_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder, asked.rows)
        engine = DuckDbEngine(folder, folder / "cache")
        for source, spec in SOURCES.items():
            assert engine.open_source(source, spec) == []
        contract = contract_of("transactions", SOURCES["transactions"], SOURCES, "customer_id")
        hashes = ", ".join(f"bit_xor(hash({column}))" for column in COLUMNS)
        scan = sqlglot.parse_one(f"select {hashes} from transactions", read="duckdb")
        ways: dict[str, Callable[[], Any]] = {
            "scan of the six columns": lambda: engine.table(scan),
            "all rules in one query": lambda: [engine.table(contract_query(contract)).to_pylist()],
            "one query for each rule": lambda: [
                engine.table(contract_query(one)).to_pylist() for one in single(contract)
            ],
        }
        best = dict.fromkeys(ways, float("inf"))
        found: dict[str, Any] = {}
        for _ in range(asked.repeat):
            for way, run in ways.items():
                seconds, found[way] = timed(run)
                best[way] = min(best[way], seconds)
        together, apart = (values(found[way], contract) for way in list(ways)[1:])
        assert together == apart, "the ways disagree"
        engine.close()
    rules = len(contract.rows) + len(contract.keys)
    print(f"{asked.rows:,} rows, {rules} rules and {len(together[-1]):,} pairs of days; the ways agree\n")
    print("| way | s | times the scan |\n|---|---|---|")
    for way, seconds in best.items():
        print(f"| {way} | {seconds:.2f} | {seconds / best['scan of the six columns']:.1f} |")
    print(f"\npeak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


if __name__ == "__main__":
    main()
