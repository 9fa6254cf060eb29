"""Which rows are predicted together follows from scene and model alone."""

import pytest

from hsclass.errors import UsageError
from hsclass.memory import MapMemory, network_memory
from hsclass.predict.tiles import Tiles


@pytest.mark.parametrize(
    ("cols", "reach", "height"),
    [
        (145, 0, 64),
        (145, 4, 64),
        (1000, 0, 32),
        (10_000, 0, 2),
        (6_000, 4, 32),
        (10_000, 4, 16),
        (10_000, 13, 32),
        (60_000, 4, 8),
        (100_000, 0, 1),
    ],
)
def test_height_of_a_tile(cols: int, reach: int, height: int) -> None:
    assert Tiles.of(500, cols, reach).height == height


def test_without_bound_there_is_one_tile() -> None:
    tiles = Tiles.of(500, 10_000, None)
    assert (tiles.height, tiles.count) == (500, 1)
    assert tiles.around(slice(0, 500)) == slice(0, 500)


def test_around_stops_at_the_scenes_border() -> None:
    tiles = Tiles(100, 10, 4)
    assert [tiles.around(rows) for rows in (slice(0, 10), slice(50, 60), slice(90, 100))] == [
        slice(0, 14), slice(46, 64), slice(86, 100),
    ]  # fmt: skip


def test_parts_share_the_tiles_and_cover_every_row() -> None:
    tiles = Tiles(100, 16, 0)  # seven tiles
    assert [tiles.part(number, 3) for number in (1, 2, 3)] == [slice(0, 32), slice(32, 64), slice(64, 100)]
    assert tiles.part(1, 1) == slice(0, 100)


@pytest.mark.parametrize(
    ("number", "parts", "sentence"), [(0, 2, "no such part"), (3, 2, "no such part"), (1, 8, "at most 7")]
)
def test_parts_that_cannot_be(number: int, parts: int, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        Tiles(100, 16, 0).part(number, parts)


@pytest.mark.parametrize(
    ("most", "block", "tops"),
    [
        (64, 1, [0, 64, 128, 192, 256]),
        (100, 1, [0, 96, 192, 288]),
        (1, 1, list(range(0, 300, 32))),
        (300, 256, [0, 256]),
        (200, 256, [0, 128, 256]),
    ],
)
def test_strips_are_whole_tiles_and_fit_the_stored_blocks(most: int, block: int, tops: list[int]) -> None:
    strips = list(Tiles(300, 32, 0).strips(slice(0, 300), most, block))
    assert [strip.start for strip in strips] == tops
    assert [strip.stop for strip in strips] == [*tops[1:], 300]


def test_strip_of_a_gap_ends_where_the_others_do() -> None:
    assert list(Tiles(300, 32, 0).strips(slice(96, 300), 128)) == [slice(96, 128), slice(128, 256), slice(256, 300)]


def test_rows_that_memory_allows() -> None:
    # 10 columns: the tile of 4 + 2 x 1 rows takes 6 x 10 x 5 = 300 bytes; of 700 left, at 20 a row, 35 less 2.
    assert MapMemory(10, pixel=2, tile_pixel=5).strip_rows(4, 1, 1000) == 33


@pytest.mark.parametrize(("least", "network"), [(0, 750), (200, 750), (400, 600), (900, 250), (2000, 250)])
def test_network_gets_what_the_tile_leaves_between_one_and_three_quarters(least: int, network: int) -> None:
    assert network_memory(1000, least) == network
    assert network_memory(1e9, 0) == 2e8
