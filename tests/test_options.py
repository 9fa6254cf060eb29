"""Options: defaults, bounds, and errors that name the key."""

from typing import Any, Literal

import pytest
from pydantic import Field, ValidationError, field_validator, model_validator

from hsclass.errors import UsageError
from hsclass.options import Options, parse_options


class Part(Options):
    width: int = 1
    depth: int = 2


class Sample(Options):
    trees: int = Field(100, ge=1)
    kind: Literal["a", "b"] = "a"
    gain: float = 1.0
    pair: tuple[int, ...] = Field((1, 2), min_length=2)
    part: Part = Part()
    parts: tuple[Part, ...] = ()
    maybe: Part | None = None
    word: str = Field("x", pattern="^[a-z]+$")

    @field_validator("gain")
    @classmethod
    def _not_seven(cls, gain: float) -> float:
        if gain == 7:
            raise ValueError("seven is taken; choose another")
        return gain

    @model_validator(mode="after")
    def _together(self) -> "Sample":
        if self.kind == "b" and self.gain == 8:
            raise ValueError("'kind' b takes no 'gain' 8; choose another")
        return self


class Needed(Options):
    path: str


class Nothing(Options):
    pass


def test_defaults_are_filled_in() -> None:
    options = parse_options(Sample, {"trees": 3}, "model rf")
    assert (options.trees, options.kind, options.gain, options.part.depth) == (3, "a", 1.0, 2)


def test_options_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        parse_options(Sample, {}, "model rf").trees = 5  # type: ignore[misc]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"tree": 1}, "unknown option 'tree'; expected one of gain, kind, maybe, pair, part, parts, trees, word"),
        ({"trees": 0}, "option 'trees' is 0; it should be greater than or equal to 1"),
        ({"trees": "many"}, "option 'trees' is 'many'; it should be a valid integer"),
        ({"kind": "c"}, "option 'kind' is 'c'; it should be 'a' or 'b'"),
        ({"gain": float("nan")}, "option 'gain' is nan; it should be a finite number"),
        ({"gain": 7}, "option 'gain' is 7; seven is taken; choose another"),
        ({"gain": 8, "kind": "b"}, "'kind' b takes no 'gain' 8; choose another"),
        ({"pair": 1}, "option 'pair' is 1; it should be a list"),
        ({"pair": [1]}, "option 'pair' is [1]; it should have at least 2 items"),
        ({"word": "X1"}, "option 'word' is 'X1'; it should match pattern '^[a-z]+$'"),
        ({"part": {"depth": "x"}}, "option 'part.depth' is 'x'; it should be a valid integer"),
        ({"part": {"hight": 1}}, "unknown option 'part.hight'; expected one of depth, width"),
        ({"parts": [{}, {"hight": 1}]}, "unknown option 'parts.1.hight'; expected one of depth, width"),
        ({"maybe": {"hight": 1}}, "unknown option 'maybe.hight'; expected one of depth, width"),
    ],
)
def test_wrong_option_is_one_sentence(given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_options(Sample, given, "model rf")
    assert str(caught.value).startswith(f"model rf: {sentence}")
    assert "\n" not in str(caught.value)


def test_missing_option() -> None:
    with pytest.raises(UsageError, match=r"^scene x: option 'path' is missing; add it$"):
        parse_options(Needed, {}, "scene x")


def test_model_without_options() -> None:
    with pytest.raises(UsageError, match="unknown option 'a'; expected one of no options at all"):
        parse_options(Nothing, {"a": 1}, "sampler random")


def test_long_value_is_cut_short() -> None:
    with pytest.raises(UsageError) as caught:
        parse_options(Sample, {"trees": "x" * 1000}, "model rf")
    assert len(str(caught.value)) < 200
