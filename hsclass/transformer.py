"""The base class of what is fitted on training samples and applied to all."""

from inspect import signature
from typing import Any, Self


class Transformer:
    """A transformer as scikit-learn takes it, without its import: that takes as long as the plan of a small experiment.

    Parameters of the constructor are attributes of the same names; `fit` and `transform` are those of a subclass.
    """

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters of the constructor; none is a transformer itself."""
        del deep
        return {name: getattr(self, name) for name in signature(type(self)).parameters}

    def set_params(self, **params: Any) -> Self:
        """Set parameters of the constructor.

        Raises
        ------
        ValueError
            If there is no such parameter.
        """
        known = self.get_params()
        for name, value in params.items():
            if name not in known:
                raise ValueError(f"{type(self).__name__} has no parameter {name!r}; expected one of {', '.join(known)}")
            setattr(self, name, value)
        return self

    def fit_transform(self, X: Any, y: Any = None, **more: Any) -> Any:  # noqa: N803
        """Fit, and return what becomes of the same samples."""
        return self.fit(X, y, **more).transform(X)  # type: ignore[attr-defined]

    def __repr__(self) -> str:
        given = ", ".join(f"{name}={value!r}" for name, value in self.get_params().items())
        return f"{type(self).__name__}({given})"

    def __sklearn_tags__(self) -> Any:
        from sklearn.base import BaseEstimator, TransformerMixin

        return type("Plain", (TransformerMixin, BaseEstimator), {})().__sklearn_tags__()
