"""Look-up of names in a room's table."""

import sys

import pytest

from hsclass.errors import UsageError
from hsclass.tables import resolve

TABLE = {"ordered": "collections:OrderedDict", "chess": "no_such_module:Thing", "colours": "colorsys:rgb_to_hsv"}


def test_name_gives_the_object() -> None:
    from collections import OrderedDict

    assert resolve(TABLE, "ordered", "thing") is OrderedDict


def test_module_is_imported_only_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    resolve(TABLE, "ordered", "thing")
    assert "colorsys" not in sys.modules
    assert resolve(TABLE, "colours", "thing")(1, 0, 0) == (0, 1, 1)


def test_unknown_name_lists_the_valid_ones_and_the_nearest() -> None:
    with pytest.raises(UsageError) as caught:
        resolve(TABLE, "orderd", "thing")
    assert str(caught.value) == (
        "unknown thing 'orderd': expected one of chess, colours, ordered; did you mean 'ordered'?"
    )


def test_no_hint_where_nothing_is_near() -> None:
    with pytest.raises(UsageError, match=r"expected one of chess, colours, ordered$"):
        resolve(TABLE, "xyz", "thing")


def test_broken_entry_is_not_hidden() -> None:
    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        resolve(TABLE, "chess", "thing")
