"""The size of an image is read from its head, for every format Qt writes and for heads made by hand."""

from __future__ import annotations

import pytest

from chatgui.core.raster import Raster, raster_of
from tests.support import files


@pytest.mark.parametrize("kind", ["png", "jpeg", "gif", "webp"])
@pytest.mark.parametrize(("width", "height"), [(1, 1), (640, 480), (7, 3000)])
def test_the_head_says_the_size(kind: str, width: int, height: int) -> None:
    found = raster_of(files.image(kind, width, height))
    assert found is not None
    assert (found.media_type, found.width, found.height) == (f"image/{kind}", width, height)


def test_the_head_is_enough() -> None:
    assert raster_of(files.bomb(50_000, 50_000)) == Raster("PNG", "image/png", 50_000, 50_000)


def test_a_jpeg_with_long_segments_before_its_frame() -> None:
    photo = files.image("jpeg", 320, 200)
    exif = b"\xff\xe1" + (40_000).to_bytes(2) + b"Exif" + bytes(39_994)
    found = raster_of(photo[:2] + exif * 3 + b"\xff" + photo[2:])
    assert found is not None
    assert (found.width, found.height) == (320, 200)


@pytest.mark.parametrize("form", ["VP8X", "VP8L", "VP8 "])
def test_every_form_of_webp(form: str) -> None:
    found = raster_of(files.webp_head(form, 300, 200))
    assert found == Raster("WebP", "image/webp", 300, 200)


@pytest.mark.parametrize("kind", ["png", "jpeg", "gif", "webp"])
def test_a_head_cut_anywhere_is_no_image_and_no_error(kind: str) -> None:
    whole = files.image(kind, 30, 20)
    for length in range(min(len(whole), 400)):
        found = raster_of(whole[:length])
        assert found is None or (found.width, found.height) == (30, 20) or kind == "webp"


@pytest.mark.parametrize("content", [b"", b"GIF89a\0\0\0\0", b"RIFF\0\0\0\0WAVE", b"<svg></svg>", b"BM1234"])
def test_what_is_no_image_of_these(content: bytes) -> None:
    assert raster_of(content) is None
