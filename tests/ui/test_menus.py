"""A menu wherever one right-clicks: for what lies there, in one order, with the keys that do the same."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import QBuffer, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu, QWidget

from chatgui.core.change import LibraryChanged
from chatgui.core.message import Role
from chatgui.core.usage import UNKNOWN
from chatgui.store import conversations
from chatgui.ui.menus import ContextMenu
from chatgui.ui.transcript.blocks import album
from chatgui.ui.transcript.rows import BlockRow
from chatgui.ui.transcript.view import TranscriptView
from chatgui.ui.window import Window
from tests.store.samples import answer, conversation, user
from tests.ui.conftest import showing, until


def picture() -> str:
    """An address that holds its image."""
    image, buffer = QImage(40, 30, QImage.Format.Format_RGB32), QBuffer()
    image.fill(Qt.GlobalColor.red)
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stubs know bytes only
    return f"data:image/png;base64,{base64.b64encode(buffer.data().data()).decode()}"


PICTURE = picture()
TEXT = f"""See [the docs](https://example.org/a).

```python
print("first")
```

- in a list

  ```sh
  echo second
  ```

| a | b |
|---|---|
| 1 | 2 |

$$x^2$$

![dot]({PICTURE})
"""


def entries(menu: QMenu) -> list[str]:
    """Its words, `-` for a line; the keys of the first five letters are left to their own test."""
    made = ["-" if one.isSeparator() else one.text().partition("\t")[0] for one in menu.actions()]
    return [one for at, one in enumerate(made) if one != "-" or (at and made[at - 1] != "-" and at + 1 < len(made))]


def keys(menu: QMenu) -> dict[str, str]:
    """The keys each entry shows."""
    pairs = (one.text().partition("\t") for one in menu.actions())
    return {words: shown for words, _, shown in pairs if shown}


def asked(widget: QWidget, at: QPoint) -> QMenu:
    """The menu that opens for a right click."""
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, widget.mapToGlobal(at))
    QApplication.sendEvent(widget, event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def pick(menu: QMenu, words: str) -> None:
    """Choose an entry and close, as a click does."""
    next(one for one in menu.actions() if one.text().partition("\t")[0] == words).trigger()
    menu.close()


def place_of(view: TranscriptView, kind: str, number: int = 0) -> QPoint:
    """In the middle of a block of this kind, scrolled into sight."""
    for index in range(len(view.messages)):
        rows = [row for row in view.page.item(index).rows if isinstance(row, BlockRow) and row.source.kind == kind]
        if rows:
            view.page.reveal(index, rows[number].start, 0)
            view.refresh()
            found = next(one for one in view.page.placed if one.row is rows[number])
            return QPoint(
                view.page.measure.left + 6, found.y + rows[number].space + (found.height - rows[number].space) // 2
            )
    raise AssertionError(kind)


async def open_talk(window: Window) -> str:
    """A conversation with everything in it, shown; the id of its answer."""
    one = conversation("Everything")
    first = user("Show me everything", None)
    said = answer(TEXT, first.id, usage=UNKNOWN)
    one.add(first)
    one.add(said)
    one.tip = said.id
    assert window.session is not None
    await window.session._db.write(conversations.create, one)
    window.session.changed.emit(LibraryChanged(one.id))
    window.verbs_bound.open(one.id)
    await until(lambda: len(window.stage.view.messages) == 2)
    return said.id


ANSWER = ["Copy Message", "Copy as Markdown", "Copy Link to Message", "Quote", "-", "Edit Answer", "Answer Again", "Fork to New Conversation", "-", "Request Details", "-", "Delete Message",
          "-", "Select All"]  # fmt: skip


async def test_the_transcripts_menu_begins_with_what_lies_there(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile, (1200, 900)) as (window, _):
        await open_talk(window)
        view = window.stage.view
        for kind, number, first in (
            ("paragraph", 0, ["Open Link", "Copy Link"]),
            ("code", 0, ["Copy Code"]),
            ("item", 0, ["Copy Code"]),
            ("table", 0, ["Copy Table"]),
            ("math", 0, ["Copy Formula"]),
        ):
            at = place_of(view, kind, number)
            if kind == "paragraph":
                row = next(one.row for one in view.page.placed if one.row.links())
                at.setX(view.page.measure.left + round(row.links()[0].rect.center().x()))
            menu = asked(view.viewport(), at)
            assert entries(menu) == [*first, "-", *ANSWER], kind
            menu.close()
        menu = asked(view.viewport(), place_of(view, "item"))
        pick(menu, "Copy Code")
        assert QApplication.clipboard().text().strip() == "echo second"
        pick(asked(view.viewport(), place_of(view, "table")), "Copy Table")
        assert "| 1 | 2 |" in bytes(QApplication.clipboard().mimeData().data("text/markdown").data()).decode()
        QApplication.clipboard().clear()


async def test_an_image_can_be_copied_and_saved(qapp: QApplication, profile: Path) -> None:
    album._images.clear()  # a test before may have ended while it was being decoded
    async with showing(qapp, profile, (1200, 900)) as (window, _):
        await open_talk(window)
        view = window.stage.view
        at = place_of(view, "paragraph", 1)
        await until(lambda: isinstance(album._images.get(PICTURE), QImage))
        view.refresh(anew=True)
        menu = asked(view.viewport(), QPoint(at.x() - 6, at.y()))
        assert entries(menu)[:2] == ["Copy Image", "Save Image As…"]
        pick(menu, "Save Image As…")
        (chooser,) = window.findChildren(QFileDialog)
        chooser.fileSelected.emit(str(profile / "here.png"))
        await until(lambda: window.stage.notices.words == "Saved as “here.png”.")
        assert QImage(str(profile / "here.png")).width() == 40
        chooser.fileSelected.emit(str(profile / "no" / "here.png"))
        await until(lambda: window.stage.notices.words == "Not saved: No such file or directory.")
        chooser.reject()


async def test_a_selection_is_copied_and_ones_own_words_are_edited(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile, (1200, 900)) as (window, _):
        await open_talk(window)
        view = window.stage.view
        view.select_all()
        view.to_start()
        menu = asked(view.viewport(), QPoint(view.page.measure.left + 4, view.page.placed[1].y + 4))
        assert entries(menu) == ["Copy Selection", "-", "Copy Message", "Copy as Markdown", "Copy Link to Message", "Quote", "-", "Edit",
                                 "Answer Again", "Fork to New Conversation", "-", "Delete Message", "-", "Select All"]  # fmt: skip
        assert keys(menu) == {"Copy Selection": "Ctrl+C", "Select All": "Ctrl+A"}
        menu.close()


async def test_keys_are_shown_where_they_do_the_same(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile, (1200, 900)) as (window, session):
        await open_talk(window)
        await session.change_settings(shortcuts={"regenerate": ("Ctrl+Alt+R",)})
        menu = asked(window.stage.view.viewport(), place_of(window.stage.view, "math"))
        assert keys(menu)["Answer Again"] == "Ctrl+Alt+R"
        menu.close()
        await until(lambda: window.sidebar.model.total == 1)
        window.sidebar.list.customContextMenuRequested.emit(QPoint(20, window.sidebar.list.sizeHintForRow(0) - 8))
        menu = cast("QMenu", QApplication.activePopupWidget())
        assert entries(menu) == [
            "Rename",
            "Pin",
            "Archive",
            "-",
            "Move to Folder",
            "Tags",
            "Duplicate",
            "Export…",
            "-",
            "Delete",
        ]
        assert keys(menu) == {"Rename": "F2", "Pin": "Ctrl+Shift+P", "Archive": "Ctrl+Shift+H", "Export…": "Ctrl+Shift+E",
                              "Delete": "Del"}  # fmt: skip
        menu.close()


async def test_what_was_thought_has_a_menu(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile, (1200, 900)) as (window, session):
        await session.send(window.conversation_bound.id, "How do tides work?")
        await until(lambda: window.conversation_bound.turn is None and window.side.views[0].messages)
        view = window.side.views[0]
        thought = window.conversation_bound.last(Role.ASSISTANT)
        menu = asked(view.viewport(), QPoint(30, 30))
        assert entries(menu) == ["Copy Reasoning", "Quote", "-", "Go to Answer", "-", "Select All"]
        pick(menu, "Quote")
        assert window.stage.composer.editor.toPlainText().startswith("> ")
        menu = asked(view.viewport(), QPoint(30, 30))
        pick(menu, "Go to Answer")
        assert window.stage.view.picture.flash == thought


async def test_title_model_and_composer_have_menus(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile, (1200, 900)) as (window, _):
        await open_talk(window)
        header = window.stage.header
        header.title.customContextMenuRequested.emit(QPoint(5, 5))
        menu = cast("QMenu", QApplication.activePopupWidget())
        assert {"Rename", "Pin or Unpin", "Archive", "Delete", "Export…"} <= set(entries(menu))
        menu.close()
        header.model.customContextMenuRequested.emit(QPoint(5, 5))
        menu = cast("QMenu", QApplication.activePopupWidget())
        assert entries(menu) == ["Choose Model", "Parameters…", "Accounts…", "-", "Copy Model Name"]
        pick(menu, "Copy Model Name")
        assert QApplication.clipboard().text() == header.model_name != ""
        editor = window.stage.composer.editor
        menu = editor.createStandardContextMenu()
        assert {"Undo", "Cut", "Copy", "Paste", "Select All"} <= {one.replace("&", "") for one in entries(menu)}
        menu.deleteLater()


async def test_a_folder_is_renamed_and_emptied(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile, (1200, 900)) as (window, session):
        await open_talk(window)
        here = window.conversation_bound.id
        await session.library.move([here], "Sea")
        await until(lambda: window.sidebar.places.count() == 2)
        assert place_menu_of(window) is None
        window.sidebar.places.setCurrentIndex(1)
        menu = place_menu_of(window)
        assert menu is not None
        assert entries(menu) == ["Rename Folder…", "Take Everything Out", "-", "Archive All", "Export All…"]
        pick(menu, "Take Everything Out")
        await until(lambda: window.sidebar.places.count() == 1)
        await session.library.undo()
        assert (await session.library.summary(here)).folder == "Sea"


def place_menu_of(window: Window) -> QMenu | None:
    window.sidebar.places.customContextMenuRequested.emit(QPoint(5, 5))
    menu = QApplication.activePopupWidget()
    return menu if isinstance(menu, QMenu) else None


@pytest.mark.usefixtures("qapp")
def test_a_menu_without_a_window_shows_no_keys() -> None:
    parent = QWidget()
    menu = ContextMenu(parent)
    assert menu.do("Words", parent.show, "rename").text() == "Words"
    assert menu.testAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)


async def test_shift_f10_opens_the_menu_of_what_has_the_focus(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile, (1200, 900)) as (window, _):
        window.activateWindow()
        await open_talk(window)
        view = window.stage.view
        view.setFocus(Qt.FocusReason.TabFocusReason)
        view.reader.set_current(view.messages[0].id)
        QTest.keyClick(view, Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        assert "Edit" in entries(menu)
        menu.close()
