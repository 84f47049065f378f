"""The second way: features of one customer at a time in plain Python, written apart from the compiler.

Nothing of the compiler may be imported here, or a fault of it would prove itself right: `make arrows` checks it.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
