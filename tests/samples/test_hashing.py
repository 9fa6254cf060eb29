"""Perceptual hashes find images that show nearly the same."""

import io

import numpy as np
from PIL import Image

from hsclass.samples.hashing import groups_of, near_duplicates, perceptual_hash


def scene(seed: int) -> np.ndarray:
    """A smooth random picture of 64 x 64 pixels."""
    coarse = np.random.default_rng(seed).integers(0, 255, (6, 6, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(coarse).resize((64, 64), Image.Resampling.BICUBIC))


def test_compressed_and_brightened_copy_is_near_and_another_picture_is_not() -> None:
    first = scene(0)
    written = io.BytesIO()
    Image.fromarray((first * 0.8 + 30).astype(np.uint8)).save(written, "JPEG", quality=60)
    copy = np.asarray(Image.open(written))
    hashes = [perceptual_hash(picture) for picture in (first, copy, scene(1))]
    assert [pair[:2] for pair in near_duplicates(hashes, 10).tolist()] == [[0, 1]]


def test_size_and_type_of_the_numbers_do_not_matter() -> None:
    first = scene(2)
    doubled = np.kron(first, np.ones((2, 2, 1), np.uint8))
    stretched = (first.astype(np.uint16) * 40)[:, :, :1].repeat(3, axis=2)
    hashes = [perceptual_hash(first), perceptual_hash(doubled)]
    assert len(near_duplicates(hashes, 4)) == 1
    assert len(perceptual_hash(stretched)) == 16


def test_distance_counts_the_bits_that_differ() -> None:
    hashes = ["0000000000000000", "000000000000000f", "ffffffffffffffff", "", "0000000000000000"]
    found = near_duplicates(hashes, 4).tolist()
    assert found == [[0, 4, 0], [0, 1, 4], [1, 4, 4]]
    assert near_duplicates(hashes, 3).tolist() == [[0, 4, 0]]


def test_distances_are_those_of_counting_one_by_one() -> None:
    rng = np.random.default_rng(3)
    values = rng.integers(0, 2**63, 40, dtype=np.uint64)
    found = near_duplicates([f"{value:016x}" for value in values], 64).tolist()
    wanted = {(a, b, (int(values[a]) ^ int(values[b])).bit_count()) for a in range(40) for b in range(a + 1, 40)}
    assert {tuple(row) for row in found} == wanted


def test_groups_join_what_is_linked_through_others() -> None:
    groups = groups_of(np.array([[0, 1, 2], [1, 4, 2]]), 5)
    assert groups[0] == groups[1] == groups[4]
    assert len(set(groups.tolist())) == 3
