"""Regions of a class, on scenes drawn by hand."""

import numpy as np
import pytest
from sklearn.cluster import DBSCAN

from hsclass.samplers.regions import cut, equal_lines, find_regions, first_lines, slabs


def drawn(*rows: str) -> np.ndarray:
    return np.array([[pixel == "#" for pixel in row] for row in rows])


def test_patches_apart_are_regions_and_patches_that_touch_are_one() -> None:
    mask = drawn(
        "###...##",
        "###...##",
        "###...##",
        "...###..",
        "...###..",
        "...###..",
    )
    # The upper left patch touches the lower one at a corner; both corner pixels have five neighbours or are reached
    # by ones that have. So does the upper right one.
    assert [len(region) for region in find_regions(mask, eps=1.5, min_samples=4)] == [24]
    apart = mask.copy()
    apart[3, 3:6] = False
    assert [len(region) for region in find_regions(apart, eps=1.5, min_samples=4)] == [9, 6, 6]


@pytest.mark.parametrize("eps", [1.0, 2**0.5 - 1e-9, 2**0.5, 1.5, 1.99, 2.3])
def test_regions_are_dbscans(eps: float) -> None:
    """scikit-learn's clusters; only its noise, which joins a region here, may add to them."""
    rng = np.random.default_rng(0)
    for _ in range(30):
        mask = rng.random(rng.integers(1, 25, 2)) < rng.uniform(0.1, 0.95)
        least = int(rng.integers(1, 10))
        pixels = np.argwhere(mask)
        cluster = DBSCAN(eps=eps, min_samples=least).fit_predict(pixels) if len(pixels) else np.array([])
        if not (cluster >= 0).any():
            continue
        number = np.full(mask.shape, -1)
        for place, region in enumerate(find_regions(mask, eps=eps, min_samples=least)):
            number[tuple(region.T)] = place
        known, found = cluster[cluster >= 0], number[mask][cluster >= 0]
        # Each cluster is one region, and each region one cluster.
        assert len(set(zip(known.tolist(), found.tolist(), strict=True))) == len(set(known.tolist()))
        assert set(found.tolist()) == set(number[mask].tolist())


def test_every_pixel_is_in_one_region() -> None:
    mask = np.random.default_rng(3).random((30, 30)) < 0.55
    regions = find_regions(mask, eps=1.5, min_samples=5)
    assert len(regions) > 1
    together = np.zeros(mask.shape, int)
    for region in regions:
        together[tuple(region.T)] += 1
    assert np.array_equal(together, mask.astype(int))


def test_noise_joins_the_nearest_region() -> None:
    mask = drawn(
        "###.......###",
        "###.#.....###",
        "###.......###",
    )
    left, right = find_regions(mask, eps=1.5, min_samples=5)
    assert (1, 4) in {tuple(pixel) for pixel in left.tolist()}
    assert (len(left), len(right)) == (10, 9)


def test_a_class_of_noise_alone_falls_into_connected_components() -> None:
    mask = drawn(
        "#...#",
        ".#..#",
        ".....",
        "###..",
    )
    regions = find_regions(mask, eps=1.5, min_samples=5)
    assert [region.tolist() for region in regions] == [
        [[0, 0], [1, 1]],
        [[0, 4], [1, 4]],
        [[3, 0], [3, 1], [3, 2]],
    ]


def test_no_pixels_are_no_regions() -> None:
    assert find_regions(np.zeros((3, 3), bool), eps=1.5, min_samples=5) == []


def test_cut_runs_across_the_longer_axis_from_either_end() -> None:
    region = np.argwhere(np.ones((2, 6), bool)) + 10
    first, last = cut(region, 4)
    assert region[first].tolist() == [[10, 10], [10, 11], [11, 10], [11, 11]]
    assert region[last].tolist() == [[10, 14], [10, 15], [11, 14], [11, 15]]
    tall = region[:, ::-1]
    assert tall[cut(tall, 4)[0]][:, 0].max() == 11


@pytest.mark.parametrize(("size", "lines"), [(1, 1), (2, 1), (4, 1), (5, 2), (9, 3)])
def test_cut_is_the_whole_line_nearest_to_the_size(size: int, lines: int) -> None:
    region = np.argwhere(np.ones((7, 3), bool))
    assert cut(region, size)[0].sum() == 3 * lines


def test_cut_leaves_the_lines_it_is_told_to() -> None:
    region = np.argwhere(np.ones((10, 3), bool))
    assert [part.sum() for part in cut(region, 24, leave=9)] == [3, 3]
    assert [part.sum() for part in cut(region, 24, leave=4)] == [18, 18]
    assert cut(region, 3, leave=10) == []


def test_first_lines_are_those_nearest_to_the_size() -> None:
    along = np.repeat([3, 4, 9], [2, 5, 20])
    assert [first_lines(along, size).sum() for size in (0, 4, 5, 16, 17, 40)] == [2, 2, 7, 7, 7, 27]
    assert first_lines(along, 40, leave=1).sum() == 7
    assert first_lines(along, 40, leave=6).sum() == 2
    assert not first_lines(along, 1, leave=7).any()


def test_equal_lines_go_where_their_middle_falls() -> None:
    # 12 pixels in 3 parts of 4: the line of 5 has its middle at 2.5, that of 2 at 6, those of 1 at 7.5 to 11.5.
    along = np.repeat([10, 11, 12, 13, 14, 15, 16], [5, 2, 1, 1, 1, 1, 1])
    assert equal_lines(along, 3).tolist() == [0] * 5 + [1] * 2 + [1] + [2] * 4
    assert equal_lines(-along, 3).tolist() == [2] * 5 + [1] * 2 + [1] + [0] * 4


def test_slabs_run_across_the_longer_axis() -> None:
    region = np.argwhere(np.ones((3, 8), bool))
    parts = slabs(region, 4)
    assert [np.unique(part[:, 1]).tolist() for part in parts] == [[0, 1], [2, 3], [4, 5], [6, 7]]
    assert [len(part) for part in slabs(region, 1)] == [24]
    assert len(slabs(region, 100)) == 8
