"""Damaged and hostile files give a result or one sentence; benchmarks/fuzz.py tries many more of them."""

import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOUND = (3893, 4026, 4294, 5964)  # text that is not UTF-8, damaged numbers of TIFF tags: errors not of rasterio's own


def test_damaged_files_give_a_result_or_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import fuzz

    seeds = [*range(200), *FOUND]
    found = list(fuzz.tried(seeds))
    assert [seed for seed, _, _ in found] == seeds
    assert [line for line in found if line[2].startswith("bad")] == []
    counts = Counter(outcome for _, _, outcome in found)
    assert min(counts["result"], counts["refusal"]) > 30  # neither everything is refused nor everything passes
    assert sys.modules.pop("fuzz")
