"""What a lead list is written to: files, and a table of a database beside them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from leadlift.specs.base import Spec


class Database(Spec):
    """A table of a database that the list goes into beside its files."""

    url: str = Field(
        description="A SQLAlchemy URL, or env:NAME: the URL in that variable of the environment."
    )
    table: str = Field(
        "leads", pattern=r"^([A-Za-z_]\w*\.)?[A-Za-z_]\w*$", description="Made when it is missing."
    )


class Export(Spec):
    """The lead files to write."""

    formats: tuple[Literal["csv", "parquet", "xlsx"], ...] = ("csv", "parquet", "xlsx")
    encoding: Literal["utf-8", "utf-8-sig"] = Field(
        "utf-8-sig", description="utf-8-sig: spreadsheets read it right."
    )
    delimiter: Literal[",", ";", "\t"] = ","
    columns: tuple[str, ...] = Field((), description="Features to show beside the reasons.")
    pseudonymous: bool = Field(
        False,
        description="Keyed hashes instead of ids; the key is in LEADLIFT_PSEUDONYM_KEY of the environment.",
    )
    encrypt_to: tuple[str, ...] = Field(
        (), description="age recipients (age1...): the files become FILE.age, which they alone can open."
    )
    database: Database | None = Field(None, description="A table that the list goes into beside its files.")
