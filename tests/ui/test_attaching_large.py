"""Photos and long texts on their way into a message: made smaller, turned, offered as files."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton

from chatgui.core.attaching import LARGEST_SIDE
from tests.support import files
from tests.ui.bringing import drop, notice_button, of_files, of_picture, paste, taken, tray, written
from tests.ui.conftest import showing, until


async def test_a_huge_photo_is_made_smaller_or_sent_whole(qapp: QApplication, profile: Path, tmp_path: Path) -> None:
    photo = files.image("jpeg", 3000, 1500)
    async with showing(qapp, profile) as (window, session):
        drop(window, of_files(written(tmp_path, "photo.jpeg", photo)))
        await taken(window)
        (small,) = tray(window).attachments
        assert (small.name, small.width, small.height) == ("photo.jpg", LARGEST_SIDE, LARGEST_SIDE // 2)
        content = await session.attachments.content(small)
        assert content is not None
        assert QImage.fromData(content).width() == LARGEST_SIDE
        assert window.stage.notices.words == "“photo.jpeg” was made smaller: 3000 × 1500 → 2048 × 1024."
        notice_button(window, "Use Full Size").click()
        await until(lambda: [one.width for one in tray(window).attachments] == [3000])
        assert await session.attachments.content(tray(window).attachments[0]) == photo


async def test_a_photo_stays_small_where_whole_ones_would_be_too_much_together(
    qapp: QApplication, profile: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = written(tmp_path, "photo.jpeg", files.image("jpeg", 3000, 1500))
    async with showing(qapp, profile) as (window, _):
        drop(window, of_files(photo))
        await taken(window)
        small = tray(window).attachments
        monkeypatch.setattr("chatgui.ui.attaching.intake.MOST_TOGETHER", small[0].size)
        notice_button(window, "Use Full Size").click()
        await until(lambda: "a message takes" in window.stage.notices.words)
        assert tray(window).attachments == small
        assert window.stage.composer.button.isEnabled()


async def test_a_photo_on_its_side_is_turned_and_its_place_stays_here(
    qapp: QApplication, profile: Path, tmp_path: Path
) -> None:
    place = b"GPS 38.7 N 9.1 W"
    lying = written(tmp_path, "lying.jpg", files.photo(400, 300, 6, "big", place))
    upright = written(tmp_path, "upright.jpg", files.photo(400, 300, 1, "big", place))
    async with showing(qapp, profile) as (window, session):
        drop(window, of_files(lying, upright))
        await taken(window, 2)
        assert [(one.width, one.height) for one in tray(window).attachments] == [(300, 400), (400, 300)]
        contents = [await session.attachments.content(one) for one in tray(window).attachments]
        assert contents[1] == files.image("jpeg", 400, 300)
        assert not any(content is None or place in content for content in contents)
        assert window.stage.notices.words == ""


async def test_a_bomb_within_the_limits_costs_the_child_not_us(
    qapp: QApplication, profile: Path, tmp_path: Path
) -> None:
    bomb = files.png(7_000, 7_000, b"\0\0\0")  # 147 MB of pixels in 150 kB
    async with showing(qapp, profile) as (window, _):
        began = time.process_time()
        drop(window, of_files(written(tmp_path, "bomb.png", bomb)))
        await until(lambda: "could not be made smaller" in window.stage.notices.words)
        assert time.process_time() - began < 2
        assert [one.width for one in tray(window).attachments] == [7_000]


async def test_a_long_paste_may_become_a_file(qapp: QApplication, profile: Path) -> None:
    text = "line 🌊\n" * 2_000
    async with showing(qapp, profile) as (window, session):
        editor = window.stage.composer.editor
        QTest.keyClicks(editor, "See: ")
        mime = QMimeData()
        mime.setText(text)
        paste(window, mime)
        assert editor.toPlainText() == "See: " + text, "as text, unless the user wants a file"
        notice_button(window, "Attach as File").click()
        await taken(window)
        assert editor.toPlainText() == "See: "
        (one,) = tray(window).attachments
        assert one.name == "Pasted text.txt"
        assert await session.attachments.content(one) == text.encode()


async def test_ten_megabytes_pasted_become_a_file_without_a_stall(qapp: QApplication, profile: Path) -> None:
    text = "0123456789abcde\n" * 600_000
    async with showing(qapp, profile) as (window, _):
        mime = QMimeData()
        mime.setText(text)
        began = time.process_time()
        paste(window, mime)
        assert time.process_time() - began < 0.25
        button = next(one for one in window.findChildren(QToolButton) if one.text() == "Attach as File")
        began = time.process_time()
        button.click()
        assert time.process_time() - began < 0.25
        await taken(window)
        assert tray(window).attachments[0].size == len(text)
        assert window.stage.composer.said().pasted == ()
        too_long = text * 2
        window.stage.composer.put_pasted(too_long)
        window.stage.composer.file_wanted.emit(0)
        await until(lambda: "the most that can be attached" in window.stage.notices.words)
        assert window.stage.composer.said().pasted == (too_long,), "what cannot be a file stays text"


def test_text_beside_a_picture_is_what_is_meant(qapp: QApplication) -> None:
    from chatgui.ui.attaching.offered import may_be_offered, offered

    cells = of_picture(files.png(8, 8))
    cells.setText("a\tb")
    assert not offered(cells)
    assert not may_be_offered(cells)
    page = QMimeData()
    page.setUrls([QUrl("https://example.invalid/a.png")])
    assert not offered(page)
    drawn = QMimeData()
    image = QImage(4, 4, QImage.Format.Format_RGB32)
    image.fill(QColor("red"))
    drawn.setImageData(image)
    assert offered(drawn)
