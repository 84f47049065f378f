"""Segments: definitions frozen from the customers of a day, movement between groups, and what describes a group."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
