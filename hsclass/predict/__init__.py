"""The predict stage: the class of every pixel of a scene, in memory or from file to file."""

from hsclass.predict.class_map import ClassMap, predict_scene
from hsclass.predict.gather import gather_maps
from hsclass.predict.stream import map_file

__all__ = ["ClassMap", "gather_maps", "map_file", "predict_scene"]
