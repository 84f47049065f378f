"""Where tables live. The rooms above know the protocol; DuckDB and Spark are siblings behind it."""

from leadlift.engines.protocol import Engine, Fault

__all__ = ["Engine", "Fault"]
