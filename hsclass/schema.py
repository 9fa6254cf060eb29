"""The JSON schema of experiment files, made from the options models."""

import json
from typing import Any

from hsclass.datasets import catalogue
from hsclass.datasets.descriptor import SceneOptions
from hsclass.experiment import OptionsOf, Plan, feature_options, model_options, sampler_options
from hsclass.features import FEATURES
from hsclass.models import MODELS
from hsclass.samplers import SAMPLERS
from hsclass.tuning.options import TuneOptions


def experiment_schema() -> dict[str, Any]:
    """Return the JSON schema (draft 2020-12) of experiment files, for editors; made from the options models."""
    schema = Plan.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    definitions = schema["$defs"]
    definitions.pop("Entry")
    definitions["TuneOptions"] = TuneOptions.model_json_schema()
    tune = {"anyOf": [{"type": "boolean"}, {"$ref": "#/$defs/TuneOptions"}], "description": "search the options"}
    rooms: dict[str, tuple[str, list[str], OptionsOf]] = {
        "scenes": ("scene", sorted(catalogue()), lambda _: SceneOptions),
        "splits": ("sampler", sorted(SAMPLERS), sampler_options),
        "features": ("features", sorted(FEATURES), feature_options),
        "models": ("model", sorted(MODELS), model_options),
    }
    for dimension, (key, names, options_of) in rooms.items():
        variants: list[dict[str, Any]] = [{"enum": names}]
        if dimension == "scenes":
            path = {"type": "string", "pattern": r"\.ya?ml$", "description": "a scene descriptor of your own"}
            variants.append(path)
        for name in names if dimension != "scenes" else [key]:
            part = options_of(name).model_json_schema()
            definitions.update(part.pop("$defs", {}))
            kind = {"const": name} if dimension != "scenes" else {"anyOf": variants[:2]}
            extra = {"tune": tune} if dimension == "models" else {}
            part["properties"] = {key: kind, "name": {"type": "string"}, **extra, **part.get("properties", {})}
            definitions[f"{key}.{name}"] = {**part, "type": "object", "title": name, "required": [key]}
            variants.append({"$ref": f"#/$defs/{key}.{name}"})
        definitions[dimension] = {"anyOf": variants}
        items = {"$ref": f"#/$defs/{dimension}"}
        schema["properties"][dimension] = {"anyOf": [{"type": "array", "minItems": 1, "items": items}, items]}
    return schema


def schema_text() -> str:
    """Return `experiment_schema` as the text of `workflow/schemas/experiment.schema.json`."""
    return _spread(experiment_schema(), depth=3) + "\n"


def _spread(value: Any, *, depth: int, margin: str = "") -> str:
    """Write JSON with a line for each entry of the outer levels, and the inner ones on one line each."""
    if depth == 0 or not isinstance(value, dict) or not value:
        return json.dumps(value, sort_keys=True)
    inner = margin + " "
    lines = (f"{inner}{json.dumps(k)}: {_spread(v, depth=depth - 1, margin=inner)}" for k, v in sorted(value.items()))
    return "{\n" + ",\n".join(lines) + f"\n{margin}}}"
