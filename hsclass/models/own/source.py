"""Where a model of one's own comes from: an object in Python, or the dotted name of one."""

import inspect
import json
import logging
import re
import sys
import warnings
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict, create_model

from hsclass.errors import UsageError

_LOG = logging.getLogger(__name__)
NAME = r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$"
"""What a dotted name looks like: package.module:object."""

_GIVEN = {"input_shape", "n_classes", "n_features", "seed", "random_state", "threads", "n_jobs", "self"}
"""Parameters that hsclass gives; all others of a class or function are options."""


@dataclass(frozen=True)
class ModelSource:
    """What makes an untrained model.

    Attributes
    ----------
    name : str
        For messages, and for the model card.
    made : object
        An estimator, its class, or a function.
    kind : {"estimator", "network"}
        A function with a parameter `input_shape` builds a network; anything else is or makes an estimator.
    """

    name: str
    made: Any
    kind: Literal["estimator", "network"]

    @property
    def parameters(self) -> dict[str, inspect.Parameter]:
        """What a class or function takes; nothing for an estimator that is made already."""
        return dict(inspect.signature(self.made).parameters) if callable(self.made) else {}

    def options(self, base: Any) -> Any:
        """Return the options: those of every such model, and the parameters of the class or function."""
        variadic = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
        fields: dict[str, Any] = {}
        for name, parameter in self.parameters.items():
            if name in _GIVEN or name.startswith("_") or parameter.kind in variadic:
                continue
            required = parameter.default is inspect.Parameter.empty
            if required or _is_plain(parameter.default):
                fields[name] = (_annotated(parameter.annotation), ... if required else parameter.default)
        free = any(parameter.kind is variadic[1] for parameter in self.parameters.values())
        config = ConfigDict(extra="allow" if free else "forbid", frozen=True, protected_namespaces=())
        base = type(base.__name__, (base,), {"model_config": config, "__module__": base.__module__})
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a parameter may be named as a method of the options is
            return create_model(base.__name__, __base__=base, **fields)

    def make(self, options: Any, base: Any, **given: Any) -> Any:
        """Return a new untrained model.

        Parameters
        ----------
        options : pydantic model
            Of the class from `options`.
        base : type
            The options that are not for the class or function unless it takes them.
        **given
            What hsclass gives, for the parameters of these names.
        """
        if not callable(self.made):
            return _copied(self.made, given)
        takes = self.parameters
        chosen = options.model_dump()
        mine = {name: value for name, value in chosen.items() if name in takes or name not in base.model_fields}
        return self.made(**mine, **{name: value for name, value in given.items() if name in takes})


def source_of(model: Any) -> ModelSource:
    """Return the source that an object or a dotted name is.

    Raises
    ------
    UsageError
        If there is no such object, or it is no estimator and makes none.
    """
    if isinstance(model, str):
        return _by_name(model)
    return _source(f"{type(model).__module__}:{type(model).__name__}" if not callable(model) else _path(model), model)


def _path(made: Any) -> str:
    return f"{getattr(made, '__module__', 'unknown')}:{getattr(made, '__qualname__', type(made).__name__)}"


def _source(name: str, made: Any) -> ModelSource:
    if type(made).__module__.startswith("keras."):
        raise UsageError(
            f"model {name}: is a network that is built already; give a function with the parameters input_shape and"
            " n_classes that returns one, so that each training starts anew"
        )
    if callable(made):
        if "input_shape" in inspect.signature(made).parameters:
            return ModelSource(name, made, "network")
        return ModelSource(name, made, "estimator")
    if not (hasattr(made, "fit") and hasattr(made, "predict")):
        raise UsageError(
            f"model {name}: is of type {type(made).__name__}, without fit and predict; expected a name of hsclass, an"
            " estimator of scikit-learn, or a function that returns one or builds a Keras network"
        )
    return ModelSource(name, made, "estimator")


@cache
def _by_name(name: str) -> ModelSource:
    module, _, attribute = name.partition(":")
    if not re.match(NAME, name):
        raise UsageError(f"model {name}: is no dotted name; expected package.module:object")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.append(here)  # last, so that nothing installed is hidden
    try:
        found = import_module(module)
    except ImportError as error:
        raise UsageError(
            f"model {name}: cannot be imported ({error}); expected a module that is installed, on PYTHONPATH or in the"
            f" working folder, {here}"
        ) from error
    if not hasattr(found, attribute):
        raise UsageError(f"model {name}: module {module} has no {attribute!r}; correct the name after the colon")
    _LOG.warning("model %s: runs the code of %s", name, getattr(found, "__file__", module))
    return _source(name, getattr(found, attribute))


def _is_plain(value: Any) -> bool:
    """Return whether a value may stand in a model card."""
    try:
        return bool(json.loads(json.dumps(value)) == value)
    except (TypeError, ValueError):
        return False


def _annotated(annotation: Any) -> Any:
    return annotation if annotation in (int, float, str, bool, int | None, float | None, str | None) else Any


def _copied(estimator: Any, given: dict[str, Any]) -> Any:
    """Return an unfitted copy, with seed and threads where the estimator leaves these open."""
    from sklearn.base import clone

    copy = clone(estimator)
    if not hasattr(copy, "get_params"):
        return copy
    open_ = {name: value for name, value in copy.get_params().items() if value is None}
    chosen = {name: given[last] for name in open_ if (last := name.rpartition("__")[2]) in ("random_state", "n_jobs")}
    return copy.set_params(**chosen) if chosen else copy
