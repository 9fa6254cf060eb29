"""Networks on the spectrum of one pixel."""

from pydantic import Field

from hsclass.models.layers import LayerOptions
from hsclass.models.network import NetworkClassifier


class SpectralOptions(LayerOptions):
    """Options of a network on spectra: such an epoch is short, so there may be more of them than with windows."""

    epochs: int = Field(150, ge=1, description="maximum number of epochs")
    patience: int | None = Field(
        30, ge=1, description="epochs without improvement before training stops; null: it never stops early"
    )


class SpectralNetwork(NetworkClassifier):
    """A network that sees the pixel alone."""

    Options = SpectralOptions
    takes = "spectra"

    @property
    def side(self) -> int:
        """1: the network sees the pixel alone."""
        return 1
