"""Blocks: where things are, what is copied, and that growing gives what a whole render gives."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter

from chatgui.core.markdown import Splitter, blocks
from chatgui.ui.transcript.blocks import make_block
from chatgui.ui.transcript.blocks.base import Block
from chatgui.ui.transcript.style import Style

GALLERY = Path(__file__).with_name("gallery.md").read_text(encoding="utf-8")


@pytest.fixture
def style(qapp: Any) -> Style:
    return Style()


def made(markdown: str, style: Style, width: float = 600) -> Block:
    block = make_block(blocks(markdown)[0], style)
    block.layout(width)
    return block


def picture(block: Block, width: int = 600, selection: tuple[int, int] | None = None) -> QImage:
    image = QImage(width, max(1, round(block.height)), QImage.Format.Format_RGB32)
    image.fill(0xFFFFFF)
    painter = QPainter(image)
    block.paint(painter, QRectF(0, 0, width, block.height), selection, [])
    painter.end()
    return image


def test_a_point_and_the_caret_there_agree(style: Style) -> None:
    for source in blocks(GALLERY):
        block = make_block(source, style)
        block.layout(600)
        step = max(1, len(block.text) // 40)
        for position in range(0, len(block.text) + 1, step):
            rect = block.caret_rect(position)
            found = block.position_at(QPointF(rect.left() + 0.3, rect.center().y()))
            again = block.caret_rect(found)
            if (
                source.kind not in {"math", "rule", "definitions"}
                and "المد" not in block.text
                and "גאות" not in block.text
            ):
                assert abs(again.left() - rect.left()) < 12, (source.kind, position, found)


def grow(text: str, style: Style, seed: int) -> list[Block]:
    """The blocks of `text` as they stand after it has come in pieces, updated in place where they can be."""
    chance, splitter = random.Random(seed), Splitter()
    shown: list[Block] = []
    at = 0
    while at < len(text):
        cut = chance.choice((1, 3, 7, 20))
        splitter.feed(text[at : at + cut])
        at += cut
        sync(shown, [*splitter.closed, *splitter.tail], style)
    splitter.end()
    sync(shown, splitter.closed, style)
    return shown


def sync(shown: list[Block], sources: list[Any], style: Style) -> None:
    for index, source in enumerate(sources):
        if index < len(shown) and shown[index].source == source:
            continue
        if index < len(shown) and shown[index].update_source(source):
            shown[index].layout(600)
            continue
        block = make_block(source, style)
        block.layout(600)
        shown[index : index + 1] = [block]
    del shown[len(sources) :]


@pytest.mark.parametrize("seed", range(4))
def test_grown_blocks_look_as_if_made_whole(style: Style, seed: int) -> None:
    grown = grow(GALLERY, style, seed)
    whole = [make_block(source, style) for source in blocks(GALLERY)]
    assert [one.source for one in grown] == [one.source for one in whole]
    for one, other in zip(grown, whole, strict=True):
        assert one.text == other.text
        assert one.layout(600) == pytest.approx(other.layout(600)), one.text
        assert picture(one) == picture(other), one.text


def test_selection_paints_and_release_keeps_the_height(style: Style) -> None:
    block = made(
        "Some *words* in a paragraph that wraps once it is long enough for a second line, as here.", style, 300
    )
    height = block.height
    assert picture(block, 300) != picture(block, 300, (5, 40))
    block.release()
    assert block.height == height
    assert block.layout(300) == height
