"""What the test samples of a split are a sample of, in words."""

from dataclasses import replace

import numpy as np

from hsclass.assess.sample_of import sample_of

LABELS = np.array([[1, 1, 1, 0, 1, 1, 0, 2, 2]])  # fields of 3, 2 and 2 pixels


def test_test_pixels_of_fields_that_were_trained_on_do_not_stand_for_others(make_split) -> None:
    random = replace(make_split([[1, 3, 3, 0, 1, 3, 0, 3, 0]]), sampler="random", leaky=True)
    said = sample_of(random, LABELS)  # of four test pixels three lie in the two fields with training pixels
    assert said.startswith("4 labelled pixels in 3 fields of the scene, chosen by the sampler random; 75 % of them lie")
    assert "They stand for further pixels of fields that were trained on, not for other fields." in said
    assert "no probability sample of the map" in said


def test_test_pixels_of_other_fields_stand_for_such_fields(make_split) -> None:
    apart = replace(make_split([[3, 3, 3, 0, 1, 1, 0, 1, 1]]), sampler="regions")
    said = sample_of(apart, LABELS)
    assert said.startswith("3 labelled pixels in 1 field of the scene, chosen by the sampler regions; 0 % of them lie")
    assert "They stand for labelled fields of this scene that are like theirs." in said


def test_masks_of_others_are_called_so(make_split) -> None:
    assert "chosen by others; " in sample_of(make_split([[3, 1, 1, 0, 1, 1, 0, 1, 1]]), LABELS)


def test_images_are_said_to_be_kept_apart_from_near_duplicates(make_split) -> None:
    split = replace(make_split([1, 3, 3]), sampler="random", groups=np.array([0, 1, 2]))
    assert sample_of(split, np.array([1, 2, 1])) == (
        "2 labelled images of the set, chosen by the sampler random, near-duplicates of training images kept out."
        " They stand for images like those of the set."
    )
