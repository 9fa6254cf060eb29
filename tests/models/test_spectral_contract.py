"""Which bands a model takes: the same, the same in another order, or others computed by wavelength when asked."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from hsclass.errors import DataError
from hsclass.models.spectral_contract import SpectralBands, convert_bands, gaussian_weights, linear_weights


def bands(*centres: float, **known: object) -> SpectralBands:
    return SpectralBands(len(centres), np.array(centres, float), **known)


MODEL = bands(400, 410, 420, 430)


def test_same_bands_are_taken_as_they_are() -> None:
    found = convert_bands(MODEL, bands(400.2, 410, 419.6, 430), name="s")
    values = np.arange(4, dtype=np.int16)
    assert found.apply(values) is values
    assert found.notes == ()


def test_bands_in_another_order_are_put_in_the_models() -> None:
    found = convert_bands(MODEL, bands(420, 400, 430, 410), name="s")
    assert found.take(np.array([[[42, 40, 43, 41]]])).tolist() == [[[40, 41, 42, 43]]]
    assert found.notes == ("the bands are put in the model's order",)


def test_permuted_bands_of_one_centre_are_refused() -> None:
    with pytest.raises(DataError, match="some have the same centre, so that it is not known which is which"):
        convert_bands(bands(400, 400, 410), bands(410, 400, 400), name="s")


def test_unsorted_bands_of_overlapping_spectrometers_match_one_to_one() -> None:
    model = bands(900, 910, 920, 909.7, 930)
    found = convert_bands(model, bands(909.7, 930, 900, 910, 920), name="s")
    assert found.order.tolist() == [2, 3, 4, 0, 1]


def test_bands_without_centres_are_taken_in_their_order() -> None:
    assert convert_bands(MODEL, SpectralBands(4), name="s").order.tolist() == [0, 1, 2, 3]
    with pytest.raises(DataError, match="scene s: has 3 bands, but the model was trained on 4; give the scene"):
        convert_bands(MODEL, SpectralBands(3), name="s")


def test_bands_that_the_models_scene_left_out_are_left_out() -> None:
    model = bands(400, 410, 430, bad=(420.0, 440.0))
    found = convert_bands(model, bands(400, 410, 420, 430), name="s")
    assert found.order.tolist() == [0, 1, 3]
    assert found.notes == ("1 band is left out, as in the model's scene (band 3 at 420 nm)",)


def test_other_bands_are_refused_with_the_difference() -> None:
    with pytest.raises(DataError) as error:
        convert_bands(MODEL, bands(400, 405, 410, 415, 425, 435), name="s")
    assert str(error.value) == (
        "scene s: has 6 bands, but the model was trained on 4; 2 of the model's are missing (band 3 at 420 nm, band 4"
        " at 430 nm) and 4 are not the model's (band 2 at 405 nm, band 4 at 415 nm, band 5 at 425 nm, …); give the"
        " scene with the model's bands, or have it resampled by wavelength (--resample linear or gaussian)"
    )


def test_known_scales_are_brought_together_and_an_unknown_one_is_left() -> None:
    model = bands(400, 410, scale=1e-4)
    found = convert_bands(model, bands(400, 410, scale=1.0), name="s")
    np.testing.assert_allclose(found.apply(np.array([0.5, 0.25])), [5000, 2500])
    assert "multiplied by 10000" in found.notes[0]
    assert convert_bands(model, bands(400, 410), name="s").factor == 1


def test_linear_weights_by_hand() -> None:
    # 405 lies halfway, 418 at 0.8 of the way from 410 to 420; the source is not sorted.
    weights = linear_weights(np.array([405.0, 418.0, 420.0]), np.array([420.0, 400.0, 410.0]))
    np.testing.assert_allclose(weights, [[0, 0.8, 1], [0.5, 0, 0], [0.5, 0.2, 0]], atol=1e-12)


def test_gaussian_weights_by_hand() -> None:
    # With a width of 20, the response is 2^(-4 (d / 20)²): 1, 1/2 and 1/16 at distances of 0, 10 and 20.
    weights = gaussian_weights(np.array([420.0]), np.array([400.0, 410, 420, 430, 440]), np.array([20.0]))
    np.testing.assert_allclose(weights[:, 0], np.array([1, 8, 16, 8, 1]) / 34)


def test_gaussian_weights_count_dense_bands_less() -> None:
    # Spacings 10, 7.5, 5, 5: the same response at ±5 is weighted by 7.5 and 5 there.
    weights = gaussian_weights(np.array([415.0]), np.array([400.0, 410, 415, 420]), np.array([10.0]))
    shares = np.array([2**-9.0 * 10, 0.5 * 7.5, 1 * 5, 0.5 * 5])
    np.testing.assert_allclose(weights[:, 0], shares / shares.sum())


def test_gaussian_without_widths_takes_the_models_spacing_but_none_finer_than_the_scenes() -> None:
    source = np.array([400.0, 410, 420, 430, 440])
    by_spacing = gaussian_weights(np.array([400.0, 420.0, 440.0]), source)
    np.testing.assert_allclose(by_spacing[:, 1], np.array([1, 8, 16, 8, 1]) / 34)
    fine = gaussian_weights(np.array([419.0, 420.0, 421.0]), source)
    by_hand = np.array([2.0**-16, 2.0**-4, 1, 2.0**-4, 2.0**-16])
    np.testing.assert_allclose(fine[:, 1], by_hand / by_hand.sum())


@pytest.mark.parametrize("kind", ["linear", "gaussian"])
def test_a_straight_spectrum_stays_straight(kind: str) -> None:
    centres = np.arange(400.0, 1001, 5)
    model = bands(*np.arange(450.0, 951, 20), fwhm=np.full(26, 25.0))
    found = convert_bands(model, SpectralBands(len(centres), centres), name="s", resample=kind)
    spectrum = (2 * centres + 3).astype(np.float32)
    np.testing.assert_allclose(found.apply(found.take(spectrum[None, None])[0, 0]), 2 * model.centres + 3, rtol=1e-5)


def test_nothing_is_extrapolated() -> None:
    with pytest.raises(
        DataError, match=r"covers 405 to 425 nm, but 2 of the model's 4 bands lie outside \(band 1 at 400 nm"
    ):
        convert_bands(MODEL, bands(405, 415, 425), name="s", resample="linear")


def test_resampling_needs_wavelengths() -> None:
    with pytest.raises(DataError, match="resampled by wavelength, but scene s has none"):
        convert_bands(MODEL, SpectralBands(4), name="s", resample="linear")
    with pytest.raises(DataError, match="resampled by wavelength, but the model has none"):
        convert_bands(SpectralBands(4), MODEL, name="s", resample="linear")


def test_what_a_model_carries_survives_its_card() -> None:
    known = bands(400, 410, fwhm=np.array([9.0, 8.0]), scale=1e-4, bad=(420.0,))
    for carried in (known, SpectralBands(3)):
        card = SimpleNamespace(**json.loads(json.dumps(carried.as_dict())))
        assert SpectralBands.of_model(card).as_dict() == carried.as_dict()


@pytest.mark.parametrize(("model", "scene"), [(None, [450.0, 550.0]), ([450.0, 550.0], None)])
def test_bands_without_wavelengths_on_one_side_are_reported(
    model: list[float] | None, scene: list[float] | None
) -> None:
    bands = [SpectralBands(2, None if centres is None else np.array(centres)) for centres in (model, scene)]
    found = convert_bands(*bands, name="s")
    lacking = "the model" if model is None else "the scene"
    assert found.notes == (f"{lacking} has no wavelengths, so the 2 bands are taken for the model's in their order",)
    assert convert_bands(SpectralBands(2), SpectralBands(2), name="s").notes == ()
