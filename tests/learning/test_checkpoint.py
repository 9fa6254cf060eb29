"""The state of a training is whole on disk, and taken up only by the training that it is of."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from hsclass.learning.checkpoint import FILE, Checkpoint, State, remove

STATE = State(
    {"history": [{"epoch": 1, "loss": 0.1, "val_loss": None}], "best": [float("inf")]},
    {"network": [np.arange(3, dtype=np.float32), np.zeros((2, 0))], "generators": [np.uint32([1, 2])]},
)


def test_what_is_written_is_read_back(tmp_path: Path, warnings_logged: Callable[[], list[str]]) -> None:
    Checkpoint(tmp_path / "state", {"seed": 1, "sizes": (2, 3)}).write(STATE)
    found = Checkpoint(tmp_path / "state", {"seed": 1, "sizes": (2, 3)}).read()
    assert found is not None
    assert found.about == STATE.about
    assert warnings_logged() == []
    for group, arrays in STATE.arrays.items():
        for expected, array in zip(arrays, found.arrays[group], strict=True):
            assert array.dtype == expected.dtype
            np.testing.assert_array_equal(array, expected)


def test_more_than_ten_arrays_keep_their_order(tmp_path: Path) -> None:
    Checkpoint(tmp_path, {}).write(State({}, {"network": [np.array(number) for number in range(12)]}))
    found = Checkpoint(tmp_path, {}).read()
    assert found is not None
    assert [int(array) for array in found.arrays["network"]] == list(range(12))


def test_where_nothing_was_written_nothing_is_read_or_logged(
    tmp_path: Path, warnings_logged: Callable[[], list[str]]
) -> None:
    assert Checkpoint(tmp_path / "absent", {}).read() is None
    assert warnings_logged() == []


def test_state_of_another_training_is_not_used_and_what_differs_is_said(
    tmp_path: Path, warnings_logged: Callable[[], list[str]]
) -> None:
    Checkpoint(tmp_path / "m.training", {"seed": 1, "scene": "a", "model": "ann"}).write(STATE)
    assert Checkpoint(tmp_path / "m.training", {"seed": 2, "scene": "b", "model": "ann"}).read() is None
    folder = tmp_path / "m.training"
    assert warnings_logged() == [
        f"training begins anew: {folder} holds the state of a training with another scene and seed"
    ]


def test_damaged_state_is_not_used_and_said(tmp_path: Path, warnings_logged: Callable[[], list[str]]) -> None:
    checkpoint = Checkpoint(tmp_path, {})
    checkpoint.write(STATE)
    whole = (tmp_path / FILE).read_bytes()
    for damaged in (whole[:100], b"", whole[: len(whole) // 2]):
        (tmp_path / FILE).write_bytes(damaged)
        assert checkpoint.read() is None
    said = warnings_logged()
    assert len(said) == 3
    assert all(line.startswith(f"training begins anew: {tmp_path / FILE} cannot be read") for line in said)


def test_writing_waits_until_it_costs_no_more_than_its_share(tmp_path: Path) -> None:
    rare, always = Checkpoint(tmp_path, {}, share=1e-9), Checkpoint(tmp_path, {}, share=0)
    for checkpoint in (rare, always):
        assert checkpoint.due
        checkpoint.write(STATE)
    assert not rare.due
    assert always.due


def test_a_process_that_only_reads_leaves_the_folder_alone(tmp_path: Path) -> None:
    reader = Checkpoint(tmp_path / "state", {}, writes=False)
    assert not reader.due
    reader.write(STATE)
    assert not (tmp_path / "state").exists()


def test_remove_takes_the_folder_away_and_minds_no_absent_one(tmp_path: Path) -> None:
    Checkpoint(tmp_path / "state", {}).write(STATE)
    remove(tmp_path / "state")
    remove(tmp_path / "state")
    assert list(tmp_path.iterdir()) == []
