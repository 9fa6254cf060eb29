"""The examination of the machine names what is missing and what to do."""

import json
import shutil
from collections import namedtuple
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hsclass import doctor
from hsclass.cli import app

Usage = namedtuple("Usage", "total used free")


def found(monkeypatch: pytest.MonkeyPatch, folder: Path) -> dict[str, doctor.Check]:
    monkeypatch.setattr(doctor, "load_keras", _Keras)
    return {finding.what: finding for finding in doctor.examine(folder)}


class _Keras:
    class distribution:  # noqa: N801
        @staticmethod
        def list_devices(kind: str) -> list[str]:
            return [f"{kind}:0"]


def test_machine_without_problems(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("HSCLASS_DATA_MIRROR", "HSCLASS_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    findings = found(monkeypatch, tmp_path)
    assert {finding.state for finding in findings.values()} <= {"ok", "note"}
    assert findings["networks"].found == "tensorflow with 1 GPU"
    assert "snakemake 9" in findings["versions"].found


def test_each_shortcoming_has_its_advice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HSCLASS_DATA_MIRROR", str(tmp_path / "none"))
    monkeypatch.setenv("HSCLASS_OFFLINE", "1")
    monkeypatch.setenv("OMP_NUM_THREADS", "8")
    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}" if name == "sbatch" else None)
    monkeypatch.setattr(doctor, "find_spec", lambda name: None)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage(10**12, 10**12, 10**9))
    findings = found(monkeypatch, tmp_path)
    problems = {name: finding.advice for name, finding in findings.items() if finding.state == "problem"}
    assert problems == {
        "HSCLASS_DATA_MIRROR": "correct or unset HSCLASS_DATA_MIRROR",
        "slurm": "pip install 'hsclass[slurm]'",
        "disk": "free some, or run in another folder",
    }
    assert findings["HSCLASS_OFFLINE"].state == findings["OMP_NUM_THREADS"].state == "note"


def test_networks_that_cannot_be_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ImportError("libcudart.so.12:\n cannot open")

    monkeypatch.setattr(doctor, "load_keras", broken)
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    (finding,) = doctor._gpus()
    assert (finding.state, finding.found) == ("problem", "jax: cannot be loaded (libcudart.so.12: cannot open)")


def test_driver_without_a_backend_that_uses_it(monkeypatch: pytest.MonkeyPatch) -> None:
    keras = _Keras()
    keras.distribution = type("", (), {"list_devices": staticmethod(lambda kind: [])})  # type: ignore[assignment,misc]
    monkeypatch.setattr(doctor, "load_keras", lambda: keras)
    monkeypatch.setattr(shutil, "which", lambda name: "/bin/nvidia-smi")
    (finding,) = doctor._gpus()
    assert (finding.state, finding.advice) == ("problem", "pip install 'hsclass[cuda]' (docs/gpu.md)")


def test_command_prints_json_and_its_status_says_whether_there_is_a_problem(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(doctor, "load_keras", _Keras)
    monkeypatch.setenv("HSCLASS_DATA_MIRROR", str(tmp_path / "none"))
    result = CliRunner().invoke(app, ["doctor", "--folder", str(tmp_path), "--json"])
    assert result.exit_code == 1
    states = {item["what"]: item["state"] for item in json.loads(result.stdout)["findings"]}
    assert states["HSCLASS_DATA_MIRROR"] == "problem"
    monkeypatch.setenv("HSCLASS_DATA_MIRROR", str(tmp_path))
    monkeypatch.setattr(shutil, "which", lambda name: None)
    shown = CliRunner().invoke(app, ["doctor", "--folder", str(tmp_path)])
    assert shown.exit_code == 0
    assert "  disk: " in shown.stdout
