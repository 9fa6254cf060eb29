"""Options: typed, frozen, checked, with their defaults next to the implementation that uses them."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from hsclass.errors import UsageError

NAME = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$"
"""Of what names a file or folder of results."""

_IN_WORDS = {NAME: "consist of letters, digits, '_', '.' and '-', and begin with a letter or digit"}


class Options(BaseModel):
    """Base of every options model: unknown keys are errors, values cannot be changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


OptionsT = TypeVar("OptionsT", bound=BaseModel)


def parse_options(model: type[OptionsT], given: Mapping[str, Any], where: str) -> OptionsT:
    """Check `given` against an options model and fill in the defaults.

    Parameters
    ----------
    model : type of pydantic model
    given : mapping
        Option names and values.
    where : str
        What the options belong to, for the message: "sampler dbscan_area".

    Raises
    ------
    UsageError
        For the first unknown key or impossible value; the message says what was found and what is expected.
    """
    try:
        return model.model_validate(dict(given))
    except ValidationError as error:
        problem = error.errors()[0]
        if not problem["loc"]:  # options that do not go together
            raise UsageError(f"{where}: {_plain(problem['msg'])}") from None
        key = _key(problem["loc"], given)
        if problem["type"] == "extra_forbidden":
            names = _names(_model_at(model, problem["loc"]))
            near = get_close_matches(str(problem["loc"][-1]), names, n=1)
            hint = f"; did you mean '{near[0]}'?" if near else ""
            if len(problem["loc"]) > 1 and problem["loc"][-1] in _names(model):
                hint = f"; '{problem['loc'][-1]}' stands next to '{problem['loc'][0]}', not in it"
            listed = ", ".join(names) or "no options at all"
            raise UsageError(f"{where}: unknown option '{key}'; expected one of {listed}{hint}") from None
        if problem["type"] == "missing":
            raise UsageError(f"{where}: option '{key}' is missing; add it") from None
        found = repr(problem["input"])[:80]
        raise UsageError(f"{where}: option '{key}' is {found}; {_plain(problem['msg'])}") from None


def _key(location: tuple[int | str, ...], given: Any) -> str:
    """Return the name of an option as it was given: without the number of an entry where no list stands."""
    parts = []
    for part in location:
        if isinstance(part, int) and not isinstance(given, list | tuple):
            continue
        parts.append(str(part))
        entries: Any = dict(enumerate(given)) if isinstance(given, list | tuple) else given
        given = entries.get(part) if isinstance(entries, Mapping) else None
    return ".".join(parts)


def _model_at(model: type[BaseModel], location: tuple[int | str, ...]) -> type[BaseModel]:
    """Return the model that holds the option at `location`: models may be nested, also in lists."""
    for part in location[:-1]:
        if part in model.model_fields:
            model = _model_in(model.model_fields[str(part)].annotation) or model
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)


def _names(model: type[BaseModel]) -> list[str]:
    return sorted(field.alias or name for name, field in model.model_fields.items())


def _plain(message: str) -> str:
    message = re.sub(r"^(Input|String|Tuple|List) should", "it should", message.removeprefix("Value error, "))
    for pattern, words in _IN_WORDS.items():
        message = message.replace(f"match pattern '{pattern}'", words)
    return message.replace("a valid tuple", "a list")  # as YAML and JSON call it
