"""What the YAML files say: frozen, closed models, and every fault with its file and line."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
