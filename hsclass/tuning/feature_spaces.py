"""Search spaces of the feature extractors."""

from hsclass.space import Choice, Range, Space, search_space

_OFF: tuple[float, ...] = ()

FEATURE_SPACES: dict[str, Space] = {
    "spectrum": search_space(
        scale=Choice(choices=("norm", "area", "snv", "none")),
        continuum=Choice(choices=(False, True)),
        derivative=Choice(choices=(0, 1, 2)),
        window=Range(low=5, high=15, step=2),
    ),
    "pca": search_space(components=Range(low=2, high=60, log=True), whiten=Choice(choices=(False, True))),
    "mnf": search_space(components=Range(low=2, high=60, log=True), shrinkage=Range(low=1e-4, high=1.0, log=True)),
    "dafe": search_space(components=Range(low=2, high=15), shrinkage=Range(low=1e-4, high=1.0, log=True)),
    "sdap": search_space(
        components=Range(low=1, high=8),
        deviation=Choice(choices=(None, _OFF)),
        inertia=Choice(choices=(None, _OFF)),
        rule=Choice(choices=("direct", "subtractive")),
    ),
    "dafe_sdap_dafe": search_space(
        profiled=Range(low=2, high=15),
        components=Range(low=2, high=15),
        shrinkage=Range(low=1e-4, high=1.0, log=True),
        deviation=Choice(choices=(None, _OFF)),
        inertia=Choice(choices=(None, _OFF)),
    ),
}
"""By the name of the extractor; others have no options to search."""
