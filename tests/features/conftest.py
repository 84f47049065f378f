"""One engine for all tests of features: tables are made anew under the same names."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from leadlift.engines import Engine

from .building import new_engine


@pytest.fixture(scope="session")
def engine(request, tmp_path_factory) -> Iterator[Engine]:
    made = new_engine(tmp_path_factory.mktemp("features"), request.config.getoption("--engine"))
    yield made
    made.close()


@pytest.fixture
def values(engine):
    """The features of one customer, ann, at one day: values(source, facts, stanzas, as_of)."""
    from .building import built, defined

    def value(source, facts, stanzas, as_of, windows=(), **others):
        name = "facts"
        sources = {name: source, **{other: made for other, (made, _) in others.items()}}
        tables = {name: facts, **{other: rows for other, (_, rows) in others.items()}}
        features = defined(name, sources, stanzas, windows)
        (row,) = built(engine, sources, tables, features, [("ann", as_of)]).values()
        return row

    return value
