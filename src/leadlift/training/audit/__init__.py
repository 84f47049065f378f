"""The leak and shift audit of every training: named suspects with their evidence. docs/audit.md tells each kind."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
