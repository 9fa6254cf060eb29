"""Learning rates at given steps, worked out by hand."""

import math
from typing import Any

import pytest

from hsclass.errors import UsageError
from hsclass.learning.recipes import NetworkOptions, recipe_facts
from hsclass.learning.schedules import learning_rate
from hsclass.options import parse_options

STEPS = 5


def rates(steps: list[int], **options: Any) -> list[float]:
    rate = learning_rate(NetworkOptions(learning_rate=0.8, **options), STEPS)
    return [float(rate(step)) for step in steps]


def test_constant_is_a_number() -> None:
    assert learning_rate(NetworkOptions(learning_rate=0.8), STEPS) == 0.8
    assert learning_rate(NetworkOptions(learning_rate=0.8, schedule="plateau"), STEPS) == 0.8


def test_decay_divides_by_one_and_a_part_for_each_step() -> None:
    assert rates([0, 1, 4], decay=0.5) == pytest.approx([0.8, 0.8 / 1.5, 0.8 / 3])


def test_cosine_falls_to_0_at_the_last_step() -> None:
    expected = [0.8, 0.4 * (1 + math.cos(math.pi / 4)), 0.4, 0]
    assert rates([0, 5, 10, 20], schedule="cosine", epochs=4) == pytest.approx(expected, abs=1e-7)


def test_step_drops_at_once() -> None:
    found = rates([0, 9, 10, 19, 20], schedule="step", drop=0.5, drop_every=2)
    assert found == pytest.approx([0.8, 0.8, 0.4, 0.4, 0.2])


def test_exponential_drops_gradually() -> None:
    found = rates([0, 5, 10, 20], schedule="exponential", drop=0.25, drop_every=2)
    assert found == pytest.approx([0.8, 0.4, 0.2, 0.05])


def test_warm_up_rises_in_equal_steps_and_the_schedule_follows() -> None:
    assert rates([0, 1, 4, 5, 100], warmup=1) == pytest.approx([0.16, 0.32, 0.8, 0.8, 0.8])
    found = rates([4, 5, 15, 25], warmup=1, schedule="cosine", epochs=5)
    assert found == pytest.approx([0.8, 0.8, 0.4, 0], abs=1e-7)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"decay": 0.1, "schedule": "cosine"}, "'decay' goes with schedule constant, not with cosine"),
        ({"warmup": 2, "schedule": "plateau"}, "'warmup' does not go with schedule plateau"),
        ({"drop": 1.0}, "option 'drop' is 1.0"),
    ],
)
def test_impossible_schedules_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        parse_options(NetworkOptions, options, "model cnn3d")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"schedule": "cosine", "warmup": 2}, "0.001, falling as a cosine to 0, warm-up of 2 epochs"),
        ({"schedule": "step"}, "0.001, × 0.1 every 10 epochs"),
        ({"schedule": "exponential", "drop": 0.5}, "0.001, × 0.5 gradually in 10 epochs"),
        ({"schedule": "plateau"}, "0.001, × 0.1 after 10 epochs without improvement"),
    ],
)
def test_facts_tell_the_schedule(options: dict[str, Any], words: str) -> None:
    assert recipe_facts(NetworkOptions(**options))["learning rate"] == words
