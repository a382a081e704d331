"""Files pasted, dropped and chosen in the real window: chips, refusals in words, drafts, and what the server gets."""

from __future__ import annotations

import asyncio
import base64
import os
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QToolButton

from chatgui.chat.session import Session
from chatgui.core.account import Account, KeySource, Model
from chatgui.core.ids import new_id
from chatgui.core.message import Role
from chatgui.ui.transcript.blocks import album
from chatgui.ui.window import Window
from tests.support import files
from tests.support.scripted import head, scripted, sse
from tests.ui.bringing import drop, of_files, of_picture, paste, taken, tray, written
from tests.ui.conftest import showing, until

GOOD = [head(), *sse({"choices": [{"index": 0, "delta": {"content": "Hello"}, "finish_reason": "stop"}]})]
Key = Qt.Key


async def at_server(window: Window, session: Session, url: str, **model: Any) -> None:
    account = Account(new_id(), "Scripted", url, key_source=KeySource.NONE, default_model="m")
    await session.accounts.add(account)
    if model:
        await session.accounts.keep_models(account.id, [Model("m", **model)])
    await session.choose_model(window.conversation_bound.id, account.id, "m")
    window.conversation_bound.show_head()


async def test_what_is_dropped_and_pasted_is_what_the_server_gets(
    qapp: QApplication, profile: Path, tmp_path: Path
) -> None:
    photo, picture = files.image("jpeg", 40, 30), files.png(8, 8)
    async with scripted(GOOD) as server, showing(qapp, profile) as (window, session):
        await at_server(window, session, server.base_url)
        notes = written(tmp_path, "notes.md", b"# Notes\n")
        assert drop(window, of_files(written(tmp_path, "photo.jpg", photo), notes))
        await taken(window, 2)
        paste(window, of_picture(picture))
        await taken(window, 3)
        QTest.keyClicks(window.stage.composer.editor, "Look")
        QTest.keyClick(window.stage.composer.editor, Key.Key_Return)
        request = await server.asked()
        jpeg, png = (
            {"type": "image_url", "image_url": {"url": f"data:image/{kind};base64,{base64.b64encode(one).decode()}"}}
            for kind, one in (("jpeg", photo), ("png", picture))
        )
        assert request.json["messages"][-1]["content"] == [
            jpeg,
            {"type": "text", "text": "notes.md:\n```\n# Notes\n```"},
            png,
            {"type": "text", "text": "Look"},
        ]
        await until(lambda: window.conversation_bound.turn is None)
        assert not tray(window).isVisible()


async def test_a_picture_alone_can_be_sent(qapp: QApplication, profile: Path) -> None:
    async with scripted(GOOD) as server, showing(qapp, profile) as (window, session):
        await at_server(window, session, server.base_url)
        assert not window.stage.composer.button.isEnabled()
        paste(window, of_picture(files.png(8, 8)))
        await taken(window)
        assert window.stage.composer.button.isEnabled()
        QTest.mouseClick(window.stage.composer.button, Qt.MouseButton.LeftButton)
        assert len((await server.asked()).json["messages"][-1]["content"]) == 1


async def test_a_picture_from_the_clipboard_is_pasted(qapp: QApplication, profile: Path) -> None:
    drawn = QImage(30, 20, QImage.Format.Format_RGB32)
    drawn.fill(QColor("teal"))
    async with showing(qapp, profile) as (window, session):
        qapp.clipboard().setImage(drawn)
        window.stage.composer.editor.paste()
        qapp.clipboard().clear()
        await taken(window)
        (one,) = tray(window).attachments
        assert (one.name, one.media_type, one.width, one.height) == ("Pasted picture.png", "image/png", 30, 20)
        content = await session.attachments.content(one)
        assert content is not None
        assert QImage.fromData(content).pixelColor(3, 3) == QColor("teal")


async def test_chips_say_what_they_are_and_go_by_keyboard(qapp: QApplication, profile: Path, tmp_path: Path) -> None:
    async with showing(qapp, profile) as (window, _):
        window.activateWindow()
        drop(window, of_files(written(tmp_path, "a.png", files.png(60, 40)), written(tmp_path, "b.txt", b"words")))
        await taken(window, 2)
        first, second = tray(window).chips
        assert first.face.accessibleName().startswith("Attachment a.png, PNG image, 60 × 40, ")
        assert second.face.accessibleName() == "Attachment b.txt, text, 5 bytes"
        assert [one.remove.accessibleName() for one in (first, second)] == ["Remove a.png", "Remove b.txt"]
        await until(lambda: not first.face._picture.isNull())
        first.face.setFocus()
        QTest.keyClick(first.face, Key.Key_Delete)
        assert [one.name for one in tray(window).attachments] == ["b.txt"]
        assert second.face.hasFocus()
        QTest.mouseClick(second.remove, Qt.MouseButton.LeftButton)
        assert not tray(window).isVisible()


