from .protocol import ArrowStream, Engine, Fault, Partition, Work

__all__ = ["ArrowStream", "Engine", "Fault", "Partition", "Work"]
