"""The import dialog: what will come is listed before anything is changed; cancelled at any moment nothing is."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any, cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from chatgui.exchange.codec import Entry
from chatgui.exchange.exporters import Options, by_name
from chatgui.ui.dialogs import importing as module
from chatgui.ui.dialogs.importing import ImportDialog
from chatgui.ui.window import Window
from tests.exchange.library import answered, asked, conversation
from tests.ui.conftest import showing, until


def written(folder: Path, count: int, name: str = "library.json") -> Path:
    """An export of so many conversations."""
    document = by_name("json").open("", Options())
    content = b""
    for number in range(count):
        one = conversation(asked(), answered("The moon."), title=f"Tides {number}")
        one.id = f"c{number}"
        content += document.add(Entry(one))
    (folder / name).write_bytes(content + document.end())
    return folder / name


def opened(window: Window) -> ImportDialog:
    return cast("ImportDialog", window.verbs._dialogs.open("import"))


def rows(dialog: ImportDialog) -> list[list[str]]:
    items = [cast("Any", dialog.list.topLevelItem(at)) for at in range(dialog.list.topLevelItemCount())]
    return [[item.text(0).strip("\u2068\u2069"), item.text(1), item.text(3)] for item in items]


async def test_what_will_come_is_listed_and_can_be_chosen(qapp: QApplication, profile: Path, tmp_path: Path) -> None:
    """Nothing is changed before Import is pressed; what is here already is marked; what is unchecked stays out."""
    path = written(tmp_path, 3)
    async with showing(qapp, profile) as (window, session):
        dialog = opened(window)
        assert not dialog.import_button.isEnabled()
        assert dialog.choose_button.isDefault()
        assert dialog.blank.isVisible()
        assert not dialog.report.isVisible()  # nothing is reported yet
        await dialog.look([path])
        assert dialog.import_button.isDefault()
        assert dialog.report.isVisible()
        assert not dialog.blank.isVisible()
        assert rows(dialog) == [[f"Tides {number}", "2", ""] for number in range(3)]
        assert "chatgui JSON, 3 conversations" in dialog.report.toPlainText()
        assert "Nothing is changed yet." in dialog._state.text()
        assert await session.library.summaries() == []
        cast("Any", dialog.list.topLevelItem(1)).setCheckState(0, Qt.CheckState.Unchecked)
        dialog.import_button.click()
        await until(lambda: dialog._state.text() == "Done.")
        assert {row.title for row in await session.library.summaries()} == {"Tides 0", "Tides 2"}
        assert "2 added, 0 grown, 0 already there, 4 messages in all." in dialog.report.toPlainText()
        await dialog.look([path])
        assert [row[2] for row in rows(dialog)] == ["here already", "", "here already"]
        for at in range(3):
            cast("Any", dialog.list.topLevelItem(at)).setCheckState(0, Qt.CheckState.Unchecked)
        assert not dialog.import_button.isEnabled()
        dialog.close()


async def test_everything_left_out_is_named(qapp: QApplication, profile: Path, tmp_path: Path) -> None:
    """And a file that cannot be read keeps no other out."""
    value = json.loads(written(tmp_path, 1).read_text())
    value["conversations"][0]["messages"].append({"role": "wizard"})
    (tmp_path / "library.json").write_text(json.dumps(value))
    (tmp_path / "broken.json").write_text("[1,")
    async with showing(qapp, profile) as (window, _):
        dialog = opened(window)
        await dialog.look([tmp_path / "broken.json", tmp_path / "library.json"])
        told = dialog.report.toPlainText()
        assert "broken.json" in told
        assert "line 1, column" in told
        assert "Left out message 3 of “Tides 0”: the unknown role “wizard”" in told
        assert len(rows(dialog)) == 1
        dialog.close()


@pytest.mark.parametrize("moment", ["reading", "importing"])
async def test_cancelled_nothing_is_changed(
    qapp: QApplication, profile: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """The first Cancel ends what is being done, the second closes."""
    path = written(tmp_path, 300)
    async with showing(qapp, profile) as (window, session):
        dialog = opened(window)
        if moment == "importing":
            await dialog.look([path])
        told = dialog._progress

        def progress(done: int) -> None:
            told(done)
            dialog.reject()

        monkeypatch.setattr(dialog, "_progress", progress)
        if moment == "reading":
            monkeypatch.setattr(module, "read", lambda path, cancelled: dialog._tasks and read_slowly(path, cancelled))
        task = asyncio.ensure_future(dialog.look([path]) if moment == "reading" else dialog.take_in())
        await until(lambda: dialog._busy)
        assert not dialog.choose_button.isEnabled()
        if moment == "reading":
            dialog.reject()
        await task
        assert "cancelled" in dialog._state.text().lower()
        assert dialog.isVisible()
        assert await session.library.summaries() == []
        if moment == "importing":  # what was read is still there to be taken in
            monkeypatch.setattr(dialog, "_progress", told)
            await dialog.take_in()
            assert len(await session.library.summaries()) == 300
        dialog.reject()
        assert not dialog.isVisible()


def read_slowly(path: Path, cancelled: Any) -> Any:
    """Reading that ends only when it is told to."""
    from chatgui.exchange.importing import Reading

    assert path.exists()
    while not cancelled():
        pass
    return Reading()
