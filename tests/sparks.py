"""One local Spark for all tests that need one: started once, and given to every engine as the session that is there."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

_MISSING = "pyspark is not installed: pip install 'leadlift[spark]'"
_NO_JAVA = "Spark needs Java 17, and there is no `java`"
HAS_PYSPARK = importlib.util.find_spec("pyspark") is not None
HAS_JAVA = shutil.which("java") is not None
WHY_NOT = _MISSING if not HAS_PYSPARK else _NO_JAVA

needs_spark = pytest.mark.skipif(not (HAS_PYSPARK and HAS_JAVA), reason=WHY_NOT)


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A session on two threads of this machine."""
    if not (HAS_PYSPARK and HAS_JAVA):
        pytest.skip(WHY_NOT)
    from leadlift.engines.spark.session import session_at

    log: Path = tmp_path_factory.mktemp("spark") / "driver.log"
    session, started = session_at("local[2]", {"spark.sql.shuffle.partitions": "2"}, 1 << 30, log)
    yield session
    if started:
        session.stop()
