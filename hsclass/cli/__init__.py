"""The command line: one command a stage; each reads files, calls its stage and writes files."""

# In the order of the help.
from hsclass.cli import data, splits, searches, models, maps, figures, sampling, images, experiments, planning, clusters  # isort: skip
from hsclass.cli.app import app, main

__all__ = [
    "app", "clusters", "data", "experiments", "figures", "images", "main", "maps", "models", "planning", "sampling",
    "searches", "splits",
]  # fmt: skip
