from .allocate import allocate
from .problem import Allocation, Cap

__all__ = ["Allocation", "Cap", "allocate"]
