"""Where tables live. The rooms above know the protocol; DuckDB and Spark are siblings behind it."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
