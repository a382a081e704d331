"""A photo says which side is up in either byte order; taking the notes away leaves every bit of the picture."""

from __future__ import annotations

import random
from typing import Literal

import pytest

from chatgui.core.attaching import accept
from chatgui.core.exif import is_turned, without_notes
from chatgui.core.raster import raster_of
from tests.support import files

PLACE = b"GPS 38.7 N 9.1 W"


@pytest.mark.parametrize("order", ["little", "big"])
@pytest.mark.parametrize(("orientation", "turned"), [(1, False), (0, False), (3, True), (6, True), (8, True)])
def test_which_side_is_up(order: Literal["little", "big"], orientation: int, turned: bool) -> None:
    photo = files.photo(40, 30, orientation, order, PLACE)
    assert is_turned(photo) is turned
    assert accept("a.jpg", photo).is_turned is turned


def test_notes_go_and_the_picture_stays() -> None:
    plain = files.image("jpeg", 40, 30)
    photo = files.photo(40, 30, 1, "big", PLACE)
    assert PLACE in photo
    assert without_notes(photo) == plain
    assert without_notes(plain) == plain


def test_notes_after_other_segments_go_too() -> None:
    plain = files.image("jpeg", 40, 30)
    end = 4 + int.from_bytes(plain[4:6])
    iptc = b"\xff\xed" + (2 + len(PLACE)).to_bytes(2) + PLACE
    assert without_notes(plain[:end] + iptc + plain[end:]) == plain


def test_damage_is_no_error() -> None:
    chance, photo = random.Random(4), files.photo(40, 30, 6, "little", PLACE)
    for _ in range(500):
        broken = bytearray(photo[: chance.randrange(2, 300)])
        for _ in range(5):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        is_turned(bytes(broken))
        without_notes(bytes(broken))
        raster_of(bytes(broken))
