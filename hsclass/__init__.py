"""Hyperspectral land-cover classification with accuracy figures that can be defended."""

__version__ = "0.1.0"
