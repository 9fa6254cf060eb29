"""The card of a trained model on disk: what it is and saw, what the training took, and how each epoch went."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hsclass.results.model import ModelCard, TrainingRecord
from hsclass.results.record import read_record, write_record

ABOUT_FILE = "model.json"
TRAINING_FILE = "training.json"
HISTORY_FILE = "history.csv"


def write_card(folder: Path, card: ModelCard, training: TrainingRecord, history: Sequence[Mapping[str, Any]]) -> None:
    """Write the card into the folder of a model: two JSON files and, for networks, a table of the epochs."""
    write_record(card, folder / ABOUT_FILE)
    write_record(training, folder / TRAINING_FILE)
    if history:
        with (folder / HISTORY_FILE).open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(history[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(history)


def read_card(folder: Path) -> tuple[ModelCard, TrainingRecord]:
    """Return what `write_card` wrote of the model and of its training, or raise DataError."""
    return read_record(ModelCard, folder / ABOUT_FILE, "train"), read_record(
        TrainingRecord, folder / TRAINING_FILE, "train"
    )
