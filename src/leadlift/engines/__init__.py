"""Where tables live. The rooms above know the protocol; DuckDB and Spark are siblings behind it."""

from leadlift.engines.protocol import ArrowStream, Engine, Fault, Partition, Work

__all__ = ["ArrowStream", "Engine", "Fault", "Partition", "Work"]
