"""Work given to the child process: one request at a time, each with a deadline, the child restarted when it failed one."""

from __future__ import annotations

import asyncio
import atexit
import json
from collections import deque
from collections.abc import Callable
from typing import Any, TypeAlias

from PySide6.QtCore import QCoreApplication, QObject, QProcess, QProcessEnvironment, QTimer

from chatgui.exchange.rendering import HANDED_DOWN, command

Answer: TypeAlias = dict[str, Any]
DEADLINE = 4_000  # milliseconds of waiting for one answer; the child's own limit, in processor time, comes first
IDLE = 60_000  # milliseconds after which a child with nothing to do is ended: it holds some 40 MB
QUEUE = 2_000  # requests waiting; beyond, the oldest is not done


class Errands(QObject):
    """The queue before the child."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process: QProcess | None = None
        self._waiting: deque[tuple[Answer, Callable[[Answer | None], object]]] = deque()
        self._current: tuple[Answer, Callable[[Answer | None], object]] | None = None
        self._count = 0
        self._unread: list[bytes] = []  # pieces of an answer that has not ended
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._too_late)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.timeout.connect(self._end_process)

    @property
    def idle(self) -> bool:
        """Whether nothing is being done or waits."""
        return self._current is None and not self._waiting

    def ask(self, request: Answer, done: Callable[[Answer | None], object]) -> None:
        """Send `request`, whose `content` may be base64 as bytes.

        `done` gets the answer, or None if it took too long or cannot be done.
        """
        if len(self._waiting) >= QUEUE:
            _, dropped = self._waiting.popleft()
            QTimer.singleShot(0, lambda: dropped(None))  # not while somebody asks: it may be the same who waits
        self._count += 1
        self._waiting.append(({**request, "id": self._count}, done))
        self._next()

    def answer(self, request: Answer) -> asyncio.Future[Answer | None]:
        """The same, to be awaited."""
        future: asyncio.Future[Answer | None] = asyncio.get_running_loop().create_future()
        self.ask(request, lambda answer: None if future.done() else future.set_result(answer))
        return future

    def close(self) -> None:
        """End the child; what waits is not done."""
        self._waiting.clear()
        self._current = None
        self._timer.stop()
        self._rest.stop()
        self._end_process()

    def _next(self) -> None:
        if self._current is None and not self._waiting:
            self._rest.start(IDLE)
        if self._current is not None or not self._waiting:
            return
        self._rest.stop()
        process = self._process or self._start()
        self._current = self._waiting.popleft()
        self._timer.start(DEADLINE * self._current[0].get("patience", 1))
        process.write(_line(self._current[0]))

    def _start(self) -> QProcess:
        process = self._process = QProcess(self)
        environment = QProcessEnvironment()
        system = QProcessEnvironment.systemEnvironment()
        for name in HANDED_DOWN:
            if system.contains(name):
                environment.insert(name, system.value(name))
        process.setProcessEnvironment(environment)
        process.setStandardErrorFile(QProcess.nullDevice())
        process.readyReadStandardOutput.connect(self._read)
        process.finished.connect(self._ended)
        process.errorOccurred.connect(self._failed)
        program, *arguments = command()
        process.start(program, arguments)
        return process

    def _read(self) -> None:
        if self._process is None:
            return
        *lines, rest = bytes(self._process.readAllStandardOutput().data()).split(b"\n")
        if lines:
            lines[0] = b"".join(self._unread) + lines[0]
            self._unread = []
        self._unread.append(rest)
        for line in lines:
            self._answered(json.loads(line))

    def _answered(self, answer: Answer) -> None:
        if self._current is None or answer.get("id") != self._current[0]["id"]:
            return
        _, done = self._current
        self._current = None
        self._timer.stop()
        done(None if "error" in answer else answer)
        self._next()

    def _too_late(self) -> None:
        self._end_process()
        self._give_up()

    def _ended(self) -> None:
        if self.sender() is self._process:
            self._process = None
            self._unread = []
            self._give_up()

    def _failed(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart and self.sender() is self._process:
            self._process = None
            self._give_up()

    def _give_up(self) -> None:
        """What was being done is not done; go on with the next."""
        self._timer.stop()
        current, self._current = self._current, None
        if current is not None:
            current[1](None)
        self._next()

    def _end_process(self) -> None:
        process, self._process = self._process, None
        self._unread = []
        if process is not None:
            process.blockSignals(True)  # Qt's own signature
            process.kill()
            process.waitForFinished(1_000)
            process.deleteLater()


def _line(request: Answer) -> bytes:
    """A request as the child reads it. Megabytes of base64 need no quoting, and none is looked for in them."""
    content = request.get("content")
    if not isinstance(content, bytes):
        return json.dumps(request).encode() + b"\n"
    rest = json.dumps({name: value for name, value in request.items() if name != "content"}).encode()
    return b"".join((b'{"content": "', content, b'", ', rest[1:], b"\n"))


_errands: list[Errands] = []


def errands() -> Errands:
    """The one queue of this process; made when first needed, ended with the application."""
    if not _errands:
        made = Errands()
        _errands.append(made)
        atexit.register(made.close)
        app = QCoreApplication.instance()
        if app is not None:
            app.aboutToQuit.connect(made.close)
    return _errands[0]
