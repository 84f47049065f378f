"""Features: from definitions to queries, and from queries to tables, as of any day."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
