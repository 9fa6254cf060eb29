"""The tutorial notebook runs from top to bottom, and what it says of its results holds."""

import ast
import json
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest

NOTEBOOK = Path(__file__).parents[1] / "docs/tutorial.ipynb"


def run(source: str, names: dict[str, Any]) -> Any:
    """Run a cell and return the value of its last expression, as a notebook shows it."""
    tree = ast.parse(source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, str(NOTEBOOK), "exec"), names)
    return None if last is None else eval(compile(ast.Expression(last.value), str(NOTEBOOK), "eval"), names)


def test_tutorial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import matplotlib.pyplot as plt

    monkeypatch.setenv("HSCLASS_DATA", str(tmp_path))
    mpl.use("agg")
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    assert not any(cell.get("outputs") for cell in cells)
    names: dict[str, Any] = {}
    shown = [run(source, names) for source in sources]
    plt.close("all")
    assert sum(hasattr(one, "_repr_html_") for one in shown) >= 6  # scene, split, map and tables
    figures = names["figures"]
    assert figures["random"].oa - figures["dbscan_area"].oa > 0.15
    assert figures["dbscan_area"].oa_low < figures["dbscan_area"].oa < figures["dbscan_area"].oa_high
    assert shown[-1] is True
