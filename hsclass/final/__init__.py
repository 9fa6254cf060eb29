"""The deliver stage: the best map that all labels support, with the accuracy of a nested cross-validation."""

from hsclass.final.candidates import Candidate
from hsclass.final.delivery import Delivered, deliver

__all__ = ["Candidate", "Delivered", "deliver"]
