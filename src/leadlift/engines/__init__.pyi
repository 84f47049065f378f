from .protocol import ArrowStream, AtOnce, Engine, Fault, Member, Partition, Task, Work

__all__ = ["ArrowStream", "AtOnce", "Engine", "Fault", "Member", "Partition", "Task", "Work"]
