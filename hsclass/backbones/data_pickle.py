"""Pickles, read as data: an interpreter of the few instructions that a table of tensors needs.

Python's own unpickler calls what a file names, and forbidding names makes it safer. This interpreter cannot call
anything. It understands the instructions that build numbers, texts, lists and dictionaries, and two names that stand
for a dictionary and a tensor. It refuses everything else.
"""

import pickletools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO

_DICTIONARY = "collections OrderedDict"
_TENSOR = "torch._utils _rebuild_tensor_v2"
_LITERALS = {
    "BINUNICODE", "SHORT_BINUNICODE", "BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT",
}  # fmt: skip
_CONSTANTS: dict[str, Any] = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_SHORT_TUPLES = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}


class RefusedError(Exception):
    """The pickle contains something other than data."""


@dataclass(frozen=True)
class Name:
    """A name in a pickle, "module attribute"; it is never looked up."""

    text: str


@dataclass(frozen=True)
class Stored:
    """A reference to numbers stored outside the pickle, with their description in the pickle."""

    about: tuple[Any, ...]


@dataclass(frozen=True)
class StridedTensor:
    """A tensor as the pickle describes it: numbers of `storage` from `offset` on; not checked yet."""

    storage: Any
    offset: Any
    shape: Any
    strides: Any


def read_pickle(file: BinaryIO) -> Any:
    """Return the value of the pickle that starts at the position of `file`, and stop after it.

    Raises
    ------
    RefusedError
        If the pickle is damaged, or contains an instruction or a name other than those of numbers, texts, tuples,
        lists, dictionaries and tensors.
    """
    machine = _Machine()
    try:
        for instruction, argument, _ in pickletools.genops(file):
            if instruction.name == "STOP":
                return machine.pop()
            machine.step(instruction.name, argument)
    except RefusedError:
        raise
    except Exception as error:  # a broken pickle can fail at any instruction
        raise RefusedError(f"a broken pickle ({error})") from error
    raise RefusedError("a pickle without an end")


class _Machine:
    def __init__(self) -> None:
        self.stack: list[Any] = []
        self.marks: list[int] = []
        self.memo: dict[int, Any] = {}
        self.instructions: dict[str, Callable[[Any], None]] = {
            "PROTO": lambda _: None,
            "FRAME": lambda _: None,
            "MARK": lambda _: self.marks.append(len(self.stack)),
            "EMPTY_TUPLE": lambda _: self.stack.append(()),
            "EMPTY_LIST": lambda _: self.stack.append([]),
            "EMPTY_DICT": lambda _: self.stack.append({}),
            "TUPLE": lambda _: self.stack.append(tuple(self.since_mark())),
            "APPEND": lambda _: self.extend([self.pop()]),
            "APPENDS": lambda _: self.extend(self.since_mark()),
            "SETITEM": lambda _: self.update(self.last(2)),
            "SETITEMS": lambda _: self.update(self.since_mark()),
            "BINPUT": self.remember,
            "LONG_BINPUT": self.remember,
            "MEMOIZE": lambda _: self.remember(len(self.memo)),
            "BINGET": lambda place: self.stack.append(self.memo[place]),
            "LONG_BINGET": lambda place: self.stack.append(self.memo[place]),
            "GLOBAL": lambda text: self.stack.append(Name(text)),
            "BINPERSID": lambda _: self.stack.append(Stored(self.expect(self.pop(), tuple))),
            "REDUCE": lambda _: self.rebuild(),
            "BUILD": lambda _: self.drop_attributes(),
        }

    def step(self, name: str, argument: Any) -> None:
        if name in _LITERALS:
            self.stack.append(argument)
        elif name in _CONSTANTS:
            self.stack.append(_CONSTANTS[name])
        elif name in _SHORT_TUPLES:
            self.stack.append(tuple(self.last(_SHORT_TUPLES[name])))
        elif name in self.instructions:
            self.instructions[name](argument)
        else:
            raise RefusedError(f"the pickle instruction {name}")

    def pop(self) -> Any:
        return self.last(1)[0]

    def last(self, count: int) -> list[Any]:
        start = len(self.stack) - count
        if start < (self.marks[-1] if self.marks else 0):
            raise RefusedError("a broken pickle (it takes more than it holds)")
        taken = self.stack[start:]
        del self.stack[start:]
        return taken

    def since_mark(self) -> list[Any]:
        start = self.marks.pop()
        taken = self.stack[start:]
        del self.stack[start:]
        return taken

    def remember(self, place: int) -> None:
        self.memo[place] = self.stack[-1]

    def extend(self, items: list[Any]) -> None:
        self.expect(self.stack[-1], list).extend(items)

    def update(self, pairs: list[Any]) -> None:
        held = self.expect(self.stack[-1], dict)
        for key, value in zip(pairs[::2], pairs[1::2], strict=True):
            held[self.expect(key, str | int)] = value

    def rebuild(self) -> None:
        arguments, name = self.expect(self.pop(), tuple), self.expect(self.pop(), Name)
        if name.text == _DICTIONARY and not arguments:
            self.stack.append({})
        elif name.text == _TENSOR and len(arguments) >= 4:
            self.stack.append(StridedTensor(*arguments[:4]))
        else:
            raise RefusedError(f"a call of {name.text.replace(' ', '.')}")

    def drop_attributes(self) -> None:
        """PyTorch hangs the layers' versions on the dictionary of the tensors."""
        self.expect(self.pop(), dict)
        self.expect(self.stack[-1], dict)

    @staticmethod
    def expect(value: Any, kind: Any) -> Any:
        if not isinstance(value, kind):
            raise RefusedError(f"a broken pickle ({type(value).__name__} out of place)")
        return value
