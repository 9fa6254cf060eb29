"""What documentation and docstrings refer to exists: modules and functions, files of the checkout, links, sections."""

import ast
import re
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

import hsclass.cli
from hsclass.datasets.descriptor import Descriptor
from hsclass.experiment import Experiment
from hsclass.final.candidates import read_candidates
from hsclass.options import parse_options

ROOT = Path(__file__).parents[1]
PAGES = [*sorted((ROOT / "docs").rglob("*.md")), *sorted(ROOT.glob("*.md")), ROOT / "benchmarks/RESULTS.md"]
NAME = re.compile(r"`(hsclass(?:\.\w+)+)(?:\([^`]*\))?`")
PATH = re.compile(r"(?<![\w/.])((?:hsclass|docs|benchmarks|config|workflow|profiles|tests)/[\w./-]+\.\w+)")
LINK = re.compile(r"\]\(([^)\s]+)\)")
PASSING_ON = {"recover", "run"}
"""Commands that pass their options on to another program."""

SHELLS = {"", "bash", "console"}
HOLDS_EXAMPLES = {"docs/add-a-model.md", "docs/features.md", "CONTRIBUTING.md"}
"""Pages that name files which their reader is to write."""


@cache
def exists(name: str) -> bool:
    """Return whether a dotted name is a module, or an attribute of one."""
    module, _, rest = name.partition(".")
    found = import_module(module)
    for part in rest.split("."):
        module = f"{module}.{part}"
        if not hasattr(found, part):
            try:
                found = import_module(module)
            except ImportError:
                return False
        else:
            found = getattr(found, part)
    return True


def docstrings(path: Path) -> list[str]:
    """Return the docstrings of a module, its classes and functions, and of attributes."""
    return [
        node.value.value
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    ]


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_names_in_docstrings_and_documentation_import() -> None:
    sources = {path: "\n".join(docstrings(path)) for path in sorted((ROOT / "hsclass").rglob("*.py"))}
    sources |= {page: page.read_text(encoding="utf-8") for page in PAGES}
    missing = {
        f"{path.relative_to(ROOT)}: {name}"
        for path, text in sources.items()
        for name in NAME.findall(text)
        if not exists(name)
    }
    assert missing == set()


def test_files_that_are_named_exist() -> None:
    texts = {path: "\n".join(docstrings(path)) for path in sorted((ROOT / "hsclass").rglob("*.py"))}
    texts |= {page: page.read_text(encoding="utf-8") for page in PAGES}
    texts |= {path: path.read_text(encoding="utf-8") for path in sorted((ROOT / "config").rglob("*.yaml"))}
    texts |= {ROOT / "pyproject.toml": (ROOT / "pyproject.toml").read_text(encoding="utf-8")}
    missing = {
        f"{path.relative_to(ROOT)}: {name}"
        for path, text in texts.items()
        if str(path.relative_to(ROOT)) not in HOLDS_EXAMPLES
        for name in PATH.findall(text)
        if not (ROOT / name).exists() and "NAME" not in name
    }
    assert missing == set()


def test_links_lead_to_pages_and_sections() -> None:
    broken = set()
    for page in PAGES:
        for target in LINK.findall(page.read_text(encoding="utf-8")):
            if "://" in target:
                continue
            file, _, section = target.partition("#")
            found = (page.parent / file).resolve() if file else page
            if not found.exists() or (section and section not in anchors(found)):
                broken.add(f"{page.relative_to(ROOT)}: {target}")
    assert broken == set()


def shell_lines(page: Path) -> list[str]:
    """Return the lines of a page's blocks of shell commands, continued lines as one."""
    fenced = page.read_text(encoding="utf-8").split("\n```")[1::2]
    blocks = [block.partition("\n") for block in fenced]
    return "\n".join(body for kind, _, body in blocks if kind in SHELLS).replace("\\\n", " ").splitlines()


def commands() -> dict[str, set[str]]:
    """Return the options of every command of `hsclass`."""
    group = get_command(hsclass.cli.app)
    return {name: {text for option in found.params for text in option.opts} for name, found in group.commands.items()}


def test_commands_in_the_documentation_have_their_options() -> None:
    known, wrong = commands(), set()
    for page in PAGES:
        for line in shell_lines(page):
            call = re.search(r"(?:^|\s)hsclass ([a-z]\w*)\b(.*)", line.partition("#")[0])
            if not call or call[1] in PASSING_ON:
                continue
            given = set(re.findall(r"(?<=\s)(--?[a-z][\w-]*)", call[2]))
            if call[1] not in known or not given <= known[call[1]] | {"--help"}:
                wrong.add(f"{page.relative_to(ROOT)}: {line.strip()}")
    assert wrong == set()


SCENES = {
    "experiment": "page", "scenes": ["indian_pines"], "window": 9, "splits": ["dbscan_area"], "models": ["rf"],
}  # fmt: skip
IMAGES = {"experiment": "page", "images": ["digits"], "splits": ["random"], "models": ["softmax"]}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_experiments_and_descriptors_in_the_documentation_are_valid(page: Path) -> None:
    for kind, _, text in (block.partition("\n") for block in page.read_text(encoding="utf-8").split("\n```")[1::2]):
        given = yaml.safe_load(text) if kind == "yaml" else {}
        if isinstance(given, list):
            read_candidates(given, page.stem)
        elif {"cube", "labels"} & set(given):
            parse_options(Descriptor, {"name": "page", "cube": "cube.tif", **given}, page.stem)
        elif given:
            own = {"scenes", "images"} & set(given)  # the reader's files
            Experiment({**(IMAGES if "images" in own else SCENES), **{key: given[key] for key in set(given) - own}})
