"""Blocks: as large as leaves about eight, wherever the scene begins."""

import numpy as np
import pytest

from hsclass.assess import blocks as module
from hsclass.assess.blocks import WANTED, BlockGrids, Sites, fixed_blocks, make_blocks, whole_fields


def alone(pixels: np.ndarray) -> Sites:
    """Return pixels of which each is a field of its own."""
    return Sites(pixels, np.arange(len(pixels)), np.ones(len(pixels), int))


def of_each(blocks: BlockGrids, count: int) -> list[list[int]]:
    """Return the block of each of `count` pixels, grid by grid."""
    held = [[int(sums.argmax()) for sums in blocks.sums(pixel)] for pixel in np.eye(count, dtype=np.int8)]
    return np.array(held).T.tolist()


def square(side: int) -> np.ndarray:
    return np.argwhere(np.ones((side, side), bool))


def test_a_block_is_a_square_of_the_side_and_none_is_empty() -> None:
    pixels = np.concatenate([square(6), square(6) + np.array([0, 30])])
    grid = fixed_blocks(alone(pixels), side=3).grids[0]
    assert np.bincount(grid).tolist() == [9] * 8
    for block in range(8):
        assert np.ptp(pixels[grid == block], axis=0).tolist() == [2, 2]


def test_effective_number_by_hand() -> None:
    """Four pixels in a row: blocks of 2 and 2 from half of the origins, of 1, 2 and 1 from the others."""
    row = np.array([[0, 0], [0, 1], [0, 2], [0, 3]])
    half, other = (2**2 + 2**2) / 16, (1 + 2**2 + 1) / 16
    assert fixed_blocks(alone(row), side=2).effective == pytest.approx(1 / ((half + other) / 2))


def test_side_is_the_largest_that_leaves_about_eight_blocks() -> None:
    blocks = make_blocks(alone(square(100)), least=2)
    assert 1 <= blocks.effective / WANTED < 1.5
    assert fixed_blocks(alone(square(100)), side=int(blocks.side * 1.25)).effective < WANTED


def test_side_is_never_below_the_least() -> None:
    blocks = make_blocks(alone(square(20)), least=18)
    assert blocks.side == 18
    assert blocks.effective < WANTED


