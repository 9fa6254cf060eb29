"""Networks of unpadded convolutions in space: which windows they fit."""

from typing import Any

from pydantic import Field

from hsclass.errors import UsageError
from hsclass.models.layers import LayerOptions, Odd
from hsclass.models.network import NetworkClassifier


class SpatialOptions(LayerOptions):
    """Options of a network on windows."""

    window: Odd | None = Field(
        None,
        description="side [pixels] of the windows that the network takes, odd, up to the split's; null: the split's",
    )


class SpatialNetwork(NetworkClassifier):
    """A network on windows, as wide as the option `window` says."""

    Options = SpatialOptions

    @property
    def side(self) -> int:
        """Side [pixels] of the windows that the network takes."""
        return self.options.window or self.window


def check_window(model: str, options: Any, window: int, *, kernels: tuple[int, ...], shorten: str) -> None:
    """Raise UsageError where the network's windows are wider than the split's, or too narrow for its convolutions.

    Parameters
    ----------
    model : str
        For the message.
    options : SpatialOptions
    window : int
        Side [pixels] of the split's windows.
    kernels : tuple of int
        Side [pixels] of each convolution: an unpadded one takes half of it off each side of the window.
    shorten : str
        The options that leave out convolutions, for the message.
    """
    side, least = options.window or window, 1 + sum(kernel - 1 for kernel in kernels)
    if side > window:
        raise UsageError(
            f"model {model}: option 'window' is {side}, wider than the {window} pixels that the split keeps apart;"
            f" set it to {window} or less, or make the split with window {side}"
        )
    if side < least:
        sides = "/".join(f"{kernel}x{kernel}" for kernel in sorted(set(kernels)))
        raise UsageError(
            f"model {model}: window {side} does not fit, its {len(kernels)} unpadded {sides} convolutions need {least}"
            f" pixels or more; set window to {least} or larger, or give fewer {shorten}"
        )
