"""Images on the web in the window: a chip until a person asks, then the picture, or in its place why there is none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from chatgui.ui.transcript.blocks import album
from chatgui.ui.transcript.rows import Action
from chatgui.ui.transcript.view import TranscriptView
from chatgui.ui.window import Window
from tests.support.scripted import HANG, answer, head, scripted
from tests.ui.conftest import showing, until
from tests.ui.transcript.scenes import answer as message
from tests.ui.transcript.scenes import picture, talk, tops


@pytest.fixture(autouse=True)
def nothing_known() -> Iterator[None]:
    yield
    album._images.clear()
    album._told.clear()


def red(width: int = 60, height: int = 40) -> bytes:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("#ff0000"))
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "png")
    return bytes(content.data())


def served(content: bytes, status: int = 200) -> list[bytes]:
    return [answer(content, status, content_type="text/html")]  # what it is called does not matter


def offered(view: TranscriptView) -> Action:
    """What is offered for the image of the last answer."""
    (row,) = view.page.item(len(view.messages) - 1).body
    (action,) = row.actions()
    return action


def is_red(view: TranscriptView) -> bool:
    seen = picture(view)
    return any(
        seen.pixelColor(x, y).name() == "#ff0000" for x in range(0, seen.width(), 7) for y in range(0, seen.height(), 7)
    )


def show(window: Window, url: str) -> TranscriptView:
    view = window.stage.view
    window.stage.show_messages(True)
    view.show_messages([*talk(6), message(f"See ![Low tide]({url}/a.png) there.")])
    return view


async def test_it_is_fetched_by_a_click_and_by_a_key_and_never_before(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, _), scripted(served(red())) as server:
        view = show(window, server.url)
        action = offered(view)
        assert action.words == "Load image from 127.0.0.1"
        placed = view.page.placed[-2]
        at = QPointF(view.page.measure.left, placed.y) + action.rect.center()
        QTest.mouseMove(view.viewport(), at.toPoint())
        assert view.hint.text() == "Load image from 127.0.0.1"
        picture(view)
        view.select_all()
        view.reader.taken()
        view.search.start("tide")
        assert server.requests == []
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at.toPoint())
        await until(lambda: is_red(view))
        assert not view.page.item(len(view.messages) - 1).body[0].actions()
        assert len(server.requests) == 1
        view.show_messages(list(view.messages))
        assert is_red(view)  # kept for this run
        assert len(server.requests) == 1
        view.show_messages([*talk(6), message(f"![By key]({server.url}/b.png)")])
        view.reader.set_current("m1")
        view.setFocus()
        view.reader.set_current(view.messages[-1].id)
        while view.reader.focused != offered(view).name:
            assert view.focusNextPrevChild(True)
        QTest.keyClick(view, Qt.Key.Key_Return)
        await until(lambda: is_red(view))


async def test_loading_can_be_stopped(qapp: QApplication, profile: Path) -> None:
    async with showing(qapp, profile) as (window, _), scripted([head(), HANG]) as server:
        view = show(window, server.url)
        offered(view).run()
        await server.asked()
        assert offered(view).words == "Stop loading image from 127.0.0.1"
        offered(view).run()
        await server.gone()
        await until(lambda: offered(view).words == "Load image from 127.0.0.1")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (served(b"", 404), "127.0.0.1 answers 404 Not Found. Load image again"),
        (served(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "This is no image that can be shown. Load image again"),
        (served(red()[:90]), "The image is damaged, or took too long to read. Load image again"),
        ([answer(b"", 302, location="http://other.example/")],
         "127.0.0.1 sends to other.example. Load image from other.example"),
    ],
)  # fmt: skip
async def test_what_went_wrong_stands_in_its_place(
    qapp: QApplication, profile: Path, given: list[bytes], said: str
) -> None:
    async with showing(qapp, profile) as (window, _), scripted(given) as server:
        view = show(window, server.url)
        offered(view).run()
        await until(lambda: view.page.item(len(view.messages) - 1).body[0].actions() and offered(view).words == said)


async def test_a_reader_elsewhere_sees_nothing_move(qapp: QApplication, profile: Path) -> None:
    tall = red(60, 400)
    async with showing(qapp, profile) as (window, _), scripted(served(tall)) as server:
        view = window.stage.view
        window.stage.show_messages(True)
        url = f"{server.url}/a.png"
        above = message(f"Before ![Low tide]({url}) there. " + "A line of words to read. " * 400)
        view.show_messages([above, *talk(9)[2:]])
        view.to_start()
        view.scroll_by(700)  # within the same paragraph, below the image
        await until(lambda: not picture(view).isNull())
        before = picture(view)
        action = view.page.item(0).body[0].actions()[0]
        action.run()
        await until(lambda: isinstance(album._images.get(url), QImage))
        await until(lambda: not view._late.isActive())
        assert picture(view) == before
        view.jump_to("m4", mark=False)
        places = tops(view)
        album._images.clear()
        view.page.item(0).body[0].refresh()
        await until(lambda: not view._late.isActive())
        assert tops(view) == places
