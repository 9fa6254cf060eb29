"""Models inside a model: how options name them."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator

from hsclass.errors import UsageError
from hsclass.models.classifier import Classifier, ModelOptions
from hsclass.options import parse_options

Spec = dict[str, Any]
"""A model's name under "model", and its options."""

_OUTER = "ensemble"


def _as_list(given: Any) -> Any:
    items = [given] if isinstance(given, str | Mapping) else given
    if not isinstance(items, list | tuple):
        return items
    return [{"model": item} if isinstance(item, str) else item for item in items]


Members = Annotated[
    tuple[Spec, ...], BeforeValidator(_as_list, json_schema_input_type=str | Spec | tuple[str | Spec, ...])
]
"""One model or several: a name takes that model's defaults, a mapping names it under "model"."""


def resolved(spec: Spec, normalization: str, number: int) -> Spec:
    """Return a member with all its options, or raise UsageError or ValueError.

    Parameters
    ----------
    spec : dict
    normalization : str
        Of the ensemble, which its members share.
    number : int
        Of the member, from 1, for messages.
    """
    from hsclass.models import model_class

    name, where = spec.get("model"), f"member {number}"
    if not isinstance(name, str) or name == _OUTER:
        raise ValueError(f"{where} needs 'model: NAME', the name of a model that is no {_OUTER}; found {name!r}")
    family = model_class(name)
    if family.takes == "images":
        raise ValueError(f"{where}, {name}, takes whole images; expected a model of pixels")
    given = {key: value for key, value in spec.items() if key != "model"}
    if family.Options.model_fields["normalization"].default == ModelOptions().normalization:
        given.setdefault("normalization", normalization)
    options = parse_options(family.Options, given, f"{where}, {name}")
    if options.normalization != normalization:
        raise ValueError(
            f"{where}, {name}, takes normalization {options.normalization}, the ensemble {normalization}; members share"
            f" one: set 'normalization' of ensemble and member to the same"
        )
    return {"model": name, **options.model_dump(mode="json")}


def parsed(spec: Spec) -> tuple[type[Classifier], Any]:
    """Return the family and the checked options of a resolved member."""
    from hsclass.models import model_class

    if ":" in spec["model"]:  # a trained ensemble that names such would run its code when it is read
        raise UsageError(f"members: name {spec['model']}; expected models of hsclass, as one's own cannot be members")
    family = model_class(spec["model"])
    return family, family.Options.model_validate({key: value for key, value in spec.items() if key != "model"})


def built(spec: Spec, **sizes: Any) -> Classifier:
    """Return the untrained model of a resolved member; `sizes` are the other arguments of `Classifier`."""
    family, options = parsed(spec)
    return family(options, **sizes)
