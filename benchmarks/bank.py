"""A large made-up bank for the benchmarks of features: customers, monthly files of transactions and balances, holdings.

Not the demo bank: its rows are drawn by one SQL statement each, so that 50 million of them take a minute.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

CHANNELS = ("app", "web", "branch", "atm", "pos")
CATEGORIES = (
    "salary", "groceries", "dining", "travel", "shopping", "utilities", "rent", "healthcare", "cash", "transfer",
    "fees", "investment",
)  # fmt: skip
PRODUCTS = ("savings", "term_deposit", "fund", "card", "personal_loan", "mortgage", "insurance")


@dataclass(frozen=True)
class Size:
    """How much there is. transactions: in all months together."""

    customers: int
    transactions: int
    months: int = 12
    end: date = date(2026, 6, 30)


def month_ends(size: Size) -> list[date]:
    """The last day of each month, the first month first."""
    from leadlift.features.tiles.instructions import months_before

    return [months_before(size.end, back) for back in reversed(range(size.months))]


def make_bank(folder: Path, size: Size, memory: str = "8GB") -> None:
    """Write the bank's tables below the folder; what is there already is left alone."""
    con = duckdb.connect()
    con.execute(f"SET memory_limit = '{memory}'; SET preserve_insertion_order = false")
    data = folder / "data"
    for part in ("transactions", "balances"):
        (data / part).mkdir(parents=True, exist_ok=True)
    _write(con, data / "customers.parquet", _customers(size))
    _write(con, data / "holdings.parquet", _holdings(size))
    for number, end in enumerate(month_ends(size)):
        _write(con, data / "transactions" / f"{end:%Y-%m}.parquet", _transactions(size, number, end))
        _write(con, data / "balances" / f"{end:%Y-%m}.parquet", _balances(size, number, end))
    con.close()


def _write(con: duckdb.DuckDBPyConnection, path: Path, query: str) -> None:
    if not path.exists():
        con.execute(f"COPY ({query}) TO '{path}.new' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)")
        Path(f"{path}.new").rename(path)


def _id(expression: str) -> str:
    return f"printf('C%09d', {expression})"


def _pick(words: tuple[str, ...], draw: str) -> str:
    listed = ", ".join(f"'{word}'" for word in words)
    return f"[{listed}][1 + CAST({draw} % {len(words)} AS INTEGER)]"


def _customers(size: Size) -> str:
    return (
        f"SELECT {_id('i')} AS customer_id, "
        f"DATE '{size.end}' - CAST(400 + hash(i) % 6000 AS INTEGER) AS joined_on, "
        f"{_pick(('North', 'East', 'South', 'West'), 'hash(i + 1)')} AS region "
        f"FROM range({size.customers}) r(i) ORDER BY i"
    )


def _transactions(size: Size, number: int, end: date) -> str:
    rows = size.transactions // size.months
    start = number * rows
    # some customers have many more rows than others; a month's rows stand in the order of time
    customer = f"CAST(floor({size.customers} * power((hash(i) % 1000003) / 1000003.0, 1.3)) AS BIGINT)"
    return (
        f"SELECT {_id(customer)} AS customer_id, "
        f"TIMESTAMP '{end:%Y-%m}-01' + to_seconds(CAST((i - {start}) * {end.day * 86_400 - 1} // {rows} AS BIGINT)) "
        "AS posted_at, "
        "CAST(round((hash(i + 1) % 3 - 1.3) * exp((hash(i + 2) % 1000) / 160.0) * 5, 2) AS DECIMAL(18,2)) AS amount, "
        f"{_pick(CHANNELS, 'hash(i + 3)')} AS channel, {_pick(CATEGORIES, 'hash(i + 4)')} AS category "
        f"FROM range({start}, {start + rows}) r(i)"
    )


def _balances(size: Size, number: int, end: date) -> str:
    def money(seed: int) -> str:
        draw = f"hash(i * 31 + {seed + 100 * number}) % 1000"
        return f"CAST(round(exp({draw} / 90.0), 2) AS DECIMAL(18,2))"

    return (
        f"SELECT {_id('i')} AS customer_id, DATE '{end}' AS month_end, {money(1)} AS savings, {money(2)} AS deposits, "
        f"{money(3)} AS funds, {money(4)} AS card, {money(5)} AS loans FROM range({size.customers}) r(i)"
    )


def _holdings(size: Size) -> str:
    opened = f"DATE '{size.end}' - CAST(hash(i + 7) % 2500 AS INTEGER)"
    return (
        f"SELECT i AS holding_id, {_id(f'i % {size.customers}')} AS customer_id, "
        f"{_pick(PRODUCTS, 'hash(i + 8)')} AS product, "
        f"{opened} AS opened_on, "
        f"CASE WHEN hash(i + 9) % 3 = 0 THEN {opened} + CAST(30 + hash(i + 10) % 1500 AS INTEGER) END AS closed_on, "
        "CAST(round(exp((hash(i + 11) % 1000) / 100.0), 2) AS DECIMAL(18,2)) AS amount "
        f"FROM range({3 * size.customers}) r(i)"
    )
