"""Where every run and every model version is kept. The house knows the protocol; MLflow stays behind it."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
