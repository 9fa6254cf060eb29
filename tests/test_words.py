"""Words that hsclass no longer uses stay out of code, messages, help and documentation."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PLACES = (
    "hsclass", "docs", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "workflow", "Snakefile", "config", "profiles",
    "benchmarks", "pyproject.toml",
)  # fmt: skip
TEXTS = {".py", ".md", ".smk", ".yaml", ".yml", ".toml", ".j2", ".html", ".css", ".js", ".json", ".rst", ".sh", ""}
REMOVED = {
    # removed: what to write instead
    "foretell|foretells|foretold": "estimate, estimated",
    "told": "reported, given",
    r"(?<!\.)tells?(?!.*\bapart\b)": "report, say, show",
    "leftovers?": "finished strips",
    "call_roll|roll[_ -]calls?": "rendezvous",
    "learnable": "trainable",
    "hushed": "quiet",
    "lend|lends|lendable|lent": "share, give",
    "ShortageError|shortages?": "OutOfMemoryError, out of memory",
    r"tolls?": "cost",
    "dear": "expensive",
    "seldom": "rarely",
    "lest": "so that … not",
    "mend|mends|mended": "fix, correct",
    "beside": "next to, in addition to, with",
    "oddit(?:y|ies)|odd (?:images?|files?)": "unusual",
    r"made[_ -](?:scenes?|sets?|data|archives?|images?)": "synthetic scene, synthetic data",
    "images? from above": "aerial image",
    r"(?:networks?|weights) (?:of|(?:that (?:was|were) )?trained on) photographs|photographs' (?:weights|features)":
        "ImageNet-pretrained network",
    r"graphics cards?|(?<!model )cards": "GPU",
    "(?:leaky )?twins?": "matched random split (sampler matched_random); fully convolutional form",
    "inflations?|inflated": "random-sampling optimism",
    "ground[ _-]truths?": "reference data, reference labels",
    r"(?:read|write)_account|accounts? of": "model card, record, summary",
    r"handed in|hands? in(?! hand)": "submitted, submit",
    "(?:begun|begins?|started) at once": "started together",
    "(?:laid|lay) at the door": "attributed to",
    "(?:held|hold|holds|set|sets) against": "compared with",
    "pixels in work": "pixels in memory",
    r"(?:that|the|this|one) room(?:'s)?|Room": "table",
    "has to say": "methods summary",
    r"(?:goes|go|going|went) on\b(?! GitHub)": "resume, continue",
    "can be defended": "defensible",
    "comes? along": "comes with hsclass",
    "a band a class": "one band per class",
}  # fmt: skip


def texts() -> list[Path]:
    """Return every text file that users or developers read, but for the tests."""
    found = []
    for place in (ROOT / name for name in PLACES):
        found += [place] if place.is_file() else place.rglob("*")
    return [path for path in found if path.is_file() and path.suffix in TEXTS and "__pycache__" not in path.parts]


@pytest.fixture(scope="module")
def lines() -> list[tuple[str, str]]:
    """Return every line with the place where it stands."""
    return [
        (f"{path.relative_to(ROOT)}:{number}", line)
        for path in texts()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
    ]


@pytest.mark.parametrize("removed", REMOVED)
def test_removed_word_does_not_come_back(removed: str, lines: list[tuple[str, str]]) -> None:
    pattern = re.compile(rf"(?<![A-Za-z])(?:{removed})(?![A-Za-z])", flags=re.IGNORECASE)
    found = [f"{place}: {line.strip()[:120]}" for place, line in lines if pattern.search(line)]
    assert not found, f"write {REMOVED[removed]}:\n" + "\n".join(found)
