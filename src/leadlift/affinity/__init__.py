"""Which products go together, and which comes next: rules with intervals, and what they suggest."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
