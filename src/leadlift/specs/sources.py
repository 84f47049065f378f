"""Sources: the input tables, each with its kind, key, clocks and columns."""

from __future__ import annotations

from datetime import date
from typing import Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from leadlift.specs.base import Days, Name, Spec, SqlText, fault_at, listed, nearest
from leadlift.specs.buckets import S3, S3Place, refuse_bad_path, refuse_keys
from leadlift.specs.checks import Checks
from leadlift.specs.columns import TIMES, Column
from leadlift.specs.databases import SourceDatabase

Kind = Literal["attributes", "events", "snapshots", "intervals", "flat", "lookup"]

# which clock keys each kind may hold, and which it must
_MAY: dict[str, tuple[str, ...]] = {
    "attributes": ("valid_from", "valid_to", "since", "available_after", "available_at"),
    "events": ("event_time", "available_after", "available_at"),
    "snapshots": ("event_time", "available_after", "available_at"),
    "intervals": ("valid_from", "valid_to", "available_after", "available_at"),
    "flat": ("event_time",),
    "lookup": (),
}
_MUST: dict[str, tuple[str, ...]] = {
    "events": ("event_time",),
    "snapshots": ("event_time",),
    "intervals": ("valid_from", "valid_to"),
}
CLOCKS = ("event_time", "valid_from", "valid_to", "since", "available_at", "available_after")


ENCODINGS = (
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "gb18030",
    "gbk",
    "big5",
    "cp1250",
    "cp1252",
    "latin-1",
    "shift-jis",
)


class CsvFormat(Spec):
    """How a delimited text file is written."""

    delimiter: str = Field(",", description="One character, 'tab', or 'blanks' for any run of blanks.")
    quote: str = '"'
    encoding: str = Field("utf-8", description="Any encoding that Python knows, such as gb18030 or cp1250.")
    decimal: Literal[".", ","] = "."
    date_format: str | None = Field(None, description="As in strftime, such as %y%m%d. ISO dates by default.")
    timestamp_format: str | None = None
    na: tuple[str, ...] = ("", "NA", "NULL")
    header: bool = Field(
        True, description="False: the columns stand in the order in which they are declared."
    )

    @field_validator("delimiter", "quote")
    @classmethod
    def _one_character(cls, value: str, info: ValidationInfo) -> str:
        words = ("tab", "blanks") if info.field_name == "delimiter" else ("",)
        if len(value) != 1 and value not in words:
            others = f", {listed(words, 'or')}" if any(words) else ""
            raise ValueError(f"{value!r} must be one character{others}")
        return value

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, value: str) -> str:
        try:
            "".encode(value)
        except LookupError:
            raise ValueError(
                f"{value!r} is not an encoding that Python knows.{nearest(value, ENCODINGS)}"
            ) from None
        return value


class Join(Spec):
    """Columns of a lookup source brought into this one, by equal keys. Rows without a partner keep nulls."""

    source: Name
    on: str = Field(description="Column of this source.")
    to: str | None = Field(None, description="Column of the lookup; the same name by default.")
    columns: tuple[str, ...] = Field(description="Columns to bring.")


