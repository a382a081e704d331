"""Pictures of the real window for README, made by the demo account: `python packaging/screenshots.py [FOLDER [SCENE …]]`.

Each picture is a scene: a size, a theme, and what is done before the picture is taken. The window runs in this process
offscreen, on a profile of its own that is thrown away.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(ROOT))

from PySide6.QtWidgets import QApplication, QWidget  # noqa: E402
from qasync import QEventLoop  # noqa: E402

from chatgui.chat.session import Session, open_session  # noqa: E402
from chatgui.core.message import Message, Role, Text  # noqa: E402
from chatgui.ui.panes import Place  # noqa: E402
from chatgui.ui.theme import Theme  # noqa: E402
from chatgui.ui.window import Window  # noqa: E402

QUESTIONS = ("How do tides work?", "Turn a CSV file into a Markdown table", "Plan three days in Lisbon")


@dataclass(frozen=True)
class Scene:
    """One picture."""

    name: str
    act: Callable[[Window], Awaitable[QWidget | None]]
    size: tuple[int, int] = (1280, 800)
    theme: str = "light"
    model: str = "demo"
    pace: float = 0.02
    history: bool = True
    zoom: int = 100
    readme: bool = False  # kept in the repository


async def until(fact: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait until `fact()` is true."""
    async with asyncio.timeout(seconds):
        while not fact():  # noqa: ASYNC110 - facts of widgets have no event to wait for
            await asyncio.sleep(0.02)


def ended(window: Window) -> bool:
    """Whether the shown conversation has an answer and nothing runs in it."""
    shown = window.conversation_bound
    return shown.turn is None and bool(shown.last(Role.ASSISTANT))


async def welcome(window: Window) -> None:
    """The first start."""


async def ask(window: Window, text: str = "What can this program do?") -> None:
    """A finished answer with everything Markdown has."""
    await window.conversation_bound.send(text)
    await until(lambda: ended(window))
    await asyncio.sleep(1.0)  # highlighting and formulas come a moment later


async def top(window: Window) -> None:
    """The beginning of a finished answer."""
    await ask(window)
    window.stage.view.to_start()
    await asyncio.sleep(0.3)


async def stream(window: Window) -> None:
    """An answer while it comes."""
    await window.conversation_bound.send("What can this program do?")
    await until(lambda: (turn := window.conversation_bound.turn) and turn.reply.text.length > 600)


async def fail(window: Window) -> None:
    """An answer that breaks off."""
    await window.conversation_bound.send("Tell me about harbours")
    await until(lambda: ended(window))
    await asyncio.sleep(0.3)


async def overlay(window: Window) -> None:
    """The reasoning over the conversation, in a narrow window."""
    await ask(window)
    window.panes.show_pane(Place.TRAILING, True)
    await asyncio.sleep(0.2)


async def request(window: Window) -> None:
    """What went over the wire."""
    await ask(window)
    window.conversation_bound.act(window.conversation_bound.last(Role.ASSISTANT), "request")
    await asyncio.sleep(0.2)


async def gallery(window: Window) -> None:
    """One answer with every construct there is, from its beginning."""
    text = (ROOT / "tests" / "ui" / "blocks" / "gallery.md").read_text(encoding="utf-8")
    view, now = window.stage.view, datetime(2026, 3, 1, 14, 2, tzinfo=UTC)
    window.stage.show_messages(True)
    asked = Message("asked", Role.USER, (Text("Show me everything you can *write*.\n  As it was typed."),), now)
    answered = Message("answered", Role.ASSISTANT, (Text(text),), now, model="tide-1")
    view.show_messages([asked, answered])
    view.to_start()
    await asyncio.sleep(0.5)
    view.follow()
    await asyncio.sleep(2.5)  # formulas, images and colours come a moment later
    view.to_start()
    await asyncio.sleep(1.5)


def dialog(name: str) -> Callable[[Window], Awaitable[QWidget]]:
    """A dialog by its name."""

    async def act(window: Window) -> QWidget:
        await ask(window)
        window.actions_by_id[name].trigger()
        await asyncio.sleep(0.6)
        return next(one for one in QApplication.topLevelWidgets() if one.isVisible() and one is not window)

    return act


async def picker(window: Window) -> None:
    """The model picker, over the window."""
    window.actions_by_id["model"].trigger()
    await asyncio.sleep(2.0)


SCENES: tuple[Scene, ...] = (
    Scene("welcome-light", welcome, history=False, readme=True),
    Scene("welcome-dark", welcome, theme="dark", history=False),
    Scene("streaming-light", stream, pace=0.5, readme=True),
    Scene("streaming-dark", stream, pace=0.5, theme="dark", readme=True),
    Scene("finished-light", ask, readme=True),
    Scene("finished-dark", ask, theme="dark"),
    Scene("top-light", top),
    Scene("error-light", fail, model="broken", readme=True),
    Scene("error-dark", fail, model="broken", theme="dark"),
    Scene("narrow-light", ask, size=(900, 600), readme=True),
    Scene("narrower-light", overlay, size=(680, 640)),
    Scene("wide-dark", ask, size=(2560, 1440), theme="dark"),
    Scene("request-light", request),
    Scene("settings-dark", dialog("settings"), theme="dark"),
    Scene("accounts-light", dialog("accounts")),
    Scene("usage-light", dialog("usage")),
    Scene("picker-light", picker),
    Scene("gallery-light", gallery, size=(1180, 4600), history=False),
    Scene("gallery-dark", gallery, size=(1180, 4600), theme="dark", history=False),
    Scene("gallery-narrow", gallery, size=(600, 5600), history=False),
    Scene("gallery-zoomed", gallery, size=(1700, 6400), zoom=150, history=False),
)


async def take(app: QApplication, scene: Scene, folder: Path) -> None:
    """One picture, on a fresh profile."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        theme = Theme(app)
        window = Window(theme)
        window.resize(*scene.size)
        window.show()
        session = await open_session(Path(place))
        await session.change_settings(theme=scene.theme, zoom=scene.zoom)
        if scene.history:
            await remember(session)
        await window.bind(session)
        for account in session.accounts.all():
            await session.accounts.edit(replace(account, headers=(("X-Demo-Pace", str(scene.pace)),)))
            await session.choose_model(window.conversation_bound.id, account.id, scene.model)
        window.conversation_bound.show_head()
        await asyncio.sleep(0.2)
        shown = await scene.act(window)
        (shown or window).grab().save(str(folder / f"{scene.name}.png"))
        await window.unbind()
        await session.close()
        window.close_for_good()
        window.deleteLater()


async def remember(session: Session) -> None:
    """A few conversations of before."""
    for account in session.accounts.all():
        await session.accounts.edit(replace(account, headers=(("X-Demo-Pace", "0"),)))
    for question in QUESTIONS:
        conversation = await session.new_conversation()
        turn = await session.send(conversation.id, question)
        if turn is not None:
            await turn.wait()


async def main(app: QApplication, folder: Path, wanted: list[str]) -> None:
    """The scenes named; without names those of README, or with `all` every one."""
    for scene in SCENES:
        if scene.name in wanted or "all" in wanted or (scene.readme and not wanted):
            await take(app, scene, folder)
            print(folder / f"{scene.name}.png")


if __name__ == "__main__":
    application = QApplication(["chatgui"])
    application.setQuitOnLastWindowClosed(False)
    where = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "resources" / "screenshots"
    where.mkdir(parents=True, exist_ok=True)
    with QEventLoop(application) as loop:
        loop.run_until_complete(main(application, where, sys.argv[2:]))
