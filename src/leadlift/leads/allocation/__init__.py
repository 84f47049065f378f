"""Which customer gets which offer on which channel: at most one each, the most worth in all, within every capacity."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
