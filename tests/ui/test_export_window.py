"""The export dialog: a true preview, options that count, progress, cancel, no file replaced without a question."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtWidgets import QApplication, QMessageBox

from chatgui.chat.session import Session
from chatgui.exchange.codec import Entry
from chatgui.exchange.exporters import FORMATS, by_name
from chatgui.ui.dialogs.export import ExportDialog
from chatgui.ui.window import Window
from tests.exchange.library import answered, asked, conversation
from tests.ui.conftest import showing, until


async def with_library(session: Session, count: int = 1) -> list[str]:
    made = []
    for number in range(count):
        one = conversation(
            asked(),
            answered("It is the **moon**.", reasoning="Gravity pulls."),
            title=f"Tides {number}",
            system="Be brief.",
        )
        one.id = f"c{number}"
        made.append(Entry(one))
    await session.archive.merge(made)
    return [entry.conversation.id for entry in made]


def opened(window: Window, ids: list[str]) -> ExportDialog:
    return cast("ExportDialog", window.verbs._dialogs.open("export", ids))


def files(folder: Path) -> list[str]:
    return sorted(name for name in os.listdir(folder) if name.endswith((".md", ".part", "out")))


def choose(dialog: ExportDialog, name: str) -> None:
    dialog._format.setCurrentIndex([one.name for one in FORMATS].index(name))


async def test_the_preview_is_the_beginning_of_the_file(qapp: QApplication, profile: Path) -> None:
    """Word for word for text, the page for what is set on pages; every option shows at once."""
    async with showing(qapp, profile) as (window, session):
        ids = await with_library(session)
        dialog = opened(window, ids)
        entry = await session.archive.entry(ids[0])
        for name in ("markdown", "text", "json"):
            choose(dialog, name)
            whole = by_name(name).export_entry(entry, dialog.options()).decode()
            await until(lambda whole=whole: dialog.preview.text.toPlainText() == whole.replace("\u2028", "\n"))
        choose(dialog, "markdown")
        for part, sign in {
            "reasoning": "Gravity pulls.",
            "usage": "30 in all",
            "timestamps": "2026-11-20",
            "system": "Be brief.",
        }.items():
            await until(lambda sign=sign: sign in dialog.preview.text.toPlainText())
            dialog._parts[part].setChecked(False)
            await until(lambda sign=sign: sign not in dialog.preview.text.toPlainText())
        dialog._parts["front_matter"].setChecked(True)
        await until(lambda: dialog.preview.text.toPlainText().startswith("---"))
        for name in ("pdf", "html", "docx"):
            choose(dialog, name)
            await until(lambda: dialog.preview.current is not dialog.preview.text)
            assert dialog.preview.page.pixmap().width() > 250
            choose(dialog, "markdown")
            await until(lambda: dialog.preview.current is dialog.preview.text)
        dialog.close()


async def test_options_without_a_difference_cannot_be_chosen(qapp: QApplication, profile: Path) -> None:
    """JSON has everything; front matter is Markdown's."""
    async with showing(qapp, profile) as (window, session):
        dialog = opened(window, await with_library(session))
        choose(dialog, "json")
        assert [name for name, box in dialog._parts.items() if box.isEnabled()] == ["reasoning"]
        assert dialog._parts["front_matter"].isHidden()
        choose(dialog, "markdown")
        assert all(box.isEnabled() and not box.isHidden() for box in dialog._parts.values())
        assert dialog._one_file.isHidden()
        dialog._all.setChecked(True)
        assert not dialog._one_file.isHidden()
        dialog.close()


async def test_files_that_are_there_are_replaced_only_after_a_question(
    qapp: QApplication, profile: Path, tmp_path: Path
) -> None:
    """Saying no leaves them as they are."""
    async with showing(qapp, profile) as (window, session):
        ids = await with_library(session, 3)
        dialog = opened(window, ids)
        (tmp_path / "Tides 1.md").write_text("mine")
        await dialog._ask_and_write(ids, by_name("markdown"), tmp_path)
        (box,) = dialog.findChildren(QMessageBox)
        assert "One of the files is there already." in box.text()
        box.reject()
        assert files(tmp_path) == ["Tides 1.md"]
        await dialog._ask_and_write(ids, by_name("markdown"), tmp_path)
        box = dialog.findChildren(QMessageBox)[-1]
        next(button for button in box.buttons() if button.text() == "Replace").click()
        await until(lambda: "Exported" in window.stage.notices.words)
        assert "moon" in (tmp_path / "Tides 1.md").read_text()
        assert files(tmp_path) == ["Tides 0.md", "Tides 1.md", "Tides 2.md"]


async def test_cancelled_nothing_is_left_and_the_dialog_stays(
    qapp: QApplication, profile: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first Cancel ends the writing, the second closes."""
    async with showing(qapp, profile) as (window, session):
        ids = await with_library(session, 3)
        dialog = opened(window, ids)
        entry, reached = session.archive.entry, asyncio.Event()

        async def slow(one: str) -> Entry:
            if one == "c1":
                reached.set()
                await asyncio.Event().wait()
            return await entry(one)

        monkeypatch.setattr(session.archive, "entry", slow)
        dialog._start(ids, by_name("markdown"), tmp_path / "out")
        await reached.wait()
        assert dialog._bar.value() == 1
        assert "1 of 3" in dialog._state.text()
        dialog.reject()
        await until(lambda: "Cancelled" in dialog._state.text())
        assert dialog.isVisible()
        assert dialog._bar.isHidden()
        assert files(tmp_path) == []
        dialog.reject()
        assert not dialog.isVisible()
