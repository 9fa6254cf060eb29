"""The JSON schema of experiment files, made from the options models."""

import json
from collections.abc import Mapping
from typing import Any

from hsclass.choices import Choices, choices
from hsclass.options import Options
from hsclass.plan import ONLY, Plan, Samples
from hsclass.tuning.options import TuneOptions


def experiment_schema() -> dict[str, Any]:
    """Return the JSON schema (draft 2020-12) of experiment files, for editors; made from the options models."""
    definitions: dict[str, Any] = {"TuneOptions": TuneOptions.model_json_schema()}
    definitions["on_scenes"] = _plan_schema("pixels", definitions, "")
    definitions["on_images"] = _plan_schema("images", definitions, "images.")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$defs": definitions,
        "if": {"required": ["images"]},
        "then": {"$ref": "#/$defs/on_images"},
        "else": {"$ref": "#/$defs/on_scenes"},
    }


def _plan_schema(samples: Samples, definitions: dict[str, Any], prefix: str) -> dict[str, Any]:
    """Return the schema of experiments on one kind of samples; what their lists may hold goes to the definitions."""
    schema = Plan.model_json_schema()
    parts = schema.pop("$defs")
    parts.pop("Listed")
    definitions.update(parts)
    for other in ONLY["images" if samples == "pixels" else "pixels"]:
        del schema["properties"][other]
    schema["required"] = sorted([*schema["required"], ONLY[samples][0]])
    for dimension, table in choices(samples).items():
        definitions[prefix + dimension] = {"anyOf": _variants(table, definitions, prefix)}
        items = {"$ref": f"#/$defs/{prefix}{dimension}"}
        schema["properties"][dimension] = {"anyOf": [{"type": "array", "minItems": 1, "items": items}, items]}
    return schema


def _variants(table: Choices, definitions: dict[str, Any], prefix: str) -> list[dict[str, Any]]:
    """Return what an entry may be: a name, something of the user's own, or a mapping with options."""
    variants: list[dict[str, Any]] = [{"enum": table.names()}, *([table.own] if table.own else [])]
    by_options: dict[type[Options], list[str]] = {}
    for name in table.names():
        by_options.setdefault(table.options_of(name), []).append(name)
    alike = list(variants)
    for options, names in by_options.items():
        part = options.model_json_schema()
        definitions.update(part.pop("$defs", {}))
        only = len(by_options) == 1
        kind: Mapping[str, Any] = (
            {"anyOf": alike} if only else {"enum": names} if len(names) > 1 else {"const": names[0]}
        )
        tune = {"tune": _TUNE} if table.key == "model" else {}
        part["properties"] = {table.key: kind, "name": {"type": "string"}, **tune, **part.get("properties", {})}
        title = table.key if only else names[0]
        definitions[f"{prefix}{table.key}.{title}"] = {
            **part, "type": "object", "title": title, "required": [table.key],
        }  # fmt: skip
        variants.append({"$ref": f"#/$defs/{prefix}{table.key}.{title}"})
    if table.own and len(by_options) > 1:  # something of the user's own has options that are not known here
        about = {"type": "object", "required": [table.key], "properties": {table.key: table.own}}
        variants.append(about)
    return variants


_TUNE = {"anyOf": [{"type": "boolean"}, {"$ref": "#/$defs/TuneOptions"}], "description": "search the options"}


def schema_text() -> str:
    """Return `experiment_schema` as the text of `workflow/schemas/experiment.schema.json`."""
    return _spread(experiment_schema(), depth=3) + "\n"


def _spread(value: Any, *, depth: int, margin: str = "") -> str:
    """Write JSON with a line for each mapping of the outer levels, and one for all that stands next to these."""
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
