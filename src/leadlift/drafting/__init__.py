"""From one file to a draft of a workspace: how it is written, what its columns are, and what that rests on."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
