"""The command line: one command a stage; each reads files, calls its stage and writes files."""

# In the order of the help.
from hsclass.cli import data, splits, searches, models, maps, figures, sampling, experiments, planning, runs  # isort: skip
from hsclass.cli.app import app, main

__all__ = [
    "app", "data", "experiments", "figures", "main", "maps", "models", "planning", "runs", "sampling",
    "searches", "splits",
]  # fmt: skip
