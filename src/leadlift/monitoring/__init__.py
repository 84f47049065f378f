"""Whether a champion is still what it was promoted as: its inputs, its sources, its chances, its ranking."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
