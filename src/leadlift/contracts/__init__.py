"""Contracts: what must hold of a source's rows, counted in one scan, told, and left out when asked."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
