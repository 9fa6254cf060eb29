"""Mixed precision computes in 16 bits, keeps weights and probabilities in 32, and leaves no trace behind."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import hsclass
from hsclass.backend import has_bfloat16
from hsclass.errors import UsageError
from hsclass.learning import fitting, precision
from hsclass.learning.precision import building_in, keep_output_exact, mixed_policy
from hsclass.learning.recipes import NetworkOptions, compile_arguments
from hsclass.models.ann import AnnOptions, DenseNetwork
from hsclass.models.classifier import Sample
from hsclass.scene import Scene
from hsclass.split import Split


def make(**options: Any) -> DenseNetwork:
    return DenseNetwork(AnnOptions(hidden=(4,), epochs=2, **options), window=1, n_features=3, n_classes=2)


def test_a_processor_takes_bfloat16() -> None:
    assert mixed_policy() == "mixed_bfloat16"


@pytest.mark.parametrize(
    ("flags", "found"),
    [("fpu avx512f avx512_bf16", True), ("Features : fp bf16", True), ("fpu avx512_vbmi avx2", False)],
)
def test_processor_says_what_it_has(tmp_path: Path, flags: str, found: bool) -> None:
    (tmp_path / "cpuinfo").write_text(f"processor : 0\nflags : {flags}\n")
    assert has_bfloat16(tmp_path / "cpuinfo") is found
    assert has_bfloat16(tmp_path / "none")


def test_processor_that_emulates_bfloat16_gets_a_warning(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(precision, "has_bfloat16", lambda: False)
    mixed_policy()
    assert "this processor cannot compute in 16 bits" in caplog.text


def test_layers_made_inside_are_mixed_and_those_made_after_are_not() -> None:
    with building_in("mixed"):
        network = make().build()
    hidden = network.layers[1]
    assert (hidden.compute_dtype, hidden.variable_dtype) == ("bfloat16", "float32")
    assert keras.config.dtype_policy().name == "float32"
    assert make().build().layers[1].compute_dtype == "float32"


def test_policy_is_put_back_after_an_error() -> None:
    with pytest.raises(ZeroDivisionError), building_in("mixed"):
        raise ZeroDivisionError
    assert keras.config.dtype_policy().name == "float32"


def test_probabilities_are_computed_in_float32() -> None:
    with building_in("mixed"):
        network = make().build()
    keep_output_exact(network)
    found = np.asarray(network(np.random.default_rng(0).normal(size=(50, 1, 1, 3)).astype(np.float32)))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-6)  # bfloat16 is right to 4e-3 only


def test_trained_network_predicts_in_float32() -> None:
    cube = np.random.default_rng(1).normal(size=(5, 6, 3)).astype(np.float32)
    pixels = np.argwhere(np.ones((5, 6))).astype(np.int32)
    sample = Sample(pixels, (cube[pixels[:, 0], pixels[:, 1], 0] > 0).astype(np.int32))
    model = make(precision="mixed")
    report = model.fit(cube, sample, sample, seed=0)
    assert {layer.compute_dtype for layer in model.network_.layers} == {"float32"}
    assert report.facts["precision"] == "mixed, 16 and 32 bits"


def test_gradients_of_float16_are_scaled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision, "mixed_policy", lambda: "mixed_float16")
    trainers, original = [], fitting.make_trainer
    monkeypatch.setattr(
        fitting, "make_trainer", lambda *given, **more: trainers.append(original(*given, **more)) or trainers[-1]
    )
    cube = np.random.default_rng(1).normal(size=(5, 6, 3)).astype(np.float32)
    pixels = np.argwhere(np.ones((5, 6))).astype(np.int32)
    make(precision="mixed").fit(cube, *[Sample(pixels, (cube[tuple(pixels.T)][:, 0] > 0).astype(np.int32))] * 2, seed=0)
    assert isinstance(trainers[0].optimizer, keras.optimizers.LossScaleOptimizer)


def test_tensorflow_that_is_to_be_repeatable_is_not_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TF_DETERMINISTIC_OPS", "1")
    assert compile_arguments(keras, NetworkOptions())["jit_compile"] is False
    with pytest.raises(
        UsageError, match=r"option 'jit': is true, .* set the environment variable TF_DETERMINISTIC_OPS to 0"
    ):
        compile_arguments(keras, NetworkOptions(jit=True))
    monkeypatch.setenv("TF_DETERMINISTIC_OPS", "0")
    assert compile_arguments(keras, NetworkOptions(jit=True))["jit_compile"] is True


@pytest.mark.parametrize(("setting", "value"), [("image_data_format", "channels_first"), ("dtype_policy", "float16")])
def test_settings_of_the_users_keras_change_nothing(
    setting: str, value: str, toy_scene: Scene, toy_split: Split, tmp_path: Path
) -> None:
    options: dict[str, Any] = {"components": None, "filters": (4,), "dense": (8,), "epochs": 1}
    expected = hsclass.predict_scene(hsclass.fit(toy_scene, toy_split, "cnn2d", **options), toy_scene).probabilities
    change, before = getattr(keras.config, f"set_{setting}"), getattr(keras.config, setting)()
    change(value)
    try:
        model = hsclass.fit(toy_scene, toy_split, "cnn2d", **options)
        model.save(tmp_path / "model")
        mapped = [hsclass.predict_scene(one, toy_scene) for one in (model, hsclass.load_model(tmp_path / "model"))]
        after = getattr(keras.config, setting)()
    finally:
        change(before)
    assert getattr(after, "name", after) == value
    for one in mapped:
        np.testing.assert_array_equal(one.probabilities, expected)
