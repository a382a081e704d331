"""One window per profile: a second start raises the first window, tells it the link it was to open, and ends.

It knocks at a socket in the file system, which Qt's own loop watches; Windows has none, so there Qt's network is loaded.
"""

from __future__ import annotations

import contextlib
import os
import socket
import tempfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSocketNotifier, Signal

if TYPE_CHECKING:
    from PySide6.QtNetwork import QLocalServer, QLocalSocket

WAIT_MS = 1000
LONGEST = 300  # bytes of a line; a real one is shorter
CALL, ANSWER = "raise", b"here\n"


def address(profile: Path) -> str:
    """Where the first window of a profile listens: in the user's runtime directory, short enough for a socket."""
    place = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    name = f"chatgui-{zlib.crc32(os.fsencode(profile.resolve())):08x}"
    return name if os.name == "nt" else str(Path(place) / name)


class SocketDoor(QObject):
    """A socket in the file system, for this user only."""

    knocked = Signal(bytes)  # a caller's line; anybody of this user may have sent it

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._place = ""
        self._socket: socket.socket | None = None
        self._watch: QSocketNotifier | None = None

    @staticmethod
    def call(place: str, line: bytes) -> bool:
        """Knock with a line, and wait for the answer; False if nobody is there."""
        with socket.socket(socket.AF_UNIX) as caller:
            caller.settimeout(WAIT_MS / 1000)
            try:
                caller.connect(place)
            except OSError:
                return False
            with contextlib.suppress(OSError):
                caller.sendall(line)
                caller.recv(len(ANSWER))  # it answers when it has come forward
            return True

    def listen(self, place: str) -> bool:
        """Begin; what a crashed program left is removed first. False if that is not possible."""
        door = socket.socket(socket.AF_UNIX)
        try:
            Path(place).unlink(missing_ok=True)
            door.bind(place)
            os.chmod(place, 0o600)  # nobody can connect before it listens
            door.listen()
        except OSError:
            door.close()
            return False
        door.setblocking(False)
        self._socket, self._place = door, place
        self._watch = QSocketNotifier(door.fileno(), QSocketNotifier.Type.Read, self)
        self._watch.activated.connect(self._let_in)
        return True

    def _let_in(self) -> None:
        with contextlib.suppress(OSError):  # gone again
            if self._socket is not None:
                _Caller(self._socket.accept()[0], self)

    def close(self) -> None:
        """End, and take the door away."""
        if self._watch is not None and self._socket is not None:
            self._watch.setEnabled(False)
            self._socket.close()
            self._socket = None
            Path(self._place).unlink(missing_ok=True)


class _Caller(QObject):
    """Somebody in the door, until it has told its line."""

    def __init__(self, connected: socket.socket, door: SocketDoor) -> None:
        super().__init__(door)
        connected.setblocking(False)
        self._socket, self._door, self._line = connected, door, b""
        self._watch = QSocketNotifier(connected.fileno(), QSocketNotifier.Type.Read, self)
        self._watch.activated.connect(self._read)

    def _read(self) -> None:
        try:
            data = self._socket.recv(LONGEST)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        self._line += data
        if self._line.endswith(b"\n"):
            self._door.knocked.emit(self._line)
            with contextlib.suppress(OSError):  # it did not wait
                self._socket.send(ANSWER)
        elif data and len(self._line) < LONGEST:
            return
        self._watch.setEnabled(False)
        self._socket.close()
        self.deleteLater()


class PipeDoor(QObject):
    """What Qt offers wherever it runs."""

    knocked = Signal(bytes)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server: QLocalServer | None = None

    @staticmethod
    def call(place: str, line: bytes) -> bool:
        """Knock with a line, and wait for the answer; False if nobody is there."""
        from PySide6.QtNetwork import QLocalSocket

        caller = QLocalSocket()
        caller.connectToServer(place)
        if not caller.waitForConnected(WAIT_MS):
            return False
        caller.write(line)
        caller.waitForBytesWritten(WAIT_MS)
        caller.waitForReadyRead(WAIT_MS)
        caller.disconnectFromServer()
        return True

    def listen(self, place: str) -> bool:
        """Begin; what a crashed program left is removed first. False if that is not possible."""
        from PySide6.QtNetwork import QLocalServer

        server = self._server = QLocalServer(self)
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        server.newConnection.connect(self._let_in)
        QLocalServer.removeServer(place)
        return server.listen(place)

    def _let_in(self) -> None:
        while self._server is not None and (connected := self._server.nextPendingConnection()) is not None:
            _PipeCaller(connected, self)

    def close(self) -> None:
        """End, and take the door away."""
        if self._server is not None:
            self._server.close()


class _PipeCaller(QObject):
    """Somebody in the door, for as long as they stay connected."""

    def __init__(self, connected: QLocalSocket, door: PipeDoor) -> None:
        super().__init__(door)
        connected.setParent(self)  # they end together
        self._socket, self._door = connected, door
        connected.readyRead.connect(self._read)
        connected.disconnected.connect(self.deleteLater)
        self._read()  # what came before anybody listened

    def _read(self) -> None:
        if self._socket.canReadLine():
            self._door.knocked.emit(bytes(self._socket.readLine(LONGEST).data()))
            self._socket.write(ANSWER)  # only now: to write to somebody who is gone ends the reading
            self._socket.flush()
        elif self._socket.bytesAvailable() >= LONGEST:
            self._socket.abort()
        elif self._socket.state() == self._socket.LocalSocketState.UnconnectedState:
            self.deleteLater()


DOOR: type[SocketDoor | PipeDoor] = PipeDoor if os.name == "nt" else SocketDoor


def raise_first(profile: Path, link: str = "") -> bool:
    """Ask the window that already runs on this profile to come forward, and to go to a link; False if there is none."""
    told = " ".join([CALL, *link.split()]).encode("utf-8", "replace")
    return DOOR.call(address(profile), told[: LONGEST - 1] + b"\n")


class FirstWindow(QObject):
    """Listens for later starts on the same profile."""

    raise_wanted = Signal()
    link_wanted = Signal(str)  # only a text yet

    def __init__(self, profile: Path) -> None:
        super().__init__()
        self._address = address(profile)
        self._door = DOOR(self)
        self._door.knocked.connect(self._heed)

    def listen(self) -> bool:
        """Begin; what a crashed program left is removed first. False if that is not possible."""
        return self._door.listen(self._address)

    def _heed(self, line: bytes) -> None:
        word, _, link = line.decode("utf-8", "replace").strip().partition(" ")
        if word == CALL:
            self.raise_wanted.emit()
            if link:
                self.link_wanted.emit(link)

    def close(self) -> None:
        """End, and take the door away."""
        self._door.close()
