"""The program with its window: wires every floor, owns start and end.

In order: one window per profile; the window is shown and painted; only then is the session opened (database, accounts,
keyring, client) and bound to it. The end, however it is asked for (window, menu, signal, logout), is always the same:
drafts are kept, running answers stop and are kept, the session closes, the loop ends.
"""

from __future__ import annotations

from chatgui.ui import loading  # isort: skip  # noqa: F401  # first: what comes behind it is loaded without ballast

import asyncio
import logging
import signal
import socket
import sys
import threading
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import PySide6
from PySide6.QtCore import QSocketNotifier, Qt, QTimer
from PySide6.QtGui import QFontInfo
from PySide6.QtWidgets import QApplication

from chatgui import __version__
from chatgui.core.errors import ChatError
from chatgui.core.secret import redact
from chatgui.loading import without
from chatgui.store.profile import Profile
from chatgui.ui import assets
from chatgui.ui.garbage import Collector
from chatgui.ui.last_time import STEADY_S, LastTime
from chatgui.ui.loop import Loop
from chatgui.ui.single import FirstWindow, raise_first
from chatgui.ui.stems import lighter_stems
from chatgui.ui.theme import Theme
from chatgui.ui.window import Window
from chatgui.ui.wishes import SystemWishes

if TYPE_CHECKING:
    from chatgui.chat.session import Session

log = logging.getLogger(__name__)

DESKTOP_NAME = "chatgui"  # of the .desktop file, for window managers and notifications
READ_S = 0.08  # while text flows it is read so often, five frames of a display: a few words at a time, and a third of the work
END_S = 2.0  # so long running answers may take to stop when the program ends
LOG_BYTES = 500_000
LOG_FORM = "%(asctime)s %(levelname)s %(name)s: %(message)s"
PAINT_S = 2.0
SOON_MS = 1000  # where the window and its reader are is kept so late at most
SWITCH_S = 0.0005  # threads give way to the window this often, so that a busy one costs no frames


def main(profile: Path | None = None, log_level: str = "warning", link: str = "") -> int:
    """Open the window on a profile (default: the platform's own directory) and stay until it ends: the exit status.

    `link` is one to a message, to begin there; where a window of this profile runs, that one goes there.
    """
    if problem := unfit(PySide6.__version__, sys.version_info[:2]):
        sys.stderr.write(f"{problem}\n")
        return 3
    QApplication.setDesktopFileName(DESKTOP_NAME)
    app = QApplication(sys.argv[:1])
    app.setApplicationName("chatgui")
    app.setApplicationVersion(__version__)
    app.setQuitOnLastWindowClosed(False)  # a dialog that closes last must not end the loop
    try:
        place = Profile(profile) if profile else Profile.default()
    except ChatError as error:
        sys.stderr.write(f"{error.message} {error.advice}\n")
        return 3
    if raise_first(place.path, link):
        return 0
    logging.basicConfig(level=log_level.upper(), format=LOG_FORM)
    sys.setswitchinterval(SWITCH_S)
    loop = Loop(app)
    asyncio.set_event_loop(loop)
    program = Program(app, place, link)
    with loop:
        program.watch(loop)
        loop.run_until_complete(program.run())
    return 0


def keep_log(folder: Path) -> None:
    """Log to the profile from now on, beside standard error. Logs hold no key and no words of a conversation."""

    from logging.handlers import RotatingFileHandler

    try:
        kept = RotatingFileHandler(folder / "window.log", maxBytes=LOG_BYTES, backupCount=2, encoding="utf-8")
    except OSError as error:  # a profile that can only be read
        log.warning("no log is kept: %s", error.strerror)
        return
    kept.setFormatter(logging.Formatter(LOG_FORM))
    logging.getLogger().addHandler(kept)


def unfit(qt: str, python: tuple[int, ...]) -> str:
    """Why this PySide6 cannot be used with this Python, in words; empty if it can."""
    if qt.startswith("6.12.") and python < (3, 12):
        return (
            f"PySide6 {qt} aborts on Python {'.'.join(map(str, python))}: it loses references to None and True. "
            "Install PySide6-Essentials 6.11, or use Python 3.12."
        )
    return ""


