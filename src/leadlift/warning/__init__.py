"""Early warning beside the model's chance: risk indicators, and what is unusual for the customer."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
