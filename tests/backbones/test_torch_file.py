"""Files of tensors written instruction by instruction, sound and hostile."""

import io
import os
import pickle
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hsclass.backbones.torch_file import read_torch_file
from hsclass.errors import DataError

DICTIONARY = b"ccollections\nOrderedDict\n)R"
NUMBERS = np.array([0.5, -1, 2, 3, 4, 5.25], "<f4")


def text(value: str) -> bytes:
    return b"X" + struct.pack("<I", len(value)) + value.encode()


def whole(value: int) -> bytes:
    return b"\x8a\x09" + value.to_bytes(9, "little", signed=True)


def several(*items: bytes) -> bytes:
    return b"(" + b"".join(items) + b"t"


def tensor(
    shape: tuple[int, ...] = (2, 3),
    strides: tuple[int, ...] = (3, 1),
    *,
    offset: int = 0,
    count: int = 6,
    kind: bytes = b"ctorch\nFloatStorage\n",
    key: str = "7",
) -> bytes:
    stored = several(text("storage"), kind, text(key), text("cpu"), whole(count), b"N") + b"Q"
    sizes = (several(*map(whole, numbers)) for numbers in (shape, strides))
    return b"ctorch._utils\n_rebuild_tensor_v2\n" + several(stored, whole(offset), *sizes, b"\x89", DICTIONARY) + b"R"


def table(**values: bytes) -> bytes:
    pairs = b"".join(text(name) + value for name, value in values.items())
    return b"\x80\x02" + DICTIONARY + b"(" + pairs + b"u."


def pickles(tensors: bytes, storages: dict[str, np.ndarray] | None = None, *, system: Any = None) -> bytes:
    storages = {"7": NUMBERS} if storages is None else storages
    head = (0x1950A86A20F9469CFC6C, 1001, system or {"little_endian": True, "protocol_version": 1001})
    body = b"".join(struct.pack("<q", len(numbers)) + numbers.tobytes() for numbers in storages.values())
    return b"".join(pickle.dumps(part, 2) for part in head) + tensors + pickle.dumps(list(storages), 2) + body


def archive(members: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as opened:
        for name, content in members.items():
            opened.writestr(f"weights/{name}", content)
    return file.getvalue()


def read(content: bytes, folder: Path) -> dict[str, np.ndarray]:
    file = folder / "weights.pth"
    file.write_bytes(content)
    return read_torch_file(file)


def test_tensors_come_back_in_their_order_with_their_shapes(tmp_path: Path) -> None:
    found = read(
        pickles(
            table(
                matrix=tensor(),
                turned=tensor((3, 2), (1, 3)),
                tail=tensor((2,), (1,), offset=4),
                one=tensor((), (), offset=1),
                counts=tensor((2,), (1,), count=2, kind=b"ctorch\nLongStorage\n", key="8"),
            ),
            {"8": np.array([3, -4], "<i8"), "7": NUMBERS},
        ),
        tmp_path,
    )
    assert list(found) == ["matrix", "turned", "tail", "one", "counts"]
    np.testing.assert_array_equal(found["matrix"], [[0.5, -1, 2], [3, 4, 5.25]])
    np.testing.assert_array_equal(found["turned"], [[0.5, 3], [-1, 4], [2, 5.25]])
    np.testing.assert_array_equal(found["tail"], [4, 5.25])
    assert found["one"] == -1
    assert found["counts"].tolist() == [3, -4]
    assert found["counts"].dtype == np.int64


def test_an_archive_is_read_too(tmp_path: Path) -> None:
    members = {"data.pkl": table(matrix=tensor()), "byteorder": b"little", "data/7": NUMBERS.tobytes()}
    np.testing.assert_array_equal(read(archive(members), tmp_path)["matrix"], NUMBERS.reshape(2, 3))


@pytest.mark.parametrize("zipped", [False, True])
def test_what_pytorch_writes_is_read_as_pytorch_reads_it(tmp_path: Path, zipped: bool) -> None:
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    network = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.Linear(4, 2).half())
    state = network.state_dict()
    state["turned"] = state["0.weight"].transpose(0, 3)
    torch.save(state, tmp_path / "net.pth", _use_new_zipfile_serialization=zipped)
    found = read_torch_file(tmp_path / "net.pth")
    assert list(found) == list(state)
    for name, array in found.items():
        np.testing.assert_array_equal(array, state[name].numpy(), strict=True)


