"""What stands out in a message is met by a screen reader as what it is, keeps its identity, and says where it is not itself."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

import pytest
from PySide6.QtGui import QAccessible, QAccessibleActionInterface, QAccessibleInterface

from chatgui.core.delta import TextDelta
from chatgui.core.message import Role
from chatgui.core.reply import Reply
from chatgui.ui.transcript import maths
from chatgui.ui.transcript.blocks import album, note
from chatgui.ui.transcript.style import Style
from chatgui.ui.transcript.view import TranscriptView
from tests.ui.transcript.scenes import Turn, answer, flush, message, settle, shown, streaming, wait_for

NAME, WORDS = QAccessible.Text.Name, QAccessible.Text.Description
ROLE = QAccessible.Role
EVERYTHING = """\
# Tides & more

Text with a [link](https://example.org/a).

Setext
------

| Place | Height |
|---|---|
| Harbour | 3 m |
| Bay | 2 m |

![A harbour](https://example.org/harbour.png)

- ![A bay](file:///etc/passwd)

$$e = mc^2$$

```python
x = 1
```
"""


@pytest.fixture(autouse=True)
def asked(qapp: object) -> Iterator[None]:
    """Assistive technology is listening."""
    QAccessible.setActive(True)
    yield
    QAccessible.setActive(False)


def inside(view: TranscriptView, index: int = 1) -> list[QAccessibleInterface]:
    """The parts of a message."""
    part = QAccessible.queryAccessibleInterface(view).child(index)
    return [part.child(one) for one in range(part.childCount())]


def told(view: TranscriptView, *roles: QAccessible.Role) -> list[str]:
    return [one.text(NAME) for one in inside(view) if one.role() in roles]


def test_structure_is_met_in_reading_order() -> None:
    view = shown([message(0, Role.USER, "Go"), answer(EVERYTHING)], height=1200)
    parts = inside(view)
    assert told(view, ROLE.Heading, ROLE.Section, ROLE.Graphic, ROLE.Link) == [
        "Tides & more", "link, example.org", "Setext", "Table, 2 columns, 2 rows", "A harbour", "A bay", "Formula", "Code, python",
    ]  # fmt: skip
    headings = [one for one in parts if one.role() == ROLE.Heading]
    assert [one.attributesInterface().attributeValue(QAccessible.Attribute.Level) for one in headings] == [1, 2]
    table = next(one for one in parts if one.text(NAME).startswith("Table"))
    assert table.textInterface().text(0, -1) == "Place\tHeight\nHarbour\t3 m\nBay\t2 m"
    formula = next(one for one in parts if one.text(NAME) == "Formula")
    assert "e = mc^2" in formula.textInterface().text(0, -1)
    assert [one.text(WORDS) for one in parts if one.role() == ROLE.Graphic] == ["Not loaded.", "Not loaded."]


def test_what_the_parts_say_together_is_all_that_is_said() -> None:
    view = shown([message(0, Role.USER, "Go"), answer(EVERYTHING)], height=1200)
    whole = QAccessible.queryAccessibleInterface(view).child(1).textInterface().text(0, -1)
    blocks = [one for one in inside(view) if one.role() in {ROLE.Heading, ROLE.Section, ROLE.Paragraph}]
    assert "\n\n".join(one.textInterface().text(0, -1) for one in blocks) == whole


def test_a_tables_cells_are_met_with_the_names_of_their_columns() -> None:
    view = shown([message(0, Role.USER, "Go"), answer(EVERYTHING)], height=1200)
    table = next(one for one in inside(view) if one.text(NAME).startswith("Table"))
    rows = [table.child(one) for one in range(table.childCount())]
    assert {one.role() for one in rows} == {ROLE.Row}
    assert [one.text(NAME) for one in rows] == [
        "Place, Height",
        "Place: Harbour, Height: 3 m",
        "Place: Bay, Height: 2 m",
    ]
    cell = rows[2].child(1)
    assert (cell.role(), cell.text(NAME), cell.text(WORDS)) == (ROLE.Cell, "Height: 2 m", "row 2 of 2, column 2 of 2")
    assert cell.textInterface().text(0, -1) == "2 m"
    assert rows[0].child(0).role() == ROLE.ColumnHeader
    assert table.indexOfChild(rows[2]) == 2
    assert rows[2].indexOfChild(cell) == 1
    assert table.child(2).child(1).text(NAME) == "Height: 2 m", "who asks again has the same"


def test_a_table_that_grows_has_the_rows_it_has_now() -> None:
    view, reply = shown([message(0, Role.USER, "Go")]), Reply()
    view.begin_reply(streaming(1), reply, Turn())
    counts = []
    for words in ("| A | B |\n|---|---|\n", "| 1 | 2 |\n", "| 3 | 4 |\n"):
        reply.apply(TextDelta(words))
        flush(view)
        table = next(one for one in inside(view) if one.text(NAME).startswith("Table"))
        counts.append(table.childCount())
        assert all(table.child(one).child(1).text(NAME) for one in range(counts[-1]))
    assert counts == [1, 2, 3]


def test_an_image_that_was_refused_says_why() -> None:
    address = "data:image/png;base64,bm8gaW1hZ2U="
    view = shown([message(0, Role.USER, "Go"), answer(f"![A cat]({address})")])
    wait_for(lambda: album.told(address) is not None)
    view.refresh(anew=True)
    (cat,) = [one for one in inside(view) if one.role() == ROLE.Graphic]
    assert (cat.text(NAME), cat.text(WORDS)) == ("A cat", "This is no image that can be shown.")
    head = b"IHDR" + struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))
    bomb += struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))
    album.supply("https://example.org/large.png", bomb)
    assert album.told("https://example.org/large.png") == album.Told("The image is too large to be shown.")


def test_what_is_shown_as_plain_text_says_so() -> None:
    wide = "|" + "a|" * 150 + "\n|" + "-|" * 150 + "\n|" + "b|" * 150
    view = shown([message(0, Role.USER, "Go"), answer(f"Before.\n\n{wide}\n\nAfter.")])
    assert told(view, ROLE.Section) == [f"Table, 150 columns, 1 row {note.TOO_LARGE}"]


def test_a_formula_that_cannot_be_read_says_so() -> None:
    view = shown([message(0, Role.USER, "Go"), answer("One $\\frac{refused$ here.\n\nTwo.")])
    assert told(view, ROLE.Section) == []
    maths._came(("\\frac{refused", False), None)
    settle(view)
    wait_for(lambda: told(view, ROLE.Section) == [note.NO_FORMULA])
    maths._made.clear()


def test_parts_stay_the_same_while_one_reads_and_while_it_grows() -> None:
    view, reply = shown([message(0, Role.USER, "Go")]), Reply()
    view.begin_reply(streaming(1), reply, Turn())
    reply.apply(TextDelta("# Head\n\nA [link](https://example.org/a).\n\n"))
    flush(view)
    before = inside(view)
    for words in ("More, ", "and more.\n\n## Next\n\n"):
        reply.apply(TextDelta(words))
        flush(view)
    now = inside(view)
    assert [one.text(NAME) for one in before] == ["Head", "A link.", "link, example.org"]
    assert len(now) > len(before)
    assert all(one in now for one in before)


def test_in_another_style_parts_are_where_they_are_then() -> None:
    view = shown([message(0, Role.USER, "Go"), answer("# Head\n\nText.")])
    assert not inside(view)[0].rect().isEmpty()
    view.set_style(Style(zoom=1.5))
    settle(view)
    assert inside(view)[0].text(NAME) == "Head"
    assert not inside(view)[0].rect().isEmpty()


def test_a_screen_reader_can_put_the_focus_on_a_message_and_on_what_can_be_done() -> None:
    view = shown([message(0, Role.USER, "Go"), answer("Yes.")])
    view.activateWindow()
    focus = QAccessibleActionInterface.setFocusAction()
    whole = QAccessible.queryAccessibleInterface(view)
    whole.child(0).actionInterface().doAction(focus)
    wait_for(lambda: view.reader.current == "m0")
    assert view.hasFocus()
    button = next(one for one in inside(view) if one.text(NAME) == "Ask for another answer")
    button.actionInterface().doAction(focus)
    wait_for(lambda: view.reader.focused == "regenerate")
    assert button.state().focused


def test_what_is_not_in_sight_is_not_exposed_as_if_it_were() -> None:
    view = shown([message(0, Role.USER, "Go"), answer("Yes.")])
    part = QAccessible.queryAccessibleInterface(view).child(1)
    assert not part.state().invisible
    view.hide()
    assert part.state().invisible
