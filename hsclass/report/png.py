"""PNG images inside the page: a small writer that gives the same bytes for the same pixels."""

import base64
import struct
import zlib

import numpy as np

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_INDEXED, _TRUECOLOUR = 3, 2


def encode(pixels: np.ndarray, palette: np.ndarray | None = None) -> bytes:
    """Encode an image as PNG (ISO/IEC 15948).

    Parameters
    ----------
    pixels : ndarray of uint8, shape (rows, cols) or (rows, cols, 3)
        Indices into `palette`, or red, green and blue.
    palette : ndarray of uint8, shape (n, 3), optional
        Colours of an indexed image; n is at most 256.
    """
    rows, cols = pixels.shape[:2]
    kind = _TRUECOLOUR if palette is None else _INDEXED
    scanlines = pixels.reshape(rows, -1)
    method = 0
    if kind == _TRUECOLOUR:
        method = 1  # differences from the left neighbour: natural images shrink by a third
        scanlines = scanlines.copy()
        scanlines[:, 3:] -= pixels.reshape(rows, -1)[:, :-3]
    raw = np.concatenate([np.full((rows, 1), method, np.uint8), scanlines], axis=1).tobytes()
    chunks = [_chunk(b"IHDR", struct.pack(">IIBBBBB", cols, rows, 8, kind, 0, 0, 0))]
    if palette is not None:
        chunks.append(_chunk(b"PLTE", palette.astype(np.uint8).tobytes()))
    chunks += [_chunk(b"IDAT", zlib.compress(raw, 9)), _chunk(b"IEND", b"")]
    return _SIGNATURE + b"".join(chunks)


def data_uri(png: bytes) -> str:
    """Return a PNG as the address of an image inside the page."""
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
