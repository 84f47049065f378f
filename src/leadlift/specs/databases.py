"""A table of a database as a source: where it is, what is read, and when it is read again."""

from __future__ import annotations

import re
from typing import Self

from pydantic import Field, field_validator, model_validator

from leadlift.specs.base import Days, Spec, fault_at

ENV = "env:"


class SourceDatabase(Spec):
    """A table of a database, read only. What is read is kept as a snapshot in the cache, and read from there."""

    url: str = Field(
        description="A SQLAlchemy URL, or env:NAME: the URL in that variable of the environment. A password may "
        "stand in the variable only."
    )
    table: str | None = Field(
        None,
        pattern=r"^([A-Za-z_]\w*\.)?[A-Za-z_]\w*$",
        description="The table or view, with its schema if need be.",
    )
    query: str | None = Field(None, description="Instead of a table: one SELECT in the database's own words.")
    watch: str | None = Field(
        None,
        description="Expressions asked of the table before each use, such as `count(*), max(loaded_at)`: "
        "another answer makes a new snapshot.",
    )
    keep_for: Days | None = Field(
        None,
        description="Without `watch`: a snapshot is used for so many days, and then taken anew. One by default.",
    )

    @field_validator("url")
    @classmethod
    def _no_password(cls, url: str) -> str:
        if url.startswith(ENV):
            return url
        if re.search(r"://[^:/@\s]*:\S*@", url):
            raise ValueError("a password stands in this file; put the URL into a variable and write env:NAME")
        if "://" not in url:
            raise ValueError(
                "this is no URL, such as postgresql://host/bank or sqlite:///bank.db, nor env:NAME"
            )
        return url

    @field_validator("query")
    @classmethod
    def _one_select(cls, query: str | None) -> str | None:
        if query is not None:
            query = query.strip().rstrip(";")
            if ";" in query or not re.match(r"(?i)(select|with)\b", query):
                raise ValueError("give one SELECT")
        return query

    @model_validator(mode="after")
    def _one_of_each(self) -> Self:
        if (self.table is None) == (self.query is None):
            raise ValueError("give either `table` or `query`")
        if self.watch is not None and self.keep_for is not None:
            raise fault_at("keep_for", "give `watch` or `keep_for`, not both")
        return self
