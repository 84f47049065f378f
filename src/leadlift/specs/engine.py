"""Where the workspace's tables live and its queries run: `engine` of leadlift.yaml."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from leadlift.specs.base import Spec, fault_at

_MASTER = re.compile(r"local(\[(\*|[1-9]\d*)(,\d+)?\])?|(spark|sc|k8s)://.+|yarn")


class EngineSpec(Spec):
    """The engine and how it is reached: `duckdb`, `spark`, or its keys one by one."""

    kind: Literal["duckdb", "spark"] = Field("duckdb", description="`engine: spark` is short for this alone.")
    master: str | None = Field(
        None,
        description="Of spark: local[2], spark://HOST:7077, yarn, k8s://..., or sc://HOST:15002 for Spark Connect. "
        "Without it the session that is there already, as on Databricks, or what spark-submit says, or local.",
    )
    conf: dict[str, str] = Field(
        default_factory=dict, description="Of spark: settings of the session, such as spark.executor.memory."
    )

    @model_validator(mode="after")
    def _only_spark_has_a_master(self) -> Self:
        if self.kind != "spark":
            for key in ("master", "conf"):
                if getattr(self, key):
                    raise fault_at(key, f"only `kind: spark` has a `{key}`; {self.kind} runs in this process")
        if self.master is not None and not _MASTER.fullmatch(self.master):
            raise fault_at(
                "master",
                f"{self.master!r} is no place where Spark runs. Write local[2], spark://HOST:7077, yarn, k8s://HOST "
                "or sc://HOST:15002",
            )
        return self


def _spelled(value: Any) -> Any:
    """`engine: spark` stands for `engine: {kind: spark}`; a setting may be written as a number or true."""
    if isinstance(value, str):
        return {"kind": value}
    if isinstance(value, dict) and isinstance(value.get("conf"), dict):
        return value | {"conf": {str(key): _word(one) for key, one in value["conf"].items()}}
    return value


def _word(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


_SCHEMA = WithJsonSchema(
    {
        "anyOf": [
            {"enum": ["duckdb", "spark"], "type": "string"},
            EngineSpec.model_json_schema(),
        ]
    }
)
ChosenEngine = Annotated[EngineSpec, BeforeValidator(_spelled), _SCHEMA]
