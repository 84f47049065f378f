"""Which customer gets which offer on which channel: at most one each, the most worth in all, within every capacity."""

from leadlift.leads.allocation.allocate import allocate
from leadlift.leads.allocation.problem import Allocation, Cap

__all__ = ["Allocation", "Cap", "allocate"]
