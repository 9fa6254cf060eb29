"""Clusters of a class's pixels train whole."""

import numpy as np
import pytest

from hsclass.samplers import make_split
from hsclass.samplers.clusters import Clusters, ClustersOptions
from hsclass.split import Role


def squares(count: int, side: int, gap: int) -> np.ndarray:
    """Return one class in squares side by side."""
    one = np.pad(np.ones((side, side), int), ((0, 0), (0, gap)))
    return np.tile(one, (1, count))


def find(mask: np.ndarray, **options: int) -> list[np.ndarray]:
    return Clusters(ClustersOptions(**options)).find(mask, np.random.default_rng(0))


def test_clusters_of_patches_far_apart_are_the_patches() -> None:
    found = find(squares(4, 5, 60) > 0, clusters=4, least_size=1)
    assert sorted(sorted({col // 65 for col in cluster[:, 1].tolist()}) for cluster in found) == [[0], [1], [2], [3]]


def test_clusters_of_one_patch_are_compact_and_hold_every_pixel_once() -> None:
    mask = np.ones((20, 60), bool)
    found = find(mask, clusters=3)
    together = np.zeros(mask.shape, int)
    for cluster in found:
        together[tuple(cluster.T)] += 1
    assert (together == 1).all()
    assert [len(cluster) for cluster in found] == pytest.approx([400] * 3, rel=0.1)
    assert all(np.ptp(cluster[:, 1]) < 25 for cluster in found)


@pytest.mark.parametrize(("pixels", "clusters"), [(1, 1), (2, 2), (74, 2), (75, 3), (249, 9), (250, 10), (900, 10)])
def test_small_classes_have_fewer_clusters(pixels: int, clusters: int) -> None:
    mask = np.arange(900).reshape(30, 30) < pixels
    assert len(find(mask)) == clusters


def test_whole_clusters_train_and_validate_in_an_order_that_the_seed_draws() -> None:
    labels = squares(10, 5, 15)
    trained = set()
    for seed in range(10):
        split = make_split(labels, "clusters", window=5, train=0.1, validation=0.1, seed=seed, least_size=1)
        share = split.classes[0]
        assert (share.train, share.validation, share.test, share.guard) == (25, 25, 200, 0)
        trained.add(int(split.places(Role.TRAIN)[0, 1]) // 20)
    assert len(trained) > 3
