"""Draws the gallery light and dark, at 100 % and 200 %, into a directory: for looking at.

python tests/ui/blocks/render_gallery.py DIRECTORY [FILE.md]
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from chatgui.core.markdown import blocks
from chatgui.core.settings import Settings
from chatgui.ui.theme import DARK, LIGHT, transcript_style
from chatgui.ui.transcript.blocks import make_block, space_above
from chatgui.ui.transcript.blocks.base import Block
from chatgui.ui.transcript.blocks.errands import errands
from chatgui.ui.transcript.style import Style


def settle(made: list[Block], seconds: float = 6.0) -> None:
    """Let formulas and colours come."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and not errands().idle:
        QApplication.instance().processEvents()  # type: ignore[union-attr]
        time.sleep(0.01)


def render(text: str, style: Style, scale: float, wait: float) -> QImage:
    """The blocks of `text` under each other, as the transcript sets them."""
    made = [make_block(source, style) for source in blocks(text)]
    column = style.px(style.column)
    for block in made:
        block.layout(column)
        picture = QImage(8, 8, QImage.Format.Format_ARGB32)
        painter = QPainter(picture)
        block.paint(painter, QRectF(0, 0, column, block.height), None, [])  # asks for what is needed
        painter.end()
    settle(made, wait)
    margin, width = style.px(32), column + style.px(64)
    height = margin * 2 + sum(block.layout(column) + space_above(block.source, style) for block in made)
    image = QImage(round(width * scale), round(height * scale), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(scale)
    image.fill(style.colours["ground"])
    painter = QPainter(image)
    y = margin
    for block in made:
        y += space_above(block.source, style)
        painter.save()
        painter.translate(margin, round(y))
        block.paint(painter, QRectF(0, 0, column, block.height), None, [])
        painter.restore()
        y += round(block.height + 0.49)
    painter.end()
    return image


def main() -> None:
    """Draw all four."""
    app = QApplication([])
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    file = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(__file__).with_name("gallery.md")
    text = file.read_text(encoding="utf-8")
    for name, tokens in (("light", LIGHT), ("dark", DARK)):
        for scale in (1, 2):
            style = transcript_style(tokens, Settings(), 13.0)
            render(text, style, scale, 6.0 if scale == 1 and name == "light" else 2.0).save(
                str(folder / f"{name}-{scale}00.png")
            )
    errands().close()
    del app


if __name__ == "__main__":
    main()
