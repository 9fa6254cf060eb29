"""YAML that people write is read; code, endless data and other texts are refused in one sentence."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hsclass.errors import UsageError
from hsclass.yaml_file import parse_yaml, read_yaml

BOMB = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n" + "".join(
    f"a{k}: &a{k} [{', '.join([f'*a{k - 1}'] * 10)}]\n" for k in range(1, 9)
)


def test_merged_keys_may_stand_again() -> None:
    text = "a: &a {x: 1, y: 2}\nb: &b {<<: *a, y: 3}\nd: [{y: 1}, {y: 2}]\n"
    assert parse_yaml(text, "a.yaml") == {
        "a": {"x": 1, "y": 2}, "b": {"x": 1, "y": 3}, "d": [{"y": 1}, {"y": 2}],
    }  # fmt: skip


def test_plain_data_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("cube: a.tif\nbase: &b {window: 9}\nother: *b\n", encoding="utf-8-sig")
    read = read_yaml(tmp_path / "a.yaml", expected="a descriptor")
    assert read == {"cube": "a.tif", "base": {"window": 9}, "other": {"window": 9}}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: !!python/object/apply:os.system ['touch sprung']", "could not determine a constructor"),
        ("a: [", "is not YAML"),
        ("{[1]: 2}", "unhashable"),
        ("a: 2020-13-45", "month must be in 1..12"),
        ("[" * 2000, "is not YAML"),
        (BOMB, "holds more than 100000 values"),
        ("a: &a [*a]", "lists in lists without end"),
        ("a: &a {b: *a}", "lists in lists without end"),
        (
            "window: 9\nseeds: 3\nwindow: 7\n",
            "'window' stands twice, the second time in line 3; expected each key once",
        ),
        (
            "scenes:\n  - {scene: a.yaml, rows: [0, 1], 'rows': [0, 2]}\n",
            "'rows' stands twice, the second time in line 2",
        ),
    ],
)
def test_what_is_no_plain_data_is_refused(
    text: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=r"^a\.yaml: ") as caught:
        parse_yaml(text, "a.yaml")
    assert said in str(caught.value)
    assert not (tmp_path / "sprung").exists()


def test_other_encodings_and_missing_files(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes("title: Grünland".encode("cp1252"))
    with pytest.raises(UsageError, match=r"a\.yaml: is not YAML .*; give a descriptor, in UTF-8"):
        read_yaml(tmp_path / "a.yaml", expected="a descriptor")
    with pytest.raises(UsageError, match=r"cannot be read .*; give a descriptor"):
        read_yaml(tmp_path / "none.yaml", expected="a descriptor")


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="ab01:-[]{},&*!|>?#'\"% \n\t.", max_size=60))
def test_any_text_is_data_or_one_sentence(text: str) -> None:
    try:
        parse_yaml(text, "a.yaml")
    except UsageError as error:
        assert str(error).startswith("a.yaml: ")
        assert "\n" not in str(error)
