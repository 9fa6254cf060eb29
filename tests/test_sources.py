"""The digest of a stage's sources follows what the stage imports."""

import shutil
from pathlib import Path

import pytest

from hsclass import sources


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a small package in the place of hsclass: audit imports split, split imports errors."""
    files = {
        "__init__.py": "",
        "errors.py": '"""Errors."""\n\n\nclass X:\n    """One."""\n\n    exit_status = 1\n',
        "split.py": "from hsclass.errors import X\nif TYPE_CHECKING:\n    from hsclass.assess import Y\n",
        "audit.py": "def f():\n    from hsclass import split\n",
        "assess.py": "import numpy\n",
    }
    folder = tmp_path / "hsclass"
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    monkeypatch.setattr(sources, "_PACKAGE", folder)
    return folder


EDITS = {
    "a comment": ("    exit_status = 1", "    # why\n    exit_status = 1  # one"),
    "a docstring": ('"""One."""', '"""One error of all."""'),
    "no docstring": ('    """One."""\n\n', ""),
    "blank lines": ("class X", "\n\nclass X"),
}


def test_edit_changes_the_digest_of_those_that_import_it_only(package: Path) -> None:
    before = {stage: sources.stage_digest(stage) for stage in ("audit", "evaluate")}
    (package / "errors.py").write_text("class X:\n    exit_status = 2\n")
    assert sources.stage_digest("audit") != before["audit"]
    assert sources.stage_digest("evaluate") == before["evaluate"]


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
def test_edit_that_cannot_change_a_result_changes_no_digest(package: Path, edit: tuple[str, str]) -> None:
    before = sources.stage_digest("audit")
    text = (package / "errors.py").read_text()
    (package / "errors.py").write_text(text.replace(*edit))
    assert (package / "errors.py").read_text() != text
    assert sources.stage_digest("audit") == before


def test_text_that_is_more_than_a_docstring_counts(package: Path) -> None:
    (package / "errors.py").write_text('X = "a"\n')
    before = sources.stage_digest("audit")
    (package / "errors.py").write_text('X = "b"\n')
    assert sources.stage_digest("audit") != before


def test_import_for_type_checkers_only_does_not_count(package: Path) -> None:
    before = sources.stage_digest("audit")
    (package / "assess.py").write_text("Y = 1\n")
    assert sources.stage_digest("audit") == before


def test_digest_does_not_depend_on_where_the_package_lies(package: Path, tmp_path: Path, monkeypatch) -> None:
    before = sources.stage_digest("audit")
    moved = tmp_path / "elsewhere" / "hsclass"
    moved.parent.mkdir()
    package.rename(moved)
    monkeypatch.setattr(sources, "_PACKAGE", moved)
    assert sources.stage_digest("audit") == before


def test_train_depends_on_the_model_it_trains_only() -> None:
    assert sources.stage_digest("train", {"model": "rf"}) != sources.stage_digest("train", {"model": "svm"})
    forest = sources._closure("hsclass.models.forest")
    assert {path.name for path in forest} >= {"forest.py", "pixelwise.py", "classifier.py"}
    assert not {"svm.py", "network.py", "cnn3d.py"} & {path.name for path in forest}


@pytest.mark.parametrize(
    ("module", "uses", "touched"),
    [
        ("features/mnf.py", {"features": "chain", "options": {"steps": ({"features": "mnf"},)}}, True),
        ("features/mnf.py", {"features": "chain", "options": {"steps": [{"features": "pca"}]}}, False),
        ("samplers/stripes.py", {"search": {"sampler": "stripes"}}, True),
        ("models/svm.py", {"model": "rf", "options": {"trees": 5}}, False),
        ("models/svm.py", {"model": "svm", "options": {}}, True),
    ],
)
def test_names_inside_options_are_followed(
    tmp_path: Path, monkeypatch, module: str, uses: dict[str, object], touched: bool
) -> None:
    copy = shutil.copytree(sources._PACKAGE, tmp_path / "hsclass", ignore=shutil.ignore_patterns("__pycache__"))
    before = sources.stage_digest("predict", uses)
    monkeypatch.setattr(sources, "_PACKAGE", copy)
    assert sources.stage_digest("predict", uses) == before
    with (copy / module).open("a") as file:
        file.write("\nEDITED = True\n")
    assert (sources.stage_digest("predict", uses) != before) == touched


def test_values_of_a_descriptor_count_and_its_comments_do_not(tmp_path: Path) -> None:
    file = tmp_path / "scene.yaml"
    file.write_text("name: a")
    before = sources.stage_digest("scene", descriptor=file)
    file.write_text("# of last year\nname: a\n")
    assert sources.stage_digest("scene", descriptor=file) == before
    file.write_text("name: b")
    assert sources.stage_digest("scene", descriptor=file) != before
