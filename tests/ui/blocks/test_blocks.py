"""Blocks: where things are, what is copied, and that growing gives what a whole render gives."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QGuiApplication, QImage, QPainter

from chatgui.core.markdown import Source, Splitter, blocks
from chatgui.ui.transcript import maths
from chatgui.ui.transcript.blocks import hidden, make_block, plain_block
from chatgui.ui.transcript.blocks.base import Block
from chatgui.ui.transcript.blocks.rows import Rows
from chatgui.ui.transcript.blocks.stack import StackBlock
from chatgui.ui.transcript.blocks.table import MEASURED, TableBlock, ceiling
from chatgui.ui.transcript.blocks.text import TextBlock
from chatgui.ui.transcript.rows import BlockRow, Measure
from chatgui.ui.transcript.style import Style
from tests.core.test_markdown import documents

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
@maths.writing(True)  # formulas that are not set yet are shown alike
def test_grown_blocks_look_as_if_made_whole(style: Style, seed: int) -> None:
    grown = grow(GALLERY, style, seed)
    whole = [make_block(source, style) for source in blocks(GALLERY)]
    assert [one.source for one in grown] == [one.source for one in whole]
    for one, other in zip(grown, whole, strict=True):
        assert one.text == other.text
        assert one.layout(600) == pytest.approx(other.layout(600)), one.text
        assert picture(one) == picture(other), one.text


@given(documents, st.integers(0, 1_000))
@settings(max_examples=60, deadline=None)
@maths.writing(True)  # formulas that are not set yet are shown alike
def test_anything_grown_looks_as_if_made_whole(qapp: Any, text: str, seed: int) -> None:
    style = Style()
    grown, whole = grow(text, style, seed), [make_block(source, style) for source in blocks(text)]
    assert [one.source for one in grown] == [one.source for one in whole]
    for one, other in zip(grown, whole, strict=True):
        assert one.text == other.text
        assert one.layout(600) == pytest.approx(other.layout(600))
        assert picture(one) == picture(other), one.text
        one.fragment(1, len(one.text) - 1)


def test_a_range_is_taken_as_text_markdown_and_html(style: Style) -> None:
    block = made("Some **bold** and `code`.", style)
    assert block.text == "Some bold and code."
    part = block.fragment(3, 17)
    assert (part.plain, part.markdown) == ("e bold and cod", "e **bold** and `cod`")
    assert part.html == "e <strong>bold</strong> and <code>cod</code>"


def test_a_range_of_a_list_keeps_its_marks(style: Style) -> None:
    block = made("- one\n  1. two\n  2. three\n", style)
    assert block.text == "one\ntwo\nthree"
    assert block.fragment(0, 7).plain == "- one\n1. two"


def test_a_wide_picture_is_made_to_fit(style: Style) -> None:
    block = made("a ![" + "long words " * 30 + "](https://example.org/a.png)", style, 200)
    assert isinstance(block, TextBlock)
    (chip,) = block.flow.words.objects.values()
    assert chip.width <= 200
    block.layout(600)
    (chip,) = block.flow.words.objects.values()
    assert chip.width > 300


def test_a_table_is_taken_as_a_table_without_colours(style: Style) -> None:
    block = made("| a | b |\n|---|--:|\n| 1 | 2 |\n| 3 | 4 |\n", style)
    assert block.text == "a\tb\n1\t2\n3\t4"
    part = block.fragment(4, len(block.text))
    assert part.plain == "1\t2\n3\t4"
    assert part.html.startswith("<table>")
    assert "style" not in part.html
    assert block.fragment(4, 5).plain == "1"


def test_hidden_characters_are_marks_on_the_screen_and_gone_from_the_clipboard(style: Style) -> None:
    block = made("```\na\x1b[31mb\u202ec\n```\n", style)
    part = block.fragment(0, len(block.text))
    assert part.plain == "a[31mb\u202ec"
    assert picture(block) != picture(made("```\na[31mbc\n```\n", style))


def test_every_control_character_is_shown() -> None:
    for code in (*range(32), *range(127, 160)):
        if code not in {9, 10}:
            assert hidden.code(chr(code)) != chr(code)
            assert hidden.prose(chr(code)) != chr(code)
    for code in (0x202A, 0x202E, 0x2066, 0x200B, 0x200D, 0xFE0F, 0xE0041, 0x00AD, 0x2060):
        assert hidden.code(chr(code)) != chr(code)
    assert hidden.prose("👩\u200d👧 المد\u200f") == "👩\u200d👧 المد\u200f"  # they have work to do in running text


def test_everything_hidden_is_a_mark_where_a_person_asks(style: Style) -> None:
    source, revealing = "👩\u200d👧 a\u00a0b \u202eabc\u202c d\u200be", replace(style, reveal=True)
    plain, marked = made(source, style), made(source, revealing)
    assert isinstance(plain, TextBlock)
    assert isinstance(marked, TextBlock)
    assert marked.text == plain.text == source
    assert plain.flow.words.shown == source
    assert marked.flow.words.shown == "👩␣👧 a⍽b ⇄abc⇄ d␣e"
    warning = revealing.colours["warning"]
    coloured = [look for look in marked.flow.words.looks if look.format.foreground().color() == warning]
    assert sum(look.end - look.start for look in coloured) == 5
    assert marked.fragment(0, len(source)).plain == source  # what is taken is what was written
    table = made("| a\u200bb |\n|---|\n| \u00a0 |\n", revealing)
    assert picture(table) != picture(made("| a\u200bb |\n|---|\n| \u00a0 |\n", style))


def test_a_mark_says_what_it_stands_for(style: Style) -> None:
    row = BlockRow(blocks("`a\u202eb` é")[0], 0, style)
    row.layout(Measure(0, 600, 700))
    assert row.hint(row.caret_rect(1).center() + QPointF(2, 0)) == "U+202E Right-to-left override"
    assert row.hint(row.caret_rect(2).center() + QPointF(2, 0)) == ""
    assert hidden.name("\x1b") == "U+001B Escape"


def test_a_paragraph_runs_the_way_its_first_strong_letter_does(style: Style) -> None:
    assert made("المد والجزر (tides)", style).caret_rect(0).left() > 500
    assert made("Tides: المد", style).caret_rect(0).left() < 5
    assert made("```\nالمد\n```", style).caret_rect(0).left() < 100


def test_all_items_of_a_list_begin_below_each_other(style: Style) -> None:
    items = [
        make_block(source, style)
        for source in blocks("".join(f"{n}. item\n" for n in range(1, 30)) + "\n- bullet\n- [ ] box\n")
    ]
    for item in items:
        item.layout(600)
    assert len({round(item.caret_rect(0).left()) for item in items}) == 1


def test_the_mark_of_an_item_stands_on_the_line_of_its_text(style: Style) -> None:
    block = made("1. one\n", style)
    assert isinstance(block, StackBlock)
    child = block.children[0].block
    usual = child.baseline()
    assert usual is not None
    before = picture(block).copy(0, 0, 24, 60)
    child.baseline = lambda: usual + 9  # type: ignore[method-assign]  # as if a formula stood in its first line
    after = picture(block).copy(0, 0, 24, 60)
    assert before != after
    assert before.copy(0, 0, 24, 12) == after.copy(0, 9, 24, 12)


@pytest.mark.parametrize("item", ["- a\n  - b\n    ```\n    c\n    ```\n", "- a\n  > b\n", "- ```\n  a\n  ```\n"])
def test_an_item_stands_apart_from_the_code_or_quote_above_it(style: Style, item: str) -> None:
    first, second = blocks(f"{item}- next\n")
    height = make_block(first, style).layout(600)
    assert second.kind == "item"
    bare = StackBlock(first.nodes(), style)  # without the space below
    assert height == pytest.approx(bare.layout(600) + style.block_space - 4)


def test_verses_are_lines_in_a_link_too(style: Style) -> None:
    block = made("a\n[b\nc](https://x.yz)\nd\n", style)
    assert block.height == 4 * made("a\n", style).height


def test_a_broken_line_in_a_cell_makes_its_row_higher_not_its_column_wider(style: Style) -> None:
    broken = made("| a | b |\n|---|---|\n| one<br>two | x |\n", style)
    flat = made("| a | b |\n|---|---|\n| one | x |\n", style)
    assert broken.height > flat.height
    assert broken.natural_width == flat.natural_width


def test_cells_beyond_the_measured_rows_wrap_again_when_the_table_becomes_narrower(style: Style) -> None:
    cell = "a cell that takes one line where it can"
    rows = "".join(f"| {cell} | {cell} |\n" for _ in range(MEASURED + 2))
    block = made(f"| a | b |\n|---|---|\n{rows}", style, 700)
    picture(block, 700)
    roomy = block.height
    assert block.layout(420) > roomy
    assert block.height == made(f"| a | b |\n|---|---|\n{rows}", style, 420).height


def test_the_last_rows_of_a_long_table_have_room_as_the_first_have(style: Style) -> None:
    rows = [f"| {10 ** (n // 200)} | `x{n}` |\n" for n in range(1_000)]
    block = made(f"| n | x |\n|---|---|\n{''.join(rows)}", style)
    assert isinstance(block, TableBlock)
    assert len({round(other - one) for one, other in pairwise(block.tops)}) == 1


@pytest.mark.parametrize(
    "text",
    ["a line of words\n" * 400, "word " * 3_000, "x" * 9_000, "one\n\n" + "two three\t" * 900 + "\n\n日本語" * 300],
)
def test_text_too_long_for_anything_else_grows_by_its_end(
    style: Style, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    grown = plain_block(Source("paragraph", text[:100], growing=True), style)
    grown.layout(500)
    monkeypatch.setattr(Rows, "set", None)  # nothing is taken in from its beginning again
    for end in range(100, len(text) + 700, 700):
        assert grown.update_source(Source("paragraph", text[:end], growing=end < len(text)))
        grown.layout(500)
    monkeypatch.undo()
    whole = plain_block(Source("paragraph", text), style)
    whole.layout(500)
    assert (grown.text, grown.height) == (whole.text, whole.height)
    assert picture(grown) == picture(whole)


def test_a_table_written_from_the_right_begins_there(style: Style) -> None:
    written = "| מקום | גובה |\n|---|---|\n| חיפה | 12 |\n"
    block = made(written, style)
    assert isinstance(block, TableBlock)
    first, second = (block.caret_rect(block.rows[0][at].start).left() for at in (0, 1))
    assert 600 - style.px(14) < first <= 600
    assert second < block.lefts[0]
    for row in block.rows:
        for cell in row:
            for position in range(cell.start, cell.start + cell.length):
                box, beside = block.caret_rect(position), block.caret_rect(position + 1)
                middle = QPointF((box.left() + beside.left()) / 2, box.center().y())
                assert block.position_at(middle) in {position, position + 1}
    wide = made("|" + " עמודה רחבה מאוד של מילים |" * 9 + "\n" + "|---" * 9 + "|\n", style, 400)
    assert wide.caret_rect(0).left() > 380  # the first column is in sight
    assert wide.wheel(-100)


def test_a_list_written_from_the_right_has_its_marks_there(style: Style) -> None:
    left, right = made("- tides\n  1. ebb\n", style), made("- المد\n  1. أول\n", style)
    assert left.caret_rect(0).left() == 600 - right.caret_rect(0).left()
    assert (left.caret_rect(6).left(), right.caret_rect(5).left()) == (52, 600 - 52)
    for block in (left, right):
        for position in (0, len(block.text) - 1):
            assert block.position_at(block.caret_rect(position).center()) == position
    side = picture(right).copy(560, 0, 40, 60)
    blank = side.copy()
    blank.fill(0xFFFFFF)
    assert side != blank  # the marks
    grown = make_block(blocks("- \n")[0], style)
    grown.layout(600)
    assert grown.update_source(blocks("- المد\n")[0])
    assert picture(grown) == picture(made("- المد\n", style))


def test_a_table_scrolls_rather_than_squeezes(style: Style) -> None:
    head = "|".join("a column of some width" for _ in range(12))
    block = made(f"|{head}|\n|{'|'.join(['---'] * 12)}|\n|{head}|\n", style)
    assert block.natural_width > 1_000
    assert block.wheel(200)
    assert not block.wheel(-1_000) or not block.wheel(-1)


def test_a_column_that_wraps_takes_the_room_there_is(style: Style) -> None:
    cell = "The composer; Enter sends, Shift+Enter begins a new line"
    roomy = made(f"| a | b |\n|---|---|\n| Below | {cell} |\n", style, 700)
    short = made("| a | b |\n|---|---|\n| Below | The composer |\n", style, 700)
    assert roomy.height == short.height  # on one line: there is room for it


def test_wide_columns_give_way_before_a_table_has_to_be_scrolled(style: Style) -> None:
    cell = "decided whether the answer comes piece by piece"
    block = made(f"| a | b |\n|---|---|\n| {cell} | {cell} |\n", style, 460)
    assert not block.wheel(200)
    assert made(f"| a | b |\n|---|---|\n| {cell} | {cell} |\n", style, 340).wheel(200)  # but not without end


@pytest.mark.parametrize(
    ("columns", "room", "widest"), [([100, 300], 300, 200), ([100, 300, 400], 500, 200), ([100, 200], 300, math.inf)]
)
def test_only_the_widest_columns_give_way(columns: list[float], room: float, widest: float) -> None:
    assert ceiling(columns, room) == widest


def test_code_actions_copy_wrap_and_number(style: Style) -> None:
    block = made("```py\nx = 1\ny = '" + "long " * 100 + "'\n```\n", style)
    names = {one.name: one for one in block.actions()}
    assert set(names) == {"Copy", "Wrap", "Numbers"}
    before = block.height
    names["Wrap"].run()
    assert block.layout(600) > before
    names["Copy"].run()
    assert QGuiApplication.clipboard().text() == block.text
    assert all(one.rect.height() >= 28 for one in block.actions())


def test_selection_paints_and_release_keeps_the_height(style: Style) -> None:
    block = made(
        "Some *words* in a paragraph that wraps once it is long enough for a second line, as here.", style, 300
    )
    height = block.height
    assert picture(block, 300) != picture(block, 300, (5, 40))
    block.release()
    assert block.height == height
    assert block.layout(300) == height


def test_a_part_of_code_is_painted_as_it_is_in_the_whole(style: Style) -> None:
    """The frame is drawn only as high as what is painted; its corners are where they were."""
    block = plain_block(Source("code", "\n".join(f"line {n}" for n in range(30))), style)
    code = make_block(blocks("```\n" + "\n".join(f"line {n}" for n in range(30)) + "\n```\n")[0], style)
    for one in (block, code):
        height = math.ceil(one.layout(400))
        whole = QImage(420, height, QImage.Format.Format_RGB32)
        whole.fill(style.colours["ground"])
        parts = whole.copy()
        painter = QPainter(whole)
        one.paint(painter, QRectF(0, 0, 420, height), None, ())
        painter.end()
        for top in range(0, height, 37):
            painter = QPainter(parts)
            painter.setClipRect(QRectF(0, top, 420, 37))
            one.paint(painter, QRectF(0, top, 420, 37), None, ())
            painter.end()
        assert parts == whole


def test_only_what_is_marked_is_given_a_format(style: Style) -> None:
    """Each costs at every layout and every painting of a growing paragraph."""
    block = make_block(blocks("Words, **strong** ones, and `code`.")[0], style)
    assert isinstance(block, TextBlock)
    assert [block.text[one.start : one.end] for one in block.flow.words.looks if not one.is_plain] == ["strong", "code"]
    block.layout(400)
    (piece,) = block.flow._pieces
    assert len(piece.layout.formats()) == 2
