"""Hyperspectral land-cover classification with defensible accuracy estimates.

The public names, listed in `__init__.pyi`, are imported from their modules when first used, so that importing hsclass
is fast.
"""

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
