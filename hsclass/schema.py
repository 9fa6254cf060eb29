"""The JSON schema of experiment files, made from the options models."""

import json
from typing import Any, NamedTuple

from pydantic import BaseModel

from hsclass.backbones import BACKBONES
from hsclass.datasets import catalogue
from hsclass.datasets.descriptor import SceneOptions
from hsclass.datasets.image_set import ImageSetOptions, image_sets
from hsclass.experiment import OptionsOf, Plan, feature_options, model_options, sampler_options
from hsclass.features import FEATURES
from hsclass.images.experiment import ImagePlan
from hsclass.images.frozen import FeatureOptions
from hsclass.images.model import MODELS as IMAGE_MODELS
from hsclass.images.model import image_model
from hsclass.images.splitting import SAMPLERS as IMAGE_SAMPLERS
from hsclass.images.splitting import sampler_options as image_sampler_options
from hsclass.models import MODELS
from hsclass.samplers import SAMPLERS
from hsclass.tuning.options import TuneOptions


class Room(NamedTuple):
    """What the entries of one list may be: named under `key`, one of `names` or of the form `own`, with options."""

    key: str
    names: list[str]
    options_of: OptionsOf
    own: dict[str, Any] | None = None


_SCENES = {
    "scenes": Room(
        "scene", sorted(catalogue()), lambda _: SceneOptions,
        {"type": "string", "pattern": r"\.ya?ml$", "description": "a scene descriptor of your own"},
    ),
    "splits": Room("sampler", sorted(SAMPLERS), sampler_options),
    "features": Room("features", sorted(FEATURES), feature_options),
    "models": Room("model", sorted(MODELS), model_options),
}  # fmt: skip

_IMAGES = {
    "images": Room(
        "images", sorted(image_sets()), lambda _: ImageSetOptions,
        {"type": "string", "description": "a descriptor of images of your own (.yaml), or their folder"},
    ),
    "splits": Room("sampler", sorted(IMAGE_SAMPLERS), image_sampler_options),
    "features": Room("features", ["backbone", *sorted(BACKBONES)], lambda _: FeatureOptions),
    "models": Room("model", sorted(IMAGE_MODELS), lambda name: image_model(name).Options),
}  # fmt: skip


def experiment_schema() -> dict[str, Any]:
    """Return the JSON schema (draft 2020-12) of experiment files, for editors; made from the options models."""
    definitions: dict[str, Any] = {"TuneOptions": TuneOptions.model_json_schema()}
    tune = {"anyOf": [{"type": "boolean"}, {"$ref": "#/$defs/TuneOptions"}], "description": "search the options"}
    definitions["on_scenes"] = _plan_schema(Plan, _SCENES, definitions, "", {"tune": tune})
    definitions["on_images"] = _plan_schema(ImagePlan, _IMAGES, definitions, "images.", {})
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$defs": definitions,
        "if": {"required": ["images"]},
        "then": {"$ref": "#/$defs/on_images"},
        "else": {"$ref": "#/$defs/on_scenes"},
    }


def _plan_schema(
    plan: type[BaseModel], rooms: dict[str, Room], definitions: dict[str, Any], prefix: str, of_models: dict[str, Any]
) -> dict[str, Any]:
    """Return the schema of a plan, and add what its lists may hold to the definitions, under names that begin alike."""
    schema = plan.model_json_schema()
    parts = schema.pop("$defs")
    parts.pop("Entry")
    definitions.update(parts)
    for dimension, (key, names, options_of, own) in rooms.items():
        variants: list[dict[str, Any]] = [{"enum": names}, *([own] if own else [])]
        alike = own is not None or len({options_of(name) for name in names}) == 1
        for name in [key] if alike else names:
            part = options_of(names[0] if alike else name).model_json_schema()
            definitions.update(part.pop("$defs", {}))
            kind = {"anyOf": list(variants)} if alike else {"const": name}
            extra = of_models if dimension == "models" else {}
            part["properties"] = {key: kind, "name": {"type": "string"}, **extra, **part.get("properties", {})}
            definition = f"{prefix}{key}.{name}"
            definitions[definition] = {**part, "type": "object", "title": name, "required": [key]}
            variants.append({"$ref": f"#/$defs/{definition}"})
        definitions[prefix + dimension] = {"anyOf": variants}
        items = {"$ref": f"#/$defs/{prefix}{dimension}"}
        schema["properties"][dimension] = {"anyOf": [{"type": "array", "minItems": 1, "items": items}, items]}
    return schema


def schema_text() -> str:
    """Return `experiment_schema` as the text of `workflow/schemas/experiment.schema.json`."""
    return _spread(experiment_schema(), depth=3) + "\n"


def _spread(value: Any, *, depth: int, margin: str = "") -> str:
    """Write JSON with a line for each mapping of the outer levels, and one for all that stands beside these."""
    if depth == 0 or not isinstance(value, dict) or not value:
        return json.dumps(value, sort_keys=True)
    inner = margin + " "
    plain = {key: found for key, found in value.items() if not isinstance(found, dict)}
    lines = [inner + json.dumps(plain, sort_keys=True)[1:-1]] if plain else []
    lines += [
        f"{inner}{json.dumps(key)}: {_spread(found, depth=depth - 1, margin=inner)}"
        for key, found in sorted(value.items())
        if key not in plain
    ]
    return "{\n" + ",\n".join(lines) + f"\n{margin}}}"
