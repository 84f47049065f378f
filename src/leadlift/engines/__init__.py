"""Where tables live. The rooms above know the protocol; DuckDB and Spark are siblings behind it."""

from leadlift.engines.protocol import ArrowStream, AtOnce, Engine, Fault, Member, Partition, Task, Work

__all__ = ["ArrowStream", "AtOnce", "Engine", "Fault", "Member", "Partition", "Task", "Work"]
