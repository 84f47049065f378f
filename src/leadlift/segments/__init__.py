"""Segments: definitions frozen from the customers of a day, movement between groups, and what describes a group."""

from leadlift.segments.freeze import Facts, freeze, wanted

__all__ = ["Facts", "freeze", "wanted"]
