"""Texts made to stall, crash, read or deceive: nothing takes long, nothing is opened, and the checks see a weaker build."""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QTextDocument

from chatgui.core.markdown import CHUNK, Source, Splitter, blocks
from chatgui.ui.transcript.blocks import album, flow, make_block
from chatgui.ui.transcript.blocks.code import CodeBlock
from chatgui.ui.transcript.blocks.errands import errands
from chatgui.ui.transcript.rows import SHORT
from chatgui.ui.transcript.style import Style
from tests.ui.blocks.hostile import CORPUS

STALL = 0.25  # seconds of processor time of this thread in one step; other work on the machine does not count


def took(step: Callable[[], Any]) -> tuple[float, Any]:
    """The processor time of a step, the better of two tries, and what it gave."""
    best, made = 1e9, None
    for _ in range(2):
        start = time.thread_time()
        made = step()
        best = min(best, time.thread_time() - start)
        if best < STALL / 2:
            break
    return best, made


def draw(block: Any, image: QImage) -> None:
    painter = QPainter(image)
    block.paint(painter, QRectF(0, 0, image.width(), image.height()), None, [])
    painter.end()


@pytest.fixture
def canvas(qapp: Any) -> QImage:
    image = QImage(720, 900, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFF)
    return image


def worst_step(source: Source, canvas: QImage) -> float:
    """The longest of making, laying out and drawing a block."""
    made, block = took(lambda: make_block(source, Style()))
    laid, _ = took(lambda: (block.invalidate(), block.layout(720)))
    drawn, _ = took(lambda: draw(block, canvas))
    return max(made, laid, drawn)


@pytest.mark.parametrize("name", CORPUS)
def test_no_step_takes_long(name: str, canvas: QImage) -> None:
    splitter = Splitter()
    text = CORPUS[name]
    for start in range(0, len(text), CHUNK):
        begun = time.thread_time()
        splitter.feed(text[start : start + CHUNK])
        assert time.thread_time() - begun < STALL
    splitter.end()
    just_short_enough = blocks(text[:59_000])  # for being laid out as what it is, rather than as literal text
    for source in (*splitter.closed[:6], *just_short_enough[:2]):
        assert worst_step(source, canvas) < STALL, source.kind


@pytest.mark.parametrize("name", CORPUS)
def test_what_is_short_cannot_take_long(name: str, canvas: QImage) -> None:
    """So it may have more time than the rest: what takes it is the fonts of a script that is met first."""
    for source in blocks(CORPUS[name][:SHORT])[:2]:
        assert worst_step(source, canvas) < STALL, source.kind


def test_the_check_sees_a_build_that_lays_out_tokens_whole(qapp: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flow, "PIECE", 10_000_000)
    monkeypatch.setattr("chatgui.ui.transcript.blocks.LONGEST", 10_000_000)
    block = make_block(Source("paragraph", "a" * 170_000), Style())
    start = time.thread_time()
    block.layout(720)
    assert time.thread_time() - start > STALL


@pytest.mark.parametrize(
    "name", ["1 MB of lines in one paragraph", "unclosed brackets", "table of 5,000 rows", "nested lists"]
)
def test_growing_is_as_cheap_as_being_there(name: str) -> None:
    text = CORPUS[name][:200_000]
    splitter = Splitter()
    start = time.thread_time()
    for at in range(0, len(text), 40):
        splitter.feed(text[at : at + 40])
    splitter.end()
    assert time.thread_time() - start < 2.0  # 5,000 steps
    assert splitter.closed == blocks(text)


# ------------------------------------------------------------------------------------------------ nothing is opened


@pytest.fixture
def red(tmp_path: Path, qapp: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A red picture, in the current directory and by its full name."""
    image = QImage(60, 60, QImage.Format.Format_RGB32)
    image.fill(QColor("#ff0000"))
    path = tmp_path / "red.png"
    image.save(str(path))
    monkeypatch.chdir(tmp_path)
    return path


def has_red(image: QImage) -> bool:
    return any(
        image.pixelColor(x, y).name() == "#ff0000"
        for x in range(0, image.width(), 4)
        for y in range(0, image.height(), 4)
    )


def ways_in(red: Path) -> list[str]:
    return [
        f"![x]({red})", f"![x](file://{red})", "![x](red.png)", "![x](./red.png)", f"[![x]({red})](https://example.org)",
        f"| ![x]({red}) |\n|---|\n| ![x](red.png) |", f"- ![x]({red})", f"> ![x]({red})", f'<img src="{red}">', f"<div>\n<img src='{red}'>\n</div>",
        f"![x][r]\n\n[r]: {red}", f"# ![x]({red})",
    ]  # fmt: skip


def test_no_picture_comes_from_a_file(red: Path, canvas: QImage) -> None:
    for markdown in ways_in(red):
        canvas.fill(0xFFFFFF)
        for source in blocks(markdown):
            block = make_block(source, Style())
            block.layout(600)
            draw(block, canvas)
            assert not has_red(canvas), markdown


def test_the_check_sees_a_build_that_reads_files(red: Path, canvas: QImage) -> None:
    document = QTextDocument()
    document.setMarkdown(f"![x]({red})")
    painter = QPainter(canvas)
    document.drawContents(painter)
    painter.end()
    assert has_red(canvas)


def encoded(path: Path) -> bytes:
    return path.read_bytes()


async def test_a_picture_in_the_text_is_shown_by_the_child_in_the_room_kept_for_it(red: Path, canvas: QImage) -> None:
    content = base64.b64encode(encoded(red)).decode()
    block = make_block(blocks(f"![x](data:image/png;base64,{content})")[0], Style())
    height = block.layout(600)
    draw(block, canvas)
    assert not has_red(canvas)
    came = asyncio.Event()
    block.changed.subscribe(lambda _: came.set())
    await came.wait()
    assert block.layout(600) == height > 60
    draw(block, canvas)
    assert has_red(canvas)


def test_no_bomb_and_no_drawing_is_decoded(red: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(errands(), "ask", lambda *request: asked.append(request))
    bomb = QImage(6000, 5000, QImage.Format.Format_Mono)
    bomb.fill(0)
    path = red.with_name("bomb.png")
    bomb.save(str(path))
    for content in (
        path.read_bytes(),
        b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>",
        b"",
        b"BM" * 40,
    ):
        album.supply("https://example.org/x", content)
        assert album.told("https://example.org/x") is not None
    assert asked == []


def test_a_remote_picture_is_only_asked_for(qapp: Any) -> None:
    block = make_block(blocks("![Low tide](https://images.example.com/a.png)")[0], Style())
    block.layout(600)
    asked: list[tuple[str, str]] = []
    block.wanted.subscribe(asked.append)
    (action,) = block.actions()
    assert (action.name, asked) == ("Load image from images.example.com", [])
    action.run()
    assert asked == [("load_image", "https://images.example.com/a.png")]


def test_of_many_places_found_in_a_line_those_in_sight_are_looked_at(
    qapp: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (source,) = blocks("```\n" + "ab " * 20_000 + "\n```\n")
    block, looked_at = make_block(source, Style()), []
    assert isinstance(block, CodeBlock)
    block.layout(600)
    real = block._x
    monkeypatch.setattr(block, "_x", lambda *where: looked_at.append(where) or real(*where))
    image = QImage(600, 100, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    block.paint(painter, QRectF(0, 0, 600, 100), None, [(at, at + 1, False) for at in range(0, 60_000, 3)])
    painter.end()
    assert 20 < len(looked_at) < 400
