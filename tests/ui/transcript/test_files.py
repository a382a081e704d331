"""Files of messages: pictures of bounded height that keep their place, texts that fold open, a larger view, saving."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog

from chatgui.core.message import Attachment, Message, Role, Text
from chatgui.ui.attaching.offered import Offered
from chatgui.ui.dialogs.viewer import ViewerDialog
from chatgui.ui.transcript import files as rows
from chatgui.ui.transcript import shelf
from chatgui.ui.transcript.blocks import album
from chatgui.ui.transcript.chrome import Lookups
from chatgui.ui.transcript.files import FileRow, PicturesRow
from chatgui.ui.transcript.view import TranscriptView
from chatgui.ui.window import Window
from tests.support import files
from tests.ui.conftest import showing, until
from tests.ui.transcript.scenes import message, shown, wait_for

pytestmark = pytest.mark.usefixtures("qapp")


def picture(number: int, width: int = 800, height: int = 600) -> Attachment:
    return Attachment(f"{number:064x}", "image/png", f"{number}.png", 5_000, width, height)


def text_file(name: str = "notes.txt", digest: str = "f" * 64) -> Attachment:
    return Attachment(digest, "text/plain", name, 600)


def with_files(*attachments: Attachment, text: str = "Look") -> Message:
    return replace(message(0, Role.USER, text), parts=(*attachments, Text(text)))


def row_of(view: TranscriptView, kind: type[PicturesRow | FileRow]) -> PicturesRow | FileRow:
    return next(row for row in view.page.item(0).rows if isinstance(row, kind))


@pytest.mark.parametrize(("width", "height"), [(800, 600), (100, 4000), (6000, 100), (3, 3), (0, 0)])
def test_a_picture_is_of_bounded_height_and_width(width: int, height: int) -> None:
    row = row_of(shown([with_files(picture(1, width, height))]), PicturesRow)
    (action,) = row.actions()
    assert 28 <= action.rect.height() <= rows.ALONE
    assert 28 <= action.rect.width() <= row.width


def test_several_stand_side_by_side_then_below_each_other() -> None:
    row = row_of(shown([with_files(*(picture(n) for n in range(12)))]), PicturesRow)
    boxes = [action.rect for action in row.actions()]
    assert len({box.top() for box in boxes}) > 1
    assert boxes[0].top() == boxes[1].top()
    assert all(box.right() <= row.width + 1 for box in boxes)
    assert not any(a.intersects(b) for a in boxes for b in boxes if a is not b)


def test_nothing_moves_when_a_picture_comes() -> None:
    fetched: list[Attachment] = []
    one = picture(0xA1, 8, 8)
    view = shown([with_files(one, text="Under it")], lookups=Lookups(fetch=fetched.append))
    view.grab()
    assert one in fetched
    before = [(placed.y, placed.height) for placed in view.page.placed]
    album.supply(shelf.address(one), files.png(8, 8))
    wait_for(lambda: isinstance(album.look(shelf.address(one), view.refresh), QImage))
    view.grab()
    assert [(placed.y, placed.height) for placed in view.page.placed] == before


def test_the_guess_of_the_height_is_the_height() -> None:
    one = with_files(*(picture(n) for n in range(5)), text_file())
    view = shown([one])
    row = row_of(view, PicturesRow)
    file = row_of(view, FileRow)
    assert rows.files_height(one, view.page.measure, view.page.style) == row.height + file.height + rows.BELOW


def test_a_picture_that_is_gone_says_so() -> None:
    one = picture(0xB2)
    album.tell(shelf.address(one), album.Told("This file is no longer in the library."))
    view = shown([with_files(one)])
    view.grab()  # and asks for nothing


def test_a_text_folds_open_and_shut() -> None:
    fetched: list[Attachment] = []
    one = text_file(digest="c" * 64)
    view = shown([with_files(one)], lookups=Lookups(fetch=fetched.append))
    row = row_of(view, FileRow)
    assert isinstance(row, FileRow)
    folded = row.height
    assert row.actions()[0].words == "File notes.txt, text, 600 bytes. Show its text"
    view.do(view.messages[0].id, f"fold_file:{one.sha256}")
    assert fetched == [one] * len(fetched)
    assert fetched
    shelf.supply(one, shelf.excerpt("".join(f"line {n}\n" for n in range(100))))
    wait_for(lambda: row.height > folded + shelf.SHOWN * 10)
    assert [action.label for action in row.actions()] == ["", "Show all", "Save as…"]
    assert row.actions()[0].words.endswith("Hide its text")
    view.grab()
    view.do(view.messages[0].id, f"fold_file:{one.sha256}")
    wait_for(lambda: row.height == folded)


@pytest.mark.parametrize(
    ("text", "lines", "total"),
    [
        ("", 0, 0),
        ("a", 1, 1),
        ("a\n", 1, 1),
        ("a\nb", 2, 2),
        ("x\n" * 1000, shelf.SHOWN, 1000),
        ("y" * 9_000_000, 1, 1),
    ],
)
def test_an_excerpt_is_short_whatever_the_text(text: str, lines: int, total: int) -> None:
    found = shelf.excerpt(text)
    assert (len(found.lines), found.total) == (lines, total)
    assert all(len(line) <= shelf.LONGEST for line in found.lines)


def test_pictures_have_names_and_can_be_reached_by_keyboard() -> None:
    view = shown([with_files(picture(1, 40, 30))])
    (action,) = row_of(view, PicturesRow).actions()
    assert action.words == "Image 1.png, PNG image, 40 × 30, 5.0 kB. Show larger"
    asked: list[tuple[str, str]] = []
    view.action_requested.connect(lambda *what: asked.append(what))
    view.do(view.messages[0].id, action.name)
    assert asked == [(view.messages[0].id, f"open_file:{picture(1).sha256}")]


def test_a_message_of_pictures_alone_can_be_read_clicked_and_copied() -> None:
    view = shown([replace(message(0, Role.USER, "x"), parts=(picture(1, 40, 30), picture(2, 40, 30)))])
    QAccessible.setActive(True)
    try:
        whole = QAccessible.queryAccessibleInterface(view)
        said = whole.child(0)
        names = [said.child(n).text(QAccessible.Text.Name) for n in range(said.childCount())]
        assert [name for name in names if name.startswith("Image ")] == [
            f"Image {n}.png, PNG image, 40 × 30, 5.0 kB. Show larger" for n in (1, 2)
        ]
    finally:
        QAccessible.setActive(False)
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.viewport().rect().center())
    view.setFocus()
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Tab, Qt.Key.Key_Home, Qt.Key.Key_End):
        QTest.keyClick(view, key)
    view.select_all()
    view.copy()
    view.grab()


def test_thousands_of_pictures_cost_what_is_in_sight() -> None:
    looked: list[str] = []
    fetch = Lookups(fetch=lambda one: looked.append(one.sha256))
    talk = [replace(with_files(picture(n + 1)), id=f"m{n}") for n in range(2_000)]
    view = shown(talk, lookups=fetch)
    view.grab()
    assert 0 < len(looked) < 20


async def sent(window: Window, *paths: Path) -> Message:
    """A message with these files, answered by the demo."""
    window._intake.take(Offered(paths))
    await until(lambda: len(window.stage.composer.tray.attachments) == len(paths))
    window.stage.composer._send()
    shown_talk = window.conversation_bound
    await until(lambda: shown_talk.last(Role.ASSISTANT) and shown_talk.turn is None)
    assert shown_talk.conversation is not None
    return shown_talk.conversation.messages[shown_talk.last(Role.USER)]


async def test_in_the_window_pictures_come_open_larger_and_are_saved(
    qapp: QApplication, profile: Path, tmp_path: Path
) -> None:
    content = files.image("png", 900, 700)
    (tmp_path / "a b.png").write_bytes(content)
    (tmp_path / "c.txt").write_text("words\n" * 50)
    async with showing(qapp, profile) as (window, _):
        said = await sent(window, tmp_path / "a b.png", tmp_path / "c.txt")
        one, text = [part for part in said.parts if isinstance(part, Attachment)]
        album._images.clear()  # as after a restart
        window.stage.view.to_start()
        window.stage.view.grab()
        await until(lambda: isinstance(album.look(shelf.address(one), window.stage.view.refresh), QImage))
        window.conversation_bound._stage.view.do(said.id, f"open_file:{one.sha256}")
        await until(lambda: [d for d in window.findChildren(QDialog) if isinstance(d, ViewerDialog)])
        (viewer,) = (d for d in window.findChildren(QDialog) if isinstance(d, ViewerDialog))
        await until(lambda: not viewer.canvas.image.isNull())
        assert viewer.canvas.image.width() == 900
        assert viewer.canvas.accessibleName().startswith("a b.png, PNG image, 900 × 700")
        viewer.copy.click()
        assert QApplication.clipboard().image().width() == 900
        QApplication.clipboard().clear()
        QTest.keyClick(viewer, Qt.Key.Key_Escape)
        window.stage.view.do(said.id, f"fold_file:{text.sha256}")
        await until(lambda: (found := shelf.look(text, window.stage.view.refresh)) and found.total == 50)
        window.stage.view.do(said.id, f"save_file:{one.sha256}")
        await until(lambda: window.findChildren(QFileDialog))
        chooser = window.findChildren(QFileDialog)[0]
        chooser.fileSelected.emit(str(tmp_path / "out.png"))
        chooser.reject()
        await until(lambda: window.stage.notices.words == "Saved as “out.png”.")
        assert (tmp_path / "out.png").read_bytes() == content
