"""One window per profile: a second start raises the first window, tells it the link it was to open, and ends."""

from __future__ import annotations

import hashlib
import os
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from PySide6.QtNetwork import QLocalServer, QLocalSocket

WAIT_MS = 1000
LONGEST = 300  # bytes of a link; a real one is shorter


def address(profile: Path) -> str:
    """Where the first window of a profile listens: in the user's runtime directory, short enough for a socket."""
    place = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    mark = hashlib.sha256(str(profile.resolve()).encode()).hexdigest()[:16]
    name = f"chatgui-{mark}"
    return name if os.name == "nt" else str(Path(place) / name)


def raise_first(profile: Path, link: str = "") -> bool:
    """Ask the window that already runs on this profile to come forward, and to go to a link; False if there is none."""
    place = address(profile)
    if os.name != "nt" and not os.path.exists(place):
        return False  # without loading Qt's network for it
    from PySide6.QtNetwork import QLocalSocket

    socket = QLocalSocket()
    socket.connectToServer(place)
    if not socket.waitForConnected(WAIT_MS):
        return False
    told = link.encode("utf-8", "replace")[:LONGEST].replace(b"\n", b" ")
    socket.write(b"raise\n" + (b"link " + told + b"\n" if told else b""))
    socket.waitForBytesWritten(WAIT_MS)
    socket.waitForReadyRead(WAIT_MS)  # it answers when it has come forward
    socket.disconnectFromServer()
    return True


class FirstWindow(QObject):
    """Listens for later starts on the same profile."""

    raise_wanted = Signal()
    link_wanted = Signal(str)  # anybody of this user may have sent it: it is only a text yet

    def __init__(self, profile: Path) -> None:
        super().__init__()
        self._server: QLocalServer | None = None
        self._address = address(profile)

    def listen(self) -> bool:
        """Begin; what a crashed program left is removed first. False if that is not possible."""
        from PySide6.QtNetwork import QLocalServer

        server = self._server = QLocalServer(self)
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        server.newConnection.connect(self._answer)
        QLocalServer.removeServer(self._address)
        return server.listen(self._address)

    def _answer(self) -> None:
        while self._server is not None and (socket := self._server.nextPendingConnection()) is not None:
            socket.readyRead.connect(partial(self._read, socket))
            socket.disconnected.connect(socket.deleteLater)
            self.raise_wanted.emit()

    def _read(self, socket: QLocalSocket) -> None:
        while socket.canReadLine():
            line = bytes(socket.readLine(LONGEST + 8).data())
            if line.startswith(b"link "):
                self.link_wanted.emit(line[5:].decode("utf-8", "replace").strip())
        if socket.bytesAvailable() > LONGEST + 8:
            socket.abort()  # no line of ours is so long
            return
        socket.write(b"here\n")  # only now: who did not wait for it may be gone, and then writing ends the reading
        socket.flush()

    def close(self) -> None:
        """End, and take the socket away."""
        if self._server is not None:
            self._server.close()
