"""How long stages take a slow core, in proportion to what they have to do: for time limits and for estimates."""

from hsclass.planning.size import Size

# What a stage does in a second: some five times less than was measured, since a job that reaches its limit is lost.
_NETWORK, _OTHER = 1e10, 1e9  # multiply-adds
_READ, _OPENED = 2e7, 300  # bytes, files
_PIXELS, _IMAGES, _PAIRS = 1e5, 1e3, 1e7  # looked at; pairs of hashes compared
_FETCH = 3600.0  # s


def macs_seconds(macs: float, *, network: bool) -> float:
    """Return the seconds of multiply-adds in a network, or in any other model or feature."""
    return macs / (_NETWORK if network else _OTHER)


def reading_seconds(size: Size) -> float:
    """Return the seconds in which a scene or all images are read."""
    return 1e6 * size.megabytes / _READ + (size.samples * size.files / _OPENED if size.images else 0)


def stage_seconds(stage: str, size: Size, *, runs: int = 1) -> float:
    """Return the seconds of a stage without a model; `runs` are those that `compare` and `report` look at."""
    if stage == "fetch":
        return _FETCH
    if stage == "scene":
        return reading_seconds(size)
    several = runs if stage in {"compare", "report"} else 1
    pairs = size.samples**2 / 2 / _PAIRS if size.images and stage in {"split", "audit"} else 0
    return several * size.samples / (_IMAGES if size.images else _PIXELS) + pairs
