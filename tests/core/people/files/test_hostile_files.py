"""Pictures that are damaged, or made to do damage: each is refused in words and causes no error of ours."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from core.kernel.errors import Invalid
from core.people.files.rules import inspect

HEADER = 33  # bytes of a PNG before whatever else it holds: its signature, and its first chunk


def drawn(kind: str) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (8, 8)).save(written, kind)
    return written.getvalue()


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def with_chunk(name: bytes, content: bytes) -> bytes:
    whole = drawn("PNG")
    return whole[:HEADER] + chunk(name, content) + whole[HEADER:]


def bomb(before: bytes) -> bytes:
    """Return a picture of twenty megabytes in twenty thousand bytes."""
    return before + zlib.compress(b"a" * 20_000_000)


@pytest.mark.parametrize(
    "made",
    [
        lambda: with_chunk(b"zTXt", bomb(b"k\0\0")),
        lambda: with_chunk(b"iTXt", bomb(b"k\0\1\0\0\0")),
        lambda: with_chunk(b"iCCP", bomb(b"k\0\0")),
        lambda: with_chunk(b"gAMA", b""),
        lambda: with_chunk(b"tRNS", b""),
        lambda: drawn("PNG")[:8] + chunk(b"IHDR", b"\0\0"),
    ],
)
def test_a_picture_that_cannot_be_read_is_said_to_be_broken(made: Callable[[], bytes]) -> None:
    with pytest.raises(Invalid) as refused:
        inspect("ticket.png", made())
    assert refused.value.code == "file.broken"


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow's, about files that it reads nevertheless
@given(
    st.sampled_from(["PNG", "JPEG", "WEBP"]),
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=6),
)
def test_whatever_is_changed_in_a_picture_it_is_taken_or_refused(kind: str, changes: list[tuple[int, int]]) -> None:
    content = bytearray(drawn(kind))
    for place, byte in changes:
        content[place % len(content)] = byte
    with suppress(Invalid):
        assert inspect("heap", bytes(content)).mime == "image/jpeg"