class Touch:
    """An object that runs a command when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
        return (os.system, (f"touch {self.path}",))


@pytest.mark.parametrize("protocol", [0, 2, 4])
@pytest.mark.parametrize("form", ["head", "tensors", "archive"])
def test_a_command_in_the_file_is_refused_and_not_run(tmp_path: Path, form: str, protocol: int) -> None:
    proof = tmp_path / "it-ran"
    hostile = pickle.dumps({"matrix": Touch(proof)}, protocol)
    content = {"head": hostile, "tensors": pickles(hostile), "archive": archive({"data.pkl": hostile})}[form]
    with pytest.raises(
        DataError, match=r"weights.pth: is not a file of PyTorch weights that is safe to read, it holds"
    ):
        read(content, tmp_path)
    assert not proof.exists()


@pytest.mark.parametrize(
    ("tensors", "reason"),
    [
        (table(a=b"cos\nsystem\n" + several(text("true")) + b"R"), "a call of os.system"),
        (table(a=b"cbuiltins\neval\n"), "Name as 'a'"),
        (table(a=b"ctorch._utils\n_rebuild_parameter\n)R"), "a call of torch._utils._rebuild_parameter"),
        (table(a=b"(ios\nsystem\n"), "the pickle instruction INST"),
        (table(a=b"ccollections\nOrderedDict\n)\x81"), "the pickle instruction NEWOBJ"),
        (table(a=tensor(kind=b"ctorch\nBFloat16Storage\n")), r"numbers of type torch\.BFloat16Storage"),
        (table(a=tensor((2, 4), (4, 1))), r"tensor 'a' of shape \(2, 4\), beyond the 6 numbers"),
        (table(a=tensor(offset=1)), r"tensor 'a' of shape \(2, 3\), beyond the 6 numbers"),
        (table(a=tensor((2, 3), (4, 1))), ".*beyond the 6 numbers"),
        (table(a=tensor((2**40,), (0,))), ".*beyond the 6 numbers"),
        (table(a=tensor((2**62, 4), (1, 1))), ".*beyond the 6 numbers"),
        (table(a=tensor((0, 3), (3, 1))), "tensor 'a' without numbers"),
        (table(a=tensor((2, 3), (-3, 1))), "no shape of tensor 'a'"),
        (table(a=tensor((-2, 3), (3, 1))), "no shape of tensor 'a'"),
        (table(a=tensor(offset=-1)), "no shape of tensor 'a'"),
        (table(a=tensor((2, 3), (3,))), "no shape of tensor 'a'"),
        (table(a=tensor((1,) * 65, (1,) * 65)), "no shape of tensor 'a'"),
        (table(a=tensor(count=5)), "not the 5 numbers of storage '7'"),
        (table(a=tensor(count=2**62)), "not the 4611686018427387904 numbers"),
        (table(a=tensor(count=-1)), "a tensor without numbers of its own"),
        (table(a=tensor(), b=tensor(count=5)), "two descriptions of storage '7'"),
        (table(a=tensor(key="8")), "other numbers than its tensors ask for"),
        (table(a=text("hello")), "str as 'a'"),
        (b"\x80\x02]" + tensor() + b"a.", "no dictionary of tensors"),
        (table(), "no dictionary of tensors"),
        (b"\x80\x02t.", "a broken pickle"),
        (b"\x80\x020.", "the pickle instruction POP"),
        (b"\x80\x02h\x09.", "a broken pickle"),
        (b"\x80\x02r\xff\xff\xff\x7f.", "a broken pickle"),
    ],
)
def test_what_is_not_a_tensor_is_named(tmp_path: Path, tensors: bytes, reason: str) -> None:
    with pytest.raises(DataError, match=f"it holds {reason}.*; expected named tensors and nothing else"):
        read(pickles(tensors), tmp_path)


def test_a_file_that_is_cut_short_anywhere_is_refused(tmp_path: Path) -> None:
    whole_file = pickles(table(a=tensor()))
    assert list(read(whole_file, tmp_path)) == ["a"]
    for length in range(len(whole_file)):
        with pytest.raises(DataError, match=r"weights\.pth: is not a file of PyTorch weights"):
            read(whole_file[:length], tmp_path)


@pytest.mark.parametrize(
    ("members", "compression", "reason"),
    [
        ({"data/7": b""}, zipfile.ZIP_STORED, "a ZIP archive without data.pkl"),
        ({"data.pkl": table(a=tensor())}, zipfile.ZIP_STORED, "no data/7"),
        ({"data.pkl": table(a=tensor()), "data/7": b"12"}, zipfile.ZIP_STORED, "2 bytes instead of the 24 of storage"),
        ({"data.pkl": table(a=tensor()), "byteorder": b"big"}, zipfile.ZIP_STORED, "numbers of another byte order"),
        ({"data.pkl": table(a=tensor()), "data/7": bytes(10**6)}, zipfile.ZIP_DEFLATED, "a compressed data.pkl"),
    ],
)
def test_archives_that_do_not_fit_are_refused(
    tmp_path: Path, members: dict[str, bytes], compression: int, reason: str
) -> None:
    with pytest.raises(DataError, match=f"it holds {reason}"):
        read(archive(members, compression), tmp_path)


def test_files_of_other_kinds_are_refused(tmp_path: Path) -> None:
    for content in (b"", b"PK", b"not weights", pickle.dumps(3, 2), b"\x89HDF\r\n\x1a\n" + bytes(99)):
        with pytest.raises(DataError, match=r"weights\.pth: is not a file of PyTorch weights"):
            read(content, tmp_path)
    with pytest.raises(DataError, match=r"numbers of another byte order"):
        read(pickles(table(a=tensor()), system={"little_endian": False}), tmp_path)
    with pytest.raises(DataError, match=r"cannot be read \(No such file"):
        read_torch_file(tmp_path / "nowhere.pth")
