"""The ledger: which lists were written and what came back from them, in the workspace's files or in a database."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
