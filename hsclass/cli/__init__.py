"""The command line: one command a stage; each reads files, calls its stage and writes files."""

from hsclass.cli import data, splits, searches, models, maps, figures, experiments  # isort: skip  (the order of the help)
from hsclass.cli.app import app, main

__all__ = ["app", "data", "experiments", "figures", "main", "maps", "models", "searches", "splits"]
