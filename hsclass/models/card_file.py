"""The card of a trained model on disk: what it is and saw, what the training took, and how each epoch went."""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ABOUT_FILE = "model.json"
TRAINING_FILE = "training.json"
HISTORY_FILE = "history.csv"


def write_card(
    folder: Path, about: Mapping[str, Any], training: Mapping[str, Any], history: Sequence[Mapping[str, Any]]
) -> None:
    """Write the card into the folder of a model: two JSON files and, for networks, a table of the epochs."""
    (folder / ABOUT_FILE).write_text(json.dumps(about, indent=1))
    (folder / TRAINING_FILE).write_text(json.dumps(training, indent=1))
    if history:
        with (folder / HISTORY_FILE).open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(history[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(history)


def read_card(folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what `write_card` wrote of the model and of its training; OSError or ValueError where it cannot."""
    about, training = (json.loads((folder / name).read_text()) for name in (ABOUT_FILE, TRAINING_FILE))
    return about, training
