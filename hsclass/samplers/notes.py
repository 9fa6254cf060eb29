"""What samplers say about single classes."""

from collections.abc import Mapping

import numpy as np

from hsclass.samples.counting import class_counts
from hsclass.split import Role

ROLE_NAMES = {Role.TRAIN: "training", Role.VALIDATION: "validation", Role.TEST: "test"}


class Notes(dict[int, str]):
    """What there is to say about a class, by class id."""

    def add(self, identity: int, text: str) -> None:
        """Say more about a class."""
        self[identity] = f"{self[identity]}; {text}" if identity in self else text

    def add_lacking(
        self, labels: np.ndarray, roles: np.ndarray, texts: Mapping[Role, str], units: Mapping[int, int] | None = None
    ) -> None:
        """Say for each role which classes have no sample of it; `{}` in a text is the class's number of units."""
        known = class_counts(labels).keys()
        for role, text in texts.items():
            for identity in sorted(known - class_counts(labels[roles == role]).keys()):
                self.add(identity, text.format(units[identity]) if units else text)
