from datetime import date

import duckdb
import pytest

from leadlift.simulate import BankPlan, simulate

PLAN = BankPlan(customers=3_000, months=9, end=date(2026, 3, 31), seed=7)


class Bank:
    """A written demo bank that answers SQL; `{name}` stands for a table."""

    def __init__(self, folder):
        self.folder = folder

    def rows(self, sql):
        files = [*self.folder.glob("*.parquet"), *self.folder.glob("truth/*.parquet")]
        tables = {file.stem: f"'{file}'" for file in files}
        tables["transactions"] = f"'{self.folder}/transactions/*.parquet'"
        with duckdb.connect() as engine:
            return engine.sql(sql.format(**tables)).fetchall()

    def number(self, sql):
        return self.rows(sql)[0][0]


@pytest.fixture(scope="session")
def bank(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bank") / "data"
    simulate(PLAN, folder)
    return Bank(folder)