async def test_what_cannot_be_attached_is_refused_in_words(
    qapp: QApplication, profile: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    files.hole(tmp_path / "five.iso", request)
    async with showing(qapp, profile) as (window, _):
        for path, words in (
            (tmp_path / "folder", "“folder” is a folder. Choose the files in it."),
            (tmp_path / "pipe", "“pipe” is a pipe, not a file."),
            (Path("/dev/zero"), "“zero” is a device, not a file."),
            (tmp_path / "five.iso", "“five.iso” has 5.0 GB"),
            (written(tmp_path, "bomb.png", files.bomb(50_000, 50_000)), "“bomb.png” has 50,000 × 50,000 pixels"),
            (written(tmp_path, "x.bin", bytes(range(256)) * 9), "“x.bin” is neither an image nor text"),
        ):
            drop(window, of_files(path))
            await until(lambda words=words: window.stage.notices.words.startswith(words))  # type: ignore[misc]
        assert tray(window).chips == []


async def test_several_refusals_are_told_together(qapp: QApplication, profile: Path, tmp_path: Path) -> None:
    async with showing(qapp, profile) as (window, _):
        paths = [written(tmp_path, f"{n}.bin", b"") for n in range(5)]
        drop(window, of_files(written(tmp_path, "good.txt", b"words"), *paths))
        await until(lambda: "3 more were refused or not made smaller" in window.stage.notices.words)
        assert [one.name for one in tray(window).attachments] == ["good.txt"]


async def test_drafts_keep_their_files_over_a_switch_and_a_restart(
    qapp: QApplication, profile: Path, tmp_path: Path
) -> None:
    async with showing(qapp, profile) as (window, session):
        first = window.conversation_bound.id
        drop(window, of_files(written(tmp_path, "a.txt", b"words")))
        await taken(window)
        await window.conversation_bound.open_new()
        assert window.conversation_bound.id != first
        assert tray(window).chips == []
        await window.conversation_bound.open(first)
        assert [one.name for one in tray(window).attachments] == ["a.txt"]
    async with showing(qapp, profile) as (window, session):
        await window.conversation_bound.open(first)
        (kept,) = tray(window).attachments
        assert kept.name == "a.txt"
        assert await session.attachments.content(kept) == b"words"


async def test_the_picture_of_a_draft_comes_back_after_a_restart(
    qapp: QApplication, profile: Path, tmp_path: Path
) -> None:
    async with showing(qapp, profile) as (window, _):
        here = window.conversation_bound.id
        drop(window, of_files(written(tmp_path, "a.png", files.image("png", 90, 60))))
        await taken(window)
    album._images.clear()
    async with showing(qapp, profile) as (window, _):
        await window.conversation_bound.open(here)
        (chip,) = tray(window).chips
        await until(lambda: not chip.face._picture.isNull())


async def test_a_file_still_being_read_goes_into_the_draft_that_was_left(
    qapp: QApplication, profile: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = asyncio.Event()
    async with showing(qapp, profile) as (window, session):
        first = window.conversation_bound.id
        honest = session.attachments.keep

        async def slow(loose: Any) -> Any:
            await go_on.wait()
            return await honest(loose)

        monkeypatch.setattr(session.attachments, "keep", slow)
        QTest.keyClicks(window.stage.composer.editor, "half a")
        drop(window, of_files(written(tmp_path, "a.txt", b"words")))
        await until(lambda: tray(window).is_reading)
        assert not window.stage.composer.button.isEnabled(), "nothing goes out before its files are read"
        await window.conversation_bound.open_new()
        go_on.set()
        conversation = await session.conversation(first)
        await until(lambda: conversation.draft_attachments)
        assert conversation.draft == "half a"
        assert tray(window).chips == []


async def test_one_left_and_come_back_to_has_its_file_and_one_taken_out_has_not(
    qapp: QApplication, profile: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = asyncio.Event()
    async with showing(qapp, profile) as (window, session):
        first, honest = window.conversation_bound.id, session.attachments.keep

        async def slow(loose: Any) -> Any:
            await go_on.wait()
            return await honest(loose)

        monkeypatch.setattr(session.attachments, "keep", slow)
        QTest.keyClicks(window.stage.composer.editor, "half a")
        drop(window, of_files(written(tmp_path, "a.txt", b"words"), written(tmp_path, "b.txt", b"more")))
        tray(window).remove(tray(window).chips[1])
        await window.conversation_bound.open_new()
        await window.conversation_bound.open(first)
        go_on.set()
        await taken(window)
        assert [one.name for one in tray(window).attachments] == ["a.txt"]


async def test_whatever_goes_wrong_no_chip_waits_for_ever(
    qapp: QApplication, profile: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expect_log: Any
) -> None:
    async with showing(qapp, profile) as (window, session):

        async def broken(_: Any) -> Any:
            raise ValueError("a bug")

        monkeypatch.setattr(session.attachments, "keep", broken)
        expect_log("a task of the window failed")
        drop(window, of_files(written(tmp_path, "a.txt", b"words")))
        await until(lambda: "went wrong" in window.stage.notices.words)
        assert tray(window).chips == []


async def test_a_message_that_waits_keeps_its_files(qapp: QApplication, profile: Path, tmp_path: Path) -> None:
    go_on = asyncio.Event()
    async with scripted([head(), go_on, *GOOD[1:]]) as server, showing(qapp, profile) as (window, session):
        await at_server(window, session, server.base_url)
        await window.conversation_bound.send("one")
        await server.asked()
        drop(window, of_files(written(tmp_path, "a.txt", b"words")))
        await taken(window)
        window.stage.composer.editor.setPlainText("two")
        window.stage.composer._send()
        await until(lambda: session.drafts.waiting(window.conversation_bound.id))
        assert tray(window).chips == []
        back = next(one for one in window.findChildren(QToolButton) if one.accessibleName() == "Take back")
        QTest.mouseClick(back, Qt.MouseButton.LeftButton)
        assert [one.name for one in tray(window).attachments] == ["a.txt"]
        window.stage.composer._send()
        await until(lambda: session.drafts.waiting(window.conversation_bound.id))
        go_on.set()
        assert "a.txt" in str((await server.asked(2)).json["messages"][-1]["content"])
        await until(lambda: window.conversation_bound.turn is None)


async def test_editing_a_message_brings_its_files_back(qapp: QApplication, profile: Path, tmp_path: Path) -> None:
    async with scripted(GOOD) as server, showing(qapp, profile) as (window, session):
        await at_server(window, session, server.base_url)
        drop(window, of_files(written(tmp_path, "a.txt", b"words"), written(tmp_path, "b.txt", b"more")))
        await taken(window, 2)
        window.stage.composer._send()
        await until(lambda: window.conversation_bound.last(Role.ASSISTANT) and not window.conversation_bound.turn)
        window.stage.view.do(window.conversation_bound.last(Role.USER), "edit")
        assert [one.name for one in tray(window).attachments] == ["a.txt", "b.txt"]
        tray(window).remove(tray(window).chips[0])
        window.stage.composer._send()
        assert (await server.asked(2)).json["messages"][-1]["content"] == "b.txt:\n```\nmore\n```"
        await until(lambda: not window.conversation_bound.turn)


async def test_a_blind_model_is_told_before_sending(qapp: QApplication, profile: Path) -> None:
    async with scripted(GOOD) as server, showing(qapp, profile) as (window, session):
        await at_server(window, session, server.base_url, vision=False)
        paste(window, of_picture(files.png(8, 8)))
        await taken(window)
        notes = window.stage.composer.notes
        assert notes.text() == "m does not see images, says Scripted: it will be sent their names only."
        tray(window).remove(tray(window).chips[0])
        assert notes.text() == ""


async def test_the_button_opens_a_dialog_that_blocks_nothing(qapp: QApplication, profile: Path, tmp_path: Path) -> None:
    async with showing(qapp, profile) as (window, _):
        window.actions_by_id["attach"].trigger()
        await until(lambda: window.findChildren(QFileDialog))
        chooser = window.findChildren(QFileDialog)[0]
        assert chooser.fileMode() == QFileDialog.FileMode.ExistingFiles
        chooser.filesSelected.emit([str(written(tmp_path, "a.txt", b"words"))])
        chooser.reject()
        await taken(window)
        assert window.stage.composer.attach.accessibleName() == "Attach files…"


async def test_the_same_file_stands_there_once_and_twenty_at_most(
    qapp: QApplication, profile: Path, tmp_path: Path
) -> None:
    async with showing(qapp, profile) as (window, _):
        one = written(tmp_path, "a.txt", b"words")
        drop(window, of_files(one, one))
        await taken(window)
        drop(window, of_files(*(written(tmp_path, f"{n}.txt", b"%d" % n) for n in range(25))))
        await taken(window, 20)
        assert window.stage.notices.words == "A message takes 20 files at most."
        assert tray(window).height() < 140
