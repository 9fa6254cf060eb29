"""The predict stage: the class of every pixel of a scene, in memory or from file to file."""

from hsclass.mapping.class_map import ClassMap, predict_scene
from hsclass.mapping.gather import gather_maps
from hsclass.mapping.stream import map_file

__all__ = ["ClassMap", "gather_maps", "map_file", "predict_scene"]
