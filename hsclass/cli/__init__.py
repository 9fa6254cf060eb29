"""The command line: one command a stage; each reads files, calls its stage and writes files."""

# In the order of the help.
from hsclass.cli import data, tables, splits, searches, models, maps, figures  # isort: skip
from hsclass.cli import delivery, sampling, experiments, doctor  # isort: skip
from hsclass.cli.app import app, main

__all__ = [
    "app", "data", "delivery", "doctor", "experiments", "figures", "main", "maps", "models",
    "sampling", "searches", "splits", "tables",
]  # fmt: skip
