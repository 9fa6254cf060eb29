"""Transformers serve scikit-learn, and do not import it."""

import subprocess
import sys

import numpy as np
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

from hsclass.normalize import Normalizer


@pytest.fixture
def spectra() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    classes = np.arange(60) % 3
    return rng.normal(classes[:, np.newaxis], 0.8, (60, 4)).astype(np.float32), classes


def test_step_of_a_pipeline_gives_what_scikit_learns_own_gives(spectra) -> None:
    own, known = (
        make_pipeline(scaler, LinearDiscriminantAnalysis()) for scaler in (Normalizer("minmax"), MinMaxScaler())
    )
    assert (own.fit(*spectra).predict(spectra[0]) == known.fit(*spectra).predict(spectra[0])).all()
    scaled = Normalizer("minmax").fit_transform(spectra[0])
    np.testing.assert_allclose(scaled, MinMaxScaler().fit_transform(spectra[0]), atol=1e-6)


def test_search_varies_its_parameters(spectra) -> None:
    pipeline = make_pipeline(Normalizer(), LinearDiscriminantAnalysis())
    search = GridSearchCV(pipeline, {"normalizer__kind": ["standard", "none"]}, cv=2).fit(*spectra)
    assert {row["normalizer__kind"] for row in search.cv_results_["params"]} == {"standard", "none"}
    assert repr(pipeline.named_steps["normalizer"]) == "Normalizer(kind='standard')"


def test_unknown_parameter_is_refused() -> None:
    with pytest.raises(ValueError, match="has no parameter 'way'; expected one of kind"):
        Normalizer().set_params(way="minmax")


def test_plan_of_an_experiment_imports_no_library_that_only_jobs_need() -> None:
    heavy = {"sklearn", "scipy", "optuna", "keras", "jinja2"}
    code = f"import sys, hsclass.experiment, hsclass.planning.resources; print(*{heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
