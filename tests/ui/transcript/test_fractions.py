"""Screens whose pixels are not whole ones of the window: 125 %, 150 %."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage, QPainter

from tests.ui.transcript.scenes import shown, talk

pytestmark = pytest.mark.usefixtures("qapp")


def test_nothing_of_before_stays_at_the_edge_of_what_is_painted() -> None:
    """At 150 % an edge lies in the middle of a pixel; a palette's frame stayed there as a faint line."""
    view = shown(talk(2))
    image = QImage(900, 600, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(1.5)
    image.fill(QColor("red"))
    painter = QPainter(image)
    view.picture.paint(painter, QRect(0, 0, 41, 101))  # up to 61.5, and down to 151.5
    painter.end()
    ground = view.page.style.colours["ground"]
    assert image.pixelColor(10, 151) == ground
    assert image.pixelColor(61, 10) == ground
