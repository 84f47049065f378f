from .freeze import Facts, freeze, wanted

__all__ = ["Facts", "freeze", "wanted"]
