"""One local Spark for all tests that need one: started once, and given to every engine as the session that is there."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

_MISSING = "pyspark is not installed: pip install 'leadlift[spark]'"
_NO_JAVA = "Spark needs Java 17, and there is no `java`"
HAS_PYSPARK, HAS_JAVA = importlib.util.find_spec("pyspark") is not None, shutil.which("java") is not None


needs_spark = pytest.mark.skipif(
    not (HAS_PYSPARK and HAS_JAVA), reason=_MISSING if not HAS_PYSPARK else _NO_JAVA
)


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    """A session on two threads of this machine."""
    from leadlift.engines import spark as engine

    session, started = engine.session_at("local[2]", {}, 1 << 30)
    yield session
    if started:
        session.stop()
