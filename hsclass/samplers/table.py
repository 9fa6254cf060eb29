"""The one table of samplers, and what is asked of an entry of it before any job starts."""

from collections.abc import Mapping

from hsclass.errors import UsageError
from hsclass.samplers import checks
from hsclass.samplers.sampler import Kind, Sampler
from hsclass.tables import resolve

SAMPLERS: dict[str, str] = {
    "random": "hsclass.samplers.random:RandomSampler",
    "blocks": "hsclass.samplers.blocks:Blocks",
    "clusters": "hsclass.samplers.clusters:Clusters",
    "stripes": "hsclass.samplers.stripes:Stripes",
    "knndm": "hsclass.samplers.knndm:Knndm",
    "regions": "hsclass.samplers.whole_fields:Regions",
    "region_growing": "hsclass.samplers.region_growing:RegionGrowing",
    "dbscan_area": "hsclass.samplers.dbscan:DbscanArea",
    "dbscan_variance": "hsclass.samplers.dbscan:DbscanVariance",
    "matched_random": "hsclass.samplers.matched:MatchedRandom",
    "matched_apart": "hsclass.samplers.matched:MatchedApart",
    "reduced": "hsclass.samplers.reduced:Reduced",
    "fixed": "hsclass.samplers.fixed:FixedSampler",
    "lists": "hsclass.samplers.lists:ListsSampler",
}

DEFAULT: dict[Kind, str] = {"pixels": "dbscan_area", "images": "random"}
"""The sampler of each kind of samples where none is named."""


def sampler_names(kind: Kind) -> list[str]:
    """Return the names of the samplers that take a kind of samples, sorted."""
    return sorted(name for name in SAMPLERS if kind in resolve(SAMPLERS, name, "sampler").takes)


def sampler_for(name: str, kind: Kind) -> type[Sampler]:
    """Return a sampler of the table.

    Raises
    ------
    UsageError
        If there is no such sampler, or it does not take samples of that kind.
    """
    strategy: type[Sampler] = resolve(SAMPLERS, name, "sampler")
    if kind not in strategy.takes:
        takes, others = " and ".join(sorted(strategy.takes)), ", ".join(sampler_names(kind))
        raise UsageError(f"sampler {name}: splits {takes}, not {kind}; expected one of {others}")
    return strategy


def check_counts(
    counts: Mapping[int, int], sampler: str, *, train: float, validation: float, scene: str = "scene"
) -> None:
    """Check that a sampler can split classes of these sizes, before any job starts.

    Parameters
    ----------
    counts : mapping of int to int
        Labelled pixels of each class, by class id.
    sampler : str
        A name of `SAMPLERS`.
    train, validation : float
        Shares of the labelled pixels asked for.
    scene : str
        Name of the scene, for messages.

    Raises
    ------
    UsageError
        For an unknown sampler or impossible fractions.
    DataError
        If there is no class, or a class has fewer pixels than the sampler needs.
    """
    checks.check_fractions(train, validation)
    least = sampler_for(sampler, "pixels").least(validation)
    checks.check_least(counts, least, sampler=sampler, where=f"scene {scene}")
