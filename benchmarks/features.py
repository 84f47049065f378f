"""Feature builds at bank scale, each way in a process of its own, with time, peak memory and values compared.

    python benchmarks/features.py                              # 50 million transactions x 1 million customers
    python benchmarks/features.py --customers 2e5 --transactions 1e7 --ways leadlift case floor

Ways:
- leadlift: `leadlift features build`'s own path, from an empty cache to Parquet.
- months: the same for six monthly as-of dates from an empty cache (what a training table needs).
- next: the sixth date when the cache holds what the first five left.
- case: what a database expert writes: one GROUP BY per source with a CASE for each feature, joined and written once.
- polars, pandas: the same in these libraries, the former streaming; pandas needs memory for all rows at once, so try it
  on a tenth of them. Polars is not in the lock file: install it beside.
- floor: reading the columns that are needed, and writing the finished table.

Every way has the same two processors and the same files; the file cache is warm (each file is read once before). The
values of `case`, `polars` and `leadlift` are compared feature by feature.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from bank import Size, make_bank, month_ends  # noqa: E402  # stands beside this file
from definitions import WISHES, Wish, write_workspace  # noqa: E402

AS_OF = date(2026, 7, 1)


def main() -> None:
    asked = _arguments()
    folder = Path(asked.folder)
    size = Size(int(asked.customers), int(asked.transactions), asked.months)
    make_bank(folder, size)
    write_workspace(folder, asked.memory)
    if asked.way:
        _one(folder, asked.way, size)
        return
    _warm(folder)
    rows = []
    for way in asked.ways:
        told = _apart(asked, way)
        rows.append(told)
        sys.stdout.write(f"{way}: {told}\n")
        sys.stdout.flush()
    _print(rows)
    for peer in ("case", "polars", "pandas"):
        if {"leadlift", peer} <= set(asked.ways):
            _compare(folder, peer)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--folder",
        default=Path(tempfile.gettempdir()) / "leadlift-bank",
        help="where the bank lies, or is made",
    )
    parser.add_argument("--customers", type=float, default=1e6)
    parser.add_argument("--transactions", type=float, default=5e7)
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--memory", default="60%")
    parser.add_argument("--ways", nargs="*", default=["floor", "case", "leadlift", "months", "next"])
    parser.add_argument("--way", help=argparse.SUPPRESS)
    return parser.parse_args()


def _apart(asked: argparse.Namespace, way: str) -> dict[str, float | str]:
    words = [sys.executable, __file__, "--way", way, "--folder", str(asked.folder), "--memory", asked.memory]
    words += ["--customers", str(asked.customers), "--transactions", str(asked.transactions)]
    words += ["--months", str(asked.months)]
    said = subprocess.run(words, capture_output=True, text=True, check=False)
    if said.returncode:
        return {"way": way, "failed": said.stderr.strip().splitlines()[-1][:200]}
    return dict(json.loads(said.stdout.splitlines()[-1]))


def _one(folder: Path, way: str, size: Size) -> None:
    sys.path.insert(0, str(HERE))
    began = time.perf_counter()
    extra = WAYS[way](folder, size)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = round(used.ru_utime + used.ru_stime, 2)
    told = {"way": way, "seconds": round(seconds, 2), "cpu": cpu, "peak MB": round(peak), **(extra or {})}
    sys.stdout.write(json.dumps(told) + "\n")


def _warm(folder: Path) -> None:
    for path in (folder / "data").rglob("*.parquet"):
        with path.open("rb") as file:
            while file.read(1 << 24):
                pass


# ---------------------------------------------------------------- leadlift


def _leadlift(folder: Path, size: Size) -> None:
    shutil.rmtree(folder / ".leadlift", ignore_errors=True)
    _built(folder, [AS_OF])


def _months(folder: Path, size: Size) -> None:
    shutil.rmtree(folder / ".leadlift", ignore_errors=True)
    _built(folder, [end + timedelta(days=1) for end in month_ends(size)[-6:]])


def _next(folder: Path, size: Size) -> dict[str, float]:
    shutil.rmtree(folder / ".leadlift", ignore_errors=True)
    days = [end + timedelta(days=1) for end in month_ends(size)[-6:]]
    last = max((folder / "data" / "transactions").glob("*.parquet"))
    aside = last.with_suffix(".aside")
    last.rename(aside)  # the newest month is not there yet
    try:
        _built(folder, days[:-1])
    finally:
        aside.rename(last)
    began = time.perf_counter()
    _built(folder, days[-1:])
    return {"of it warm": round(time.perf_counter() - began, 2)}


def _built(folder: Path, days: list[date]) -> None:
    """What `features build` and the training table do: every part of every date, on disk."""
    from leadlift.features import feature_query
    from leadlift.specs import open_workspace
    from leadlift.training import everyone_spine
    from leadlift.workflows.session import opened

    ws = open_workspace(folder)
    with opened(ws) as home:
        feature_query(home, ws.features, list(ws.features), everyone_spine(home, days), Steps())


class Steps:
    """Tells on standard error when each step began."""

    def __init__(self) -> None:
        self._began = time.perf_counter()

    def step(self, text: str) -> None:
        """A new step begins."""
        sys.stderr.write(f"{time.perf_counter() - self._began:8.2f} {text}\n")

    def done(self, share: float) -> None:
        """Say nothing."""

    def note(self, text: str) -> None:
        """Say nothing."""


# ------------------------------------------------------------------- peers


def _case(folder: Path, size: Size) -> None:
    import duckdb

    con = duckdb.connect()
    con.execute("SET preserve_insertion_order = false")
    parts = ", ".join(f"{source} AS ({_case_query(folder, source)})" for source in WISHES)
    columns = [f"coalesce({w.column}, 0) AS {w.column}" if w.agg in ZERO else w.column for w in _all()]
    joins = " ".join(f"LEFT JOIN {source} USING (customer_id)" for source in WISHES)
    con.execute(
        f"COPY (WITH {parts} SELECT customer_id, {', '.join(columns)} FROM '{folder}/data/customers.parquet' {joins} "
        f"WHERE joined_on < DATE '{AS_OF}') TO '{folder}/case.parquet' "
        "(FORMAT parquet, COMPRESSION snappy)"
    )


ZERO = ("count", "sum", "distinct", "holds", "held_count")
COLUMNS = {
    "transactions": ("customer_id", "posted_at", "amount", "channel", "category"),
    "balances": ("customer_id", "month_end", "savings", "deposits", "funds", "card", "loans"),
    "holdings": ("customer_id", "opened_on", "closed_on", "product"),
}
CLOCKS = {"transactions": ("posted_at", 1), "balances": ("month_end", 3), "holdings": ("opened_on", 1)}


def _all() -> list[Wish]:
    return [wish for wishes in WISHES.values() for wish in wishes]


def _case_query(folder: Path, source: str) -> str:
    clock, after = CLOCKS[source]
    files = {"holdings": "holdings.parquet"}.get(source, f"{source}/*.parquet")
    made = ", ".join(f"{_case_of(wish, clock)} AS {wish.column}" for wish in WISHES[source])
    known = f"{clock} < DATE '{AS_OF}' AND {clock} <= DATE '{AS_OF}' - INTERVAL {after} DAY"
    windows = [wish.window for wish in WISHES[source]]
    if None not in windows:
        known += f" AND {clock} >= DATE '{AS_OF - timedelta(days=max(w for w in windows if w))}'"
    if source == "holdings":
        known += f" AND (closed_on IS NULL OR closed_on > DATE '{AS_OF}' - INTERVAL 1 DAY)"
    return f"SELECT customer_id, {made} FROM '{folder}/data/{files}' WHERE {known} GROUP BY customer_id"


def _case_of(wish: Wish, clock: str) -> str:
    parts = [wish.where] if wish.where else []
    if wish.window is not None:
        parts.append(f"{clock} >= DATE '{AS_OF - timedelta(days=wish.window)}'")
    condition = " AND ".join(f"({part})" for part in parts)

    def taken(value: str) -> str:
        return f"CASE WHEN {condition} THEN {value} END" if condition else value

    age = f"date_diff('day', CAST({clock} AS DATE), DATE '{AS_OF}')"
    match wish.agg:
        case "count" | "held_count":
            return f"count({taken('1')})"
        case "distinct":
            return f"count(DISTINCT {taken(str(wish.of))})"
        case "mean":
            return f"avg({taken(str(wish.of))})"
        case "std":
            return f"stddev_samp({taken(f'CAST({wish.of} AS DOUBLE)')})"
        case "last":
            return f"arg_max({wish.of}, {clock})"
        case "holds":
            return f"max({taken('1')})"
        case "days_since_last":
            return f"min({taken(age)})"
        case "days_held":
            return f"max({taken(age)})"
        case agg:
            return f"{agg}({taken(str(wish.of))})"


def _polars(folder: Path, size: Size) -> None:
    import polars as pl

    joined = (
        pl.scan_parquet(folder / "data/customers.parquet")
        .filter(pl.col("joined_on") < AS_OF)
        .select("customer_id")
    )
    for source, wishes in WISHES.items():
        joined = joined.join(_polars_part(pl, folder, source, wishes), on="customer_id", how="left")
    zero = [pl.col(w.column).fill_null(0) for w in _all() if w.agg in ZERO]
    joined.with_columns(zero).sink_parquet(folder / "polars.parquet", compression="snappy")


def _polars_part(pl, folder: Path, source: str, wishes: list[Wish]):  # type: ignore[no-untyped-def]
    clock, after = CLOCKS[source]
    files = {"holdings": "holdings.parquet"}.get(source, f"{source}/*.parquet")
    rows = pl.scan_parquet(folder / "data" / files)
    at = pl.col(clock)
    known = at.cast(pl.Datetime("us")) <= pl.lit(AS_OF - timedelta(days=after)).cast(pl.Datetime("us"))
    windows = [wish.window for wish in wishes]
    if None not in windows:
        known &= at.cast(pl.Date) >= AS_OF - timedelta(days=max(w for w in windows if w))
    if source == "holdings":
        known &= pl.col("closed_on").is_null() | (pl.col("closed_on") > AS_OF - timedelta(days=1))
    age = (pl.lit(AS_OF) - at.cast(pl.Date)).dt.total_days()
    made = []
    for wish in wishes:
        condition = pl.sql_expr(wish.where) if wish.where else at.is_not_null()
        if wish.window is not None:
            condition &= at.cast(pl.Date) >= AS_OF - timedelta(days=wish.window)
        value = pl.sql_expr(wish.of) if wish.of else pl.lit(1)
        made.append(_polars_of(pl, wish, value, condition, age, clock).alias(wish.column))
    return rows.filter(known).group_by("customer_id").agg(made)


def _polars_of(pl, wish: Wish, value, condition, age, clock: str):  # type: ignore[no-untyped-def]
    taken = pl.when(condition).then(value)
    match wish.agg:
        case "count" | "held_count":
            return condition.sum()
        case "distinct":
            return taken.drop_nulls().n_unique()
        case "last":
            return value.sort_by(clock).last()
        case "holds":
            return condition.max().cast(pl.Int32)
        case "days_since_last":
            return pl.when(condition).then(age).min()
        case "days_held":
            return pl.when(condition).then(age).max()
        case "std":
            return taken.cast(pl.Float64).std()
        case agg:
            return getattr(taken, agg)()


def _pandas(folder: Path, size: Size) -> None:
    import pandas as pd

    table = pd.read_parquet(folder / "data/customers.parquet", columns=["customer_id", "joined_on"])
    table = table[pd.to_datetime(table.joined_on) < pd.Timestamp(AS_OF)][["customer_id"]].set_index(
        "customer_id"
    )
    for source, wishes in WISHES.items():
        table = table.join(_pandas_part(pd, folder, source, wishes))
    zero = [wish.column for wish in _all() if wish.agg in ZERO]
    table[zero] = table[zero].fillna(0)
    table.reset_index().to_parquet(folder / "pandas.parquet", compression="snappy")


def _pandas_part(pd, folder: Path, source: str, wishes: list[Wish]):  # type: ignore[no-untyped-def]
    clock, after = CLOCKS[source]
    path = folder / "data" / {"holdings": "holdings.parquet"}.get(source, source)
    rows = pd.read_parquet(path, columns=list(COLUMNS[source]))
    amounts = [name for name in rows if isinstance(rows[name].iloc[0], Decimal)]
    rows[amounts] = rows[amounts].astype("float64")
    at = pd.to_datetime(rows[clock])
    day = at.dt.normalize()
    known = at <= pd.Timestamp(AS_OF - timedelta(days=after))
    if source == "holdings":
        known &= rows.closed_on.isna() | (
            pd.to_datetime(rows.closed_on) > pd.Timestamp(AS_OF - timedelta(days=1))
        )
    windows = [wish.window for wish in wishes]
    if None not in windows:
        known &= day >= pd.Timestamp(AS_OF - timedelta(days=max(w for w in windows if w)))
    rows = rows[known].assign(age=(pd.Timestamp(AS_OF) - day[known]).dt.days)
    rows["customer_id"] = rows["customer_id"].astype("category")
    return pd.DataFrame({wish.column: _pandas_of(rows, wish, clock) for wish in wishes})


def _pandas_of(rows, wish: Wish, clock: str):  # type: ignore[no-untyped-def]
    mine = rows
    if wish.window is not None:
        mine = mine[mine.age <= wish.window]
    if wish.where:
        mine = mine.query(wish.where.replace(" = ", " == "))
    group = mine.groupby("customer_id", observed=True)
    match wish.agg:
        case "count" | "held_count":
            return group.size()
        case "holds":
            return group.size().clip(upper=1)
        case "days_since_last":
            return group.age.min()
        case "days_held":
            return group.age.max()
    value = mine.eval(wish.of) if wish.of else None
    grouped = value.groupby(mine.customer_id, observed=True)
    match wish.agg:
        case "distinct":
            return grouped.nunique()
        case "last":
            return (
                mine.assign(value=value).sort_values(clock).groupby("customer_id", observed=True).value.last()
            )
        case agg:
            return getattr(grouped, agg)()


def _floor(folder: Path, size: Size) -> dict[str, float]:
    """Reading all columns that any way needs, and writing a finished table."""
    import duckdb

    con = duckdb.connect()
    for source in WISHES:
        files = {"holdings": "holdings.parquet"}.get(source, f"{source}/*.parquet")
        con.execute(f"SELECT {_touched(source)} FROM '{folder}/data/{files}'").fetchall()
    read = time.perf_counter()
    if (folder / "case.parquet").exists():
        con.execute(
            f"COPY (FROM '{folder}/case.parquet') TO '{folder}/floor.parquet' (FORMAT parquet, COMPRESSION snappy)"
        )
    return {"of it writing": round(time.perf_counter() - read, 2)}


def _touched(source: str) -> str:
    return ", ".join(f"max({column})" for column in COLUMNS[source])


WAYS = {
    "leadlift": _leadlift,
    "months": _months,
    "next": _next,
    "case": _case,
    "polars": _polars,
    "pandas": _pandas,
    "floor": _floor,
}


# ----------------------------------------------------------------- results


def _print(rows: list[dict[str, float | str]]) -> None:
    case = next((float(row["seconds"]) for row in rows if row["way"] == "case" and "seconds" in row), None)
    sys.stdout.write("\n| way | s | x case | cpu s | peak MB | |\n|---|---|---|---|---|---|\n")
    for row in rows:
        rest = ", ".join(f"{k} {v}" for k, v in row.items() if k not in ("way", "seconds", "cpu", "peak MB"))
        ratio = f"{float(row['seconds']) / case:.2f}" if case and "seconds" in row else ""
        told = [row["way"], row.get("seconds", ""), ratio, row.get("cpu", ""), row.get("peak MB", ""), rest]
        sys.stdout.write(f"| {' | '.join(str(one) for one in told)} |\n")


def _compare(folder: Path, peer: str) -> None:
    """Every feature of every customer, leadlift's against a peer's."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    from leadlift.features import feature_query
    from leadlift.specs import open_workspace
    from leadlift.training import everyone_spine
    from leadlift.workflows.session import opened

    ws = open_workspace(folder)
    worst, differing = 0.0, []
    with opened(ws) as home:
        query, _ = feature_query(home, ws.features, list(ws.features), everyone_spine(home, [AS_OF]))
        home.engine.define_files("peer", folder / f"{peer}.parquet")
        ours = home.engine.table(query)
    theirs = pq.read_table(folder / f"{peer}.parquet").sort_by("customer_id")
    same = ours["customer_id"].cast(pa.string()).equals(theirs["customer_id"].cast(pa.string()))
    assert same, "not the same customers"
    for wish in _all():
        a, b = (np.asarray(t[wish.column].to_numpy(), dtype=np.float64) for t in (ours, theirs))
        close = np.isclose(a, b, rtol=1e-9, atol=1e-7, equal_nan=True)
        if not close.all():
            differing.append((wish.column, int((~close).sum())))
        worst = max(worst, float(np.nanmax(np.abs(a - b) / np.maximum(1.0, np.abs(b)), initial=0.0)))
    sys.stdout.write(
        f"\nvalues against {peer}: {len(_all())} features x {ours.num_rows:,} customers, "
        f"{len(differing)} features differ, largest relative difference {worst:.1e} {differing[:5]}\n"
    )


if __name__ == "__main__":
    main()
