"""The digest of a stage's sources follows what the stage imports."""

from pathlib import Path

import pytest

from hsclass import sources


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a small package in the place of hsclass: audit imports split, split imports errors."""
    files = {
        "__init__.py": "",
        "errors.py": "",
        "split.py": "from hsclass.errors import X\nif TYPE_CHECKING:\n    from hsclass.assess import Y\n",
        "audit.py": "def f():\n    from hsclass import split\n",
        "metrics.py": "import numpy\n",
    }
    folder = tmp_path / "hsclass"
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    monkeypatch.setattr(sources, "_PACKAGE", folder)
    return folder


def test_edit_changes_the_digest_of_those_that_import_it_only(package: Path) -> None:
    before = {stage: sources.stage_digest(stage) for stage in ("audit", "evaluate")}
    (package / "errors.py").write_text("# an edit\n")
    assert sources.stage_digest("audit") != before["audit"]
    assert sources.stage_digest("evaluate") == before["evaluate"]


def test_import_for_type_checkers_only_does_not_count(package: Path) -> None:
    before = sources.stage_digest("audit")
    (package / "metrics.py").write_text("# an edit\n")
    assert sources.stage_digest("audit") == before


def test_digest_does_not_depend_on_where_the_package_lies(package: Path, tmp_path: Path, monkeypatch) -> None:
    before = sources.stage_digest("audit")
    moved = tmp_path / "elsewhere" / "hsclass"
    moved.parent.mkdir()
    package.rename(moved)
    monkeypatch.setattr(sources, "_PACKAGE", moved)
    assert sources.stage_digest("audit") == before


def test_train_depends_on_the_model_it_trains_only() -> None:
    assert sources.stage_digest("train", model="rf") != sources.stage_digest("train", model="svm")
    forest = sources._closure("hsclass.models.forest")
    assert {path.name for path in forest} >= {"forest.py", "pixelwise.py", "classifier.py"}
    assert not {"svm.py", "network.py", "cnn3d.py"} & {path.name for path in forest}


def test_descriptor_counts(tmp_path: Path) -> None:
    file = tmp_path / "scene.yaml"
    file.write_text("name: a")
    before = sources.stage_digest("scene", descriptor=file)
    file.write_text("name: b")
    assert sources.stage_digest("scene", descriptor=file) != before
