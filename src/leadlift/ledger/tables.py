"""The tables of a ledger in a database. `name` of each is the workspace's: several may share a database."""

from __future__ import annotations

import sqlalchemy as sa

TOLD = sa.MetaData()

STATE = sa.Table(
    "leadlift_ledger",
    TOLD,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("ledger_id", sa.Text, nullable=False),
    sa.Column("state", sa.BigInteger, nullable=False),
    sa.Column("adds", sa.BigInteger, nullable=False),
    sa.Column("cases_on", sa.Date),
)
"""One row for each workspace. state grows with every change, adds with every file of outcomes. cases_on: the day on
which the last one was added."""

LISTS = sa.Table(
    "leadlift_lists",
    TOLD,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("identity", sa.Text, primary_key=True),
    sa.Column("campaign", sa.Text, nullable=False),
    sa.Column("as_of", sa.Date, nullable=False),
    sa.Column("replaced", sa.Integer, nullable=False),
    sa.Column("list_id", sa.Text, nullable=False),
    sa.Column("valid_until", sa.Date),
    sa.Column("leads", sa.BigInteger),
    sa.Column("machine", sa.Text, nullable=False),
    sa.Column("written", sa.Text),
    sa.Column("manifest", sa.Text, nullable=False),
    sa.UniqueConstraint("name", "campaign", "as_of", "replaced", name="leadlift_one_list"),
)
"""One row for each list. replaced is 0 for the list in use, of which a campaign has one a day."""

PARTS = sa.Table(
    "leadlift_list_files",
    TOLD,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("identity", sa.Text, primary_key=True),
    sa.Column("file", sa.Text, primary_key=True),
    sa.Column("part", sa.Integer, primary_key=True),
    sa.Column("content", sa.LargeBinary, nullable=False),
)
"""The files that the bank keeps of each list, as they are, in parts."""

FILES = sa.Table(
    "leadlift_outcome_files",
    TOLD,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("file", sa.Text, primary_key=True),
    sa.Column("rows", sa.BigInteger, nullable=False),
)
"""The files of outcomes that brought something new. rows: how many were counted."""

EVENTS = sa.Table(
    "leadlift_outcomes",
    TOLD,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("treatment_code", sa.Text, primary_key=True),
    sa.Column("customer_id", sa.Text, primary_key=True),
    sa.Column("event", sa.Text, primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("money", sa.Double),
    sa.Column("line", sa.BigInteger),
    sa.Column("source", sa.Text),
    sa.Column("added_at", sa.DateTime(timezone=True)),
    sa.Column("file", sa.Text, nullable=False, index=True),
)
"""What came back, a row for each thing that happened: it cannot be counted twice."""