class Program:
    """The running program: one window, one session, one end."""

    def __init__(self, app: QApplication, profile: Profile, link: str = "") -> None:
        self._app = app
        self._profile = profile
        self._last_time = LastTime(profile.path)
        self._session: Session | None = None
        self._bound = False  # the window shows the session
        self._end: asyncio.Event = asyncio.Event()
        self._first = FirstWindow(profile.path)
        self._collector = Collector(lambda: self._session is not None and bool(self._session.turns))
        app.setWindowIcon(assets.application_icon())
        self.theme = Theme(app)
        looks, _, layout = self._last_time.state().partition("\n")
        self.theme.restore(looks)
        self.theme.show()
        with lighter_stems(dark=self.theme.tokens.dark):
            QFontInfo(app.font()).pixelSize()  # loads the first font
        self.window = Window(self.theme)
        self.window.restore(layout)
        self.window.closing.connect(self.quit)
        self.window.careful = self._last_time.begin()
        self._soon = QTimer(app, singleShot=True, interval=SOON_MS)
        self._soon.timeout.connect(self._remember)
        self.window.stirred.connect(lambda: None if self._soon.isActive() else self._soon.start())
        self._link = link  # to go to once there is something to show
        self._first.raise_wanted.connect(self._come_forward)
        self._first.link_wanted.connect(self._go_to)
        self.window.wanted.connect(self._come_forward)
        self._wishes = SystemWishes(self.theme.follow)
        app.applicationStateChanged.connect(self._look_again)
        app.commitDataRequest.connect(lambda _: self.quit())
        self._wakeup: tuple[socket.socket, socket.socket] | None = None

    def quit(self) -> None:
        """End the program in order; asking twice changes nothing."""
        self._end.set()

    # The one story of a run

    async def run(self) -> None:
        """From the first frame to the last."""
        painted = asyncio.get_running_loop().create_future()
        self.window.painted.connect(lambda: painted.set_result(None))
        self.window.show()
        ending = asyncio.ensure_future(self._end.wait())
        # a window that starts out of sight is never painted: the session is opened all the same
        await asyncio.wait([painted, ending], timeout=PAINT_S, return_when=asyncio.FIRST_COMPLETED)
        keep_log(self._profile.logs)
        if not self._first.listen():
            log.warning("a later start will not find this window: %s", self._profile.path)
        await self._open()
        self._collector.settle()
        await ending
        await self._shut()

    async def _open(self) -> None:
        self.window.tasks.start(self._wishes.begin())
        with without("typing_extensions"):  # msgspec takes from it, where it is installed, what Python has itself
            from chatgui.chat.session import open_session

        try:
            self._session = await open_session(self._profile.path, frame_s=READ_S)
        except ChatError as error:
            log.error("the profile could not be opened: %s", error.message)
            self.window.stage.notices.trouble(error, [("Try Again", self._retry), ("Quit", self.quit)])
            return
        await self.window.bind(self._session)
        self._bound = True
        if self._link:
            self._go_to(self._link)
        self._session.upkeep.begin(self._session.settings.backups)
        self._session.folder_archive.begin()
        asyncio.get_running_loop().call_later(STEADY_S, self._last_time.went_well)

    def _retry(self) -> None:
        self.window.tasks.start(self._open())

    async def _shut(self) -> None:
        self._remember()
        try:
            await asyncio.wait_for(self._close(), END_S)
        except TimeoutError:
            log.warning("the session did not close in %s s", END_S)
        self._soon.stop()
        self._last_time.went_well()
        self._first.close()
        self._collector.end()
        self.window.close_for_good()

    async def _close(self) -> None:
        await self.window.unbind()
        await self._wishes.close()
        if self._session is not None:
            await self._session.close()

    def _remember(self) -> None:
        self._last_time.keep(f"{self.theme.state()}\n{self.window.state()}")

    def _look_again(self, state: Qt.ApplicationState) -> None:
        if state == Qt.ApplicationState.ApplicationActive and self._session is not None:
            self.window.tasks.start(self._wishes.look_again())

    def _come_forward(self) -> None:
        self.window.setWindowState(self.window.windowState() & ~self.window.windowState().WindowMinimized)
        self.window.show()
        self.window.raise_()
        self.window.activateWindow()

    def _go_to(self, link: str) -> None:
        self._link = link
        if self._bound:
            self.window.verbs_bound.go_to(link)

    # What happens around it

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """One answer to every exception nobody caught, to signals, and to iterators left half-way."""
        sys.excepthook = self._uncaught
        threading.excepthook = lambda told: self._uncaught(
            told.exc_type, told.exc_value or told.exc_type(), told.exc_traceback
        )
        sys.unraisablehook = lambda told: self._uncaught(
            told.exc_type, told.exc_value or told.exc_type(), told.exc_traceback
        )
        loop.set_exception_handler(self._loop_failed)
        loop.set_default_executor(ThreadPoolExecutor(3, "worker"))  # qasync's own starts ten threads at once
        # qasync installs no hook: an asynchronous iterator left early would end in another task, or never
        sys.set_asyncgen_hooks(finalizer=_finalizer(loop))
        self._watch_signals()

    def _watch_signals(self) -> None:
        """SIGTERM and SIGINT end the program in order. Python sees signals only between byte codes, so Qt is woken."""
        reading, writing = socket.socketpair()
        for end in (reading, writing):
            end.setblocking(False)
        self._wakeup = (reading, writing)
        signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)
        for one in (signal.SIGINT, signal.SIGTERM):
            signal.signal(one, lambda *_: None)
        notifier = QSocketNotifier(reading.fileno(), QSocketNotifier.Type.Read, self._app)

        def heard() -> None:
            if set(reading.recv(64)) & {signal.SIGINT, signal.SIGTERM}:
                self.quit()

        notifier.activated.connect(heard)

    def _uncaught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """A bug of ours: logged without keys, and said."""
        if issubclass(kind, KeyboardInterrupt):
            self.quit()
            return
        import traceback

        words = "".join(traceback.format_exception(kind, error, trace))
        log.error("unexpected failure\n%s", self._clean(words))
        if threading.current_thread() is threading.main_thread():
            self.window.stage.notices.trouble(error)

    def _loop_failed(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, BaseException):
            self._uncaught(type(error), error, error.__traceback__)
        else:
            log.error("unexpected failure: %s", self._clean(str(context.get("message"))))

    def _clean(self, words: str) -> str:
        return redact(words, self._session.accounts.secrets()) if self._session is not None else words


def _finalizer(loop: asyncio.AbstractEventLoop) -> Callable[[AsyncGenerator[Any, Any]], None]:
    def finish(left: AsyncGenerator[Any, Any]) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(lambda: loop.create_task(_close(left)))

    return finish


async def _close(left: AsyncGenerator[Any, Any]) -> None:
    await left.aclose()
