"""Lead lists: the policy, who is chosen for what, in which order, and the files that marketing opens."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