class Source(Spec):
    """One input table."""

    path: str = Field(
        "", description="A Parquet or CSV file, a glob of them, of this machine or s3://; or a DuckDB file."
    )
    table: str | None = Field(None, description="The table inside a DuckDB file.")
    database: SourceDatabase | None = Field(
        None, description="Instead of `path`: a table of PostgreSQL, SQLite or MySQL."
    )
    s3: S3Place | None = Field(None, description="Of a path that begins with s3://: server and region.")
    kind: Kind
    columns: dict[str, Column] = Field(min_length=1)
    customer_key: str | None = Field(
        None,
        description="The customer's column, when it is not the workspace's. In a flat table that has neither each row "
        "is a customer, called by its place in the file.",
    )
    key: str | tuple[str, ...] | None = Field(
        None, description="Identifies a row: of several versions the last one known counts."
    )
    event_time: str | None = Field(None, description="When it happened.")
    available_after: Days | None = Field(None, description="How long after it happened the bank knew.")
    available_at: str | None = Field(None, description="The column that says when the bank knew.")
    valid_from: str | None = None
    valid_to: str | None = Field(
        None, description="The first day on which it no longer holds; null: it still does."
    )
    since: str | None = Field(None, description="Attributes without history: the day the customer joined.")
    where: SqlText | None = Field(None, description="Only these rows are read.")
    joins: tuple[Join, ...] = ()
    checks: Checks = Field(Checks(), description="What must hold of the rows, beside what columns say.")
    on_fail: Literal["keep", "quarantine"] = Field(
        "keep",
        description="`quarantine`: rows that break an error rule by what they say themselves are not read.",
    )
    csv: CsvFormat = CsvFormat()
    row_order: Literal["time"] | None = Field(None, description="Flat: the rows stand in the order of time.")
    complete_until: date | None = Field(None, description="The data is complete up to the start of this day.")
    description: str = ""

    @field_validator("path")
    @classmethod
    def _a_path_that_may_stand_here(cls, path: str) -> str:
        refuse_keys(path)
        if path.startswith(S3):
            refuse_bad_path(path)
        return path

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if bool(self.path) == (self.database is not None):
            raise ValueError("give either `path` or `database`")
        if self.database is not None and self.table is not None:
            raise fault_at("table", "the table of a database stands in `database`")
        if self.s3 is not None and not self.in_bucket:
            raise fault_at("s3", "`s3` is of a path that begins with s3://")
        return self

    @model_validator(mode="after")
    def _clocks_fit_the_kind(self) -> Self:
        given = [name for name in CLOCKS if getattr(self, name) is not None]
        if wrong := [name for name in given if name not in _MAY[self.kind]]:
            raise fault_at(wrong[0], f"a source of kind '{self.kind}' has no {listed(wrong)}")
        if missing := [name for name in _MUST.get(self.kind, ()) if name not in given]:
            raise ValueError(f"a source of kind '{self.kind}' needs {listed(missing)}")
        if self.available_after is not None and self.available_at is not None:
            raise fault_at("available_at", "give `available_after` or `available_at`, not both")
        if self.kind == "attributes" and self.valid_to and not self.valid_from:
            raise fault_at("valid_to", "`valid_to` needs `valid_from`")
        if self.kind == "attributes" and self.since and self.valid_from:
            raise fault_at("since", "give `since` (no history) or `valid_from` (history), not both")
        return self

    @model_validator(mode="after")
    def _columns_named_exist(self) -> Self:
        brought = [name for join in self.joins for name in join.columns]
        known = [*self.columns, *brought]
        named = [(rule, getattr(self, rule)) for rule in (*CLOCKS[:-1], "customer_key")]
        for rule, name in [*named, *(("key", name) for name in self.keys)]:
            if name is not None and name not in known:
                raise fault_at(rule, f"no column {name!r} is declared.{nearest(name, known)}")
        for rule in CLOCKS[:-1]:
            name = getattr(self, rule)
            if name in self.columns and self.columns[name].type not in TIMES:
                kind = self.columns[name].type
                raise fault_at(rule, f"column {name!r} is a {kind}; a clock needs a date or timestamp")
        for name in brought:
            if name in self.columns or brought.count(name) > 1:
                raise fault_at("joins", f"column {name!r} is brought in but already there")
        return self

    @property
    def in_bucket(self) -> bool:
        """Whether the rows lie in files of a bucket."""
        return self.path.startswith(S3)

    @property
    def place(self) -> str:
        """Where the rows are, as messages say it; never the address of a database, which may tell too much."""
        if self.database is None:
            return self.path
        return self.database.table or "the query of the database"

    @property
    def declared_table(self) -> str:
        """The part of the declaration that a snapshot of a database's table depends on, as text."""
        place = {"url", "table", "query", "watch"}
        return self.model_dump_json(include={"database": place, "columns": True})

    @property
    def declared_place(self) -> str:
        """The part of the declaration that says which files hold the rows, as text."""
        if self.database is not None:
            return self.declared_table
        return self.model_dump_json(include={"path", "s3"})

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that together identify a row."""
        return (self.key,) if isinstance(self.key, str) else self.key or ()

    @property
    def has_history(self) -> bool:
        """Whether what the table says of a customer can be read as of an earlier day."""
        return self.kind != "attributes" or self.valid_from is not None or self.available_at is not None

    @property
    def clock(self) -> str | None:
        """The column that says when a row happened or began."""
        return self.event_time or self.valid_from

    @property
    def day_clock(self) -> str | None:
        """The column whose day says when rows came: the clock, or of customers without history the joining."""
        return self.clock or self.since
