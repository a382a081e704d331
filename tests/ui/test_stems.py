"""Text of fonts with PostScript outlines, such as Chinese, is not bold on a dark ground."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from chatgui.ui.stems import ON_LIGHT, VARIABLE, lighter_stems

INK = """
import os, sys
from contextlib import nullcontext
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QImage, QPainter, QRawFont
from PySide6.QtWidgets import QApplication
from chatgui.ui.stems import VARIABLE, lighter_stems
app = QApplication([])
with nullcontext() if sys.argv[1] == "usual" else lighter_stems(dark=sys.argv[1] == "dark"):
    QFontInfo(app.font()).pixelSize()
font = QFont(app.font())
font.setPixelSize(15)
if QRawFont.fromFont(font, QFontDatabase.WritingSystem.SimplifiedChinese).fontTable("CFF ").isEmpty():
    print("other")
else:
    image = QImage(300, 40, QImage.Format.Format_RGB32)
    image.fill(QColor("#1d1e20"))
    painter = QPainter(image)
    painter.setFont(font)
    painter.setPen(QColor("#e7e7e5"))
    painter.drawText(5, 30, "潮汐主要由月球的引力引起")
    painter.end()
    print(sum(value - 0x1E for value in bytes(image.constBits())[1::4]), os.environ.get(VARIABLE, "gone"))
"""


def ink(which: str) -> list[str]:
    """How much lighter than the ground Chinese words are in all, and what the environment says afterwards."""
    environment = {name: value for name, value in os.environ.items() if name != VARIABLE}
    done = subprocess.run(
        [sys.executable, "-c", INK, which], capture_output=True, text=True, check=True, timeout=60, env=environment
    )
    return done.stdout.split()


def test_chinese_on_a_dark_ground_carries_a_sixth_less_ink_and_nothing_stays_in_the_environment() -> None:
    usual, light, dark = ink("usual"), ink("light"), ink("dark")
    if usual == ["other"]:
        pytest.skip("the Chinese font here has no PostScript outlines")
    assert int(dark[0]) < int(light[0]) < int(usual[0]) * 0.9
    assert dark[1] == light[1] == "gone"


def test_what_somebody_says_in_the_environment_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "truetype:interpreter-version=35")
    with lighter_stems(dark=False):
        assert os.environ[VARIABLE] == f"truetype:interpreter-version=35 {ON_LIGHT}"
    assert os.environ[VARIABLE] == "truetype:interpreter-version=35"
    monkeypatch.setenv(VARIABLE, "cff:no-stem-darkening=1")
    with lighter_stems(dark=False):
        assert os.environ[VARIABLE] == "cff:no-stem-darkening=1"
