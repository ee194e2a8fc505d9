"""Draws the two icons of the Teams app: a speech bubble with the hands of a clock. Run it to draw them anew."""

import math
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

Pixel = tuple[int, int, int, int]
WHITE = (255, 255, 255)
BLUE = (0x17, 0x50, 0x6B)
"""The accent colour of the manifest."""
CENTRE = (0.0, -0.08)
HANDS = ((0.0, -0.36), (0.22, 0.04))
TAIL = ((-0.4, 0.2), (0.06, 0.2), (-0.4, 0.68))


def colour_pixel(x: float, y: float, blur: float) -> Pixel:
    """A white bubble on blue, the hands blue again."""
    white = _cover(_bubble(x, y), blur) * (1 - _cover(_hands(x, y) - 0.05, blur))
    return (*(round(back + (front - back) * white) for front, back in zip(WHITE, BLUE, strict=True)), 255)  # type: ignore[return-value]


def outline_pixel(x: float, y: float, blur: float) -> Pixel:
    """White lines on nothing, as Teams asks of an outline icon."""
    lines = max(_cover(abs(_bubble(x, y)) - 0.055, blur), _cover(_hands(x, y) - 0.055, blur))
    return (*WHITE, round(255 * lines))


def png(size: int, pixel: Callable[[float, float, float], Pixel], *, zoom: float) -> bytes:
    """A square picture of that many pixels; `zoom` is how much of the half width one unit takes."""
    rows = bytearray()
    for row in range(size):
        rows.append(0)
        for column in range(size):
            x, y = (((place + 0.5) / size * 2 - 1) / zoom for place in (column, row))
            rows += bytes(pixel(x, y, 2 / size / zoom))
    header = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    parts = _part(b"IHDR", header) + _part(b"IDAT", zlib.compress(bytes(rows), 9)) + _part(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def draw(folder: Path) -> None:
    """Write both icons."""
    (folder / "color.png").write_bytes(png(192, colour_pixel, zoom=0.9))
    (folder / "outline.png").write_bytes(png(32, outline_pixel, zoom=1.25))


def _part(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _cover(distance: float, blur: float) -> float:
    """How much of a pixel a shape covers, from the distance to its edge."""
    return min(1.0, max(0.0, 0.5 - distance / blur))


def _bubble(x: float, y: float) -> float:
    """Distance to the bubble: a rounded box, and a tail below it. Negative inside."""
    across, down = abs(x) - 0.48, abs(y - CENTRE[1]) - 0.34
    box = math.hypot(max(across, 0.0), max(down, 0.0)) + min(max(across, down), 0.0) - 0.18
    return min(box, _triangle(x, y))


def _triangle(x: float, y: float) -> float:
    """Distance to the tail's nearest edge, good enough outside and exact inside."""
    edges = zip(TAIL, (*TAIL[1:], TAIL[0]), strict=True)
    return max(
        ((by - ay) * (x - ax) - (bx - ax) * (y - ay)) / math.hypot(bx - ax, by - ay) for (ax, ay), (bx, by) in edges
    )


def _hands(x: float, y: float) -> float:
    """Distance to the nearer hand of the clock."""
    return min(_segment(x, y, *CENTRE, *end) for end in HANDS)


def _segment(x: float, y: float, ax: float, ay: float, bx: float, by: float) -> float:
    along = ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2)
    along = min(1.0, max(0.0, along))
    return math.hypot(x - ax - along * (bx - ax), y - ay - along * (by - ay))


if __name__ == "__main__":
    draw(Path(__file__).parent)
