"""Memory that is free goes back to the system, in a quiet moment."""

from __future__ import annotations

import ctypes
import sys

import pytest
from PySide6.QtWidgets import QApplication

from chatgui.ui.garbage import GROWN, Collector, give_back, resident
from tests.ui.conftest import until

glibc = pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "malloc_trim"), reason="only glibc gives back so"
)
MANY, SIZE = 20_000, 2_000


@glibc
async def test_what_is_free_between_what_is_used_is_given_back_once_nothing_moves(qapp: QApplication) -> None:
    busy = True
    collector = Collector(lambda: busy)
    try:
        collector.look()
        give_back()  # what other tests left
        before = resident()
        blocks = [bytes(SIZE) for _ in range(MANY)]
        pins = blocks[::20]
        del blocks  # nineteen of twenty are free, and the allocator keeps them
        held = resident()
        assert held - before > 3 * GROWN
        collector.look()
        assert resident() > held - GROWN  # something moves: later
        busy = False
        collector.look()
        await until(lambda: resident() < before + 2 * GROWN)
        assert len(pins) == MANY / 20
    finally:
        collector.end()
