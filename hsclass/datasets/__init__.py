"""Data sets: one descriptor file each; its files are fetched, checked and read into a scene."""

from hsclass.datasets.listing import catalogue, descriptor_file, load_descriptor
from hsclass.datasets.opening import default_folder, open_scene

__all__ = ["catalogue", "default_folder", "descriptor_file", "load_descriptor", "open_scene"]