@pytest.mark.parametrize("shift", [(0, 7), (13, 0), (5, 1001)])
def test_where_the_scene_begins_does_not_matter(shift: tuple[int, int]) -> None:
    rng = np.random.default_rng(2)
    pixels = np.argwhere(rng.random((50, 70)) < 0.3)
    here, there = make_blocks(alone(pixels), least=6), make_blocks(alone(pixels + shift), least=6)
    assert here.side == there.side
    for one, other in zip(here.grids, there.grids, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(("pixels", "several"), [(1, False), (6, False), (7, True)])
def test_pixels_that_fit_in_one_block_are_not_several(pixels: int, several: bool) -> None:
    assert fixed_blocks(alone(square(pixels)), side=6).several == several


def test_field_that_fits_in_a_block_is_not_cut() -> None:
    """Two fields of 5 x 5 pixels side by side, from columns 0 and 5, in blocks of 6."""
    pixels = np.argwhere(np.ones((5, 10), bool))
    sites = Sites(pixels, 40 - 3 * (pixels[:, 1] // 5), np.ones(len(pixels), int))
    grids = of_each(fixed_blocks(sites, side=6), len(pixels))
    for grid in grids:
        for first in (0, 5):
            assert len(set(np.array(grid)[pixels[:, 1] // 5 == first // 5])) == 1
    assert any(len(set(grid)) == 2 for grid in grids)


@pytest.mark.parametrize("side", [3, 7, 12, 40])
def test_sums_over_blocks_are_those_of_the_pixels_whose_field_or_self_lies_in_them(side: int) -> None:
    """Blocks by the definition, pixel by pixel: where the middle of a field lies that fits in, else the pixel."""
    rng = np.random.default_rng(5)
    pixels = rng.permutation(np.argwhere(rng.random((30, 40)) < 0.8)).astype(np.int16)
    fields = rng.permutation(12)[pixels[:, 0] // 10 * 4 + pixels[:, 1] // 10 * (pixels[:, 0] > 9)] * 3
    values = rng.integers(-1, 2, len(pixels))
    anchors = np.array(
        [
            (box.min(axis=0) + box.max(axis=0)) // 2 if (np.ptp(box, axis=0) < side).all() else pixel
            for pixel, field in zip(pixels, fields, strict=True)
            for box in [pixels[fields == field].astype(int)]
        ]
    )
    anchors -= anchors.min(axis=0)
    blocks = fixed_blocks(Sites(pixels, fields, np.ones(len(pixels), int)), side=side)
    assert len(blocks.grids) == 8
    groups = np.random.default_rng(6).integers(0, 3, 40)[fields]  # such as classes
    parts = blocks.crossed(groups)
    mixed = np.random.default_rng(7).integers(0, 3, len(pixels))  # classes of sites that hold several
    for one, whole in zip(of_each(blocks.crossed(mixed), len(pixels)), of_each(blocks, len(pixels)), strict=True):
        pairs = np.unique(np.stack([np.array(whole), mixed], axis=1), axis=0, return_inverse=True)[1].ravel()
        assert len(set(zip(one, pairs.tolist(), strict=True))) == len(set(one)) == len(set(pairs.tolist()))
    for k, (sums, sizes, crossed) in enumerate(zip(blocks.sums(values), blocks.sizes, parts.sums(values), strict=True)):
        corner = np.array([k * side // 8, 3 * k % 8 * side // 8])
        _, block = np.unique((anchors + corner) // side, axis=0, return_inverse=True)
        np.testing.assert_array_equal(sums, np.bincount(block.ravel(), values))
        np.testing.assert_array_equal(sizes, np.bincount(block.ravel()))
        _, part = np.unique(3 * block.ravel() + groups, return_inverse=True)
        np.testing.assert_array_equal(crossed, np.bincount(part, values))


def test_pixels_tested_several_times_count_once_in_their_field() -> None:
    pixels = np.array([[0, 0], [0, 1], [5, 5], [0, 1], [5, 5], [5, 5]])
    sites = Sites(pixels, np.array([7, 7, 3, 7, 3, 3]), np.ones(6, int), np.array([0, 0, 0, 1, 1, 2]))
    assert sites.distinct == 3
    assert sites.distinct_in_fields.tolist() == [1, 2]
    assert whole_fields(sites).sums(np.array([1, 1, 1, 0, 0, 1]))[0].tolist() == [2, 2]


def test_field_that_is_larger_than_a_block_is_cut_as_if_it_were_none() -> None:
    pixels = square(12)
    for one, other in zip(
        fixed_blocks(Sites(pixels, np.zeros(144, int), np.ones(144, int)), side=6).grids,
        fixed_blocks(alone(pixels), side=6).grids,
        strict=True,
    ):  # fmt: skip
        np.testing.assert_array_equal(one, other)


def test_single_field_that_fits_in_a_block_is_one_block() -> None:
    assert not fixed_blocks(Sites(square(12), np.zeros(144, int), np.ones(144, int)), side=12).several
    assert fixed_blocks(alone(square(12)), side=11).several


def test_sums_over_fields_are_those_of_each_field_however_many_are_summed_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fields = np.random.default_rng(0).integers(0, 9, 400) ** 2
    values = np.random.default_rng(1).random(400)
    wanted = [values[fields == field].sum() for field in np.unique(fields)]
    for part in (1, 50, 1000):
        monkeypatch.setattr(module, "_PART", part)
        found = Sites(square(20), fields, fields).by_field
        np.testing.assert_allclose(found.sums(values), wanted, rtol=1e-14)
        right = values < 0.3
        assert found.sums(right).tolist() == [int(right[fields == field].sum()) for field in np.unique(fields)]
        assert found.sums(values).tolist() == pytest.approx(wanted, rel=1e-14)  # not those of what was summed between
