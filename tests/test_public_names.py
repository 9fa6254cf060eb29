"""The public names are one list, and each is documented."""

import re
from pathlib import Path

import pytest

import hsclass

PAGE = (Path(__file__).parents[1] / "docs/python.md").read_text(encoding="utf-8")


def test_table_of_the_page_lists_every_public_name() -> None:
    table = PAGE[PAGE.index("| topic") : PAGE.index("Errors are")]
    assert sorted(re.findall(r"`(\w+)`", table)) == sorted(hsclass.__all__)


@pytest.mark.parametrize("name", hsclass.__all__)
def test_public_name_has_a_docstring(name: str) -> None:
    found = getattr(hsclass, name)
    assert found.__doc__
    if not isinstance(found, type):
        assert "Parameters\n" in found.__doc__
