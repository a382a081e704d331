"""A process of its own that makes files: for formats that take their time, or Qt's, while somebody works in the window.

It is asked one conversation a line, as JSON, and answers with a line that says how many bytes the file has, and the file.
`python -m chatgui.exchange.press` is its other side. It leaves when its input ends, and lets everything else go first.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import suppress
from typing import IO

from chatgui.exchange.codec import Entry, entry_from_json, entry_to_json
from chatgui.exchange.exporters import Exporter, Options, by_name
from chatgui.exchange.jsontext import dumps
from chatgui.exchange.processes import environment
from chatgui.exchange.rendering import at_work

DEADLINE_S = 600.0  # for one conversation
OPTIONS = Options(branches=True)  # what is filed leaves nothing out


class Press:
    """The process, started when it is first asked, and again after it died. May be ended from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._ended = False

    def make(self, exporter: Exporter, entry: Entry) -> bytes | None:
        """The file of a conversation; None if it cannot be made (it takes too long or too much memory). Blocking."""
        asked = f"{dumps({'format': exporter.name, 'entry': entry_to_json(entry)})}\n".encode()
        with self._lock:
            if self._ended:
                return None
            process = self._process = self._process or self._start()
            deadline = threading.Timer(DEADLINE_S, process.kill)
            deadline.daemon = True
            deadline.start()
            try:
                return self._answer(process, asked)
            except (OSError, ValueError):  # it died
                self._let_go()
                return None
            finally:
                deadline.cancel()

    @staticmethod
    def _answer(process: subprocess.Popen[bytes], asked: bytes) -> bytes:
        assert process.stdin  # noqa: S101 - both pipes were asked for
        assert process.stdout  # noqa: S101
        process.stdin.write(asked)
        process.stdin.flush()
        size = int(process.stdout.readline())
        content = process.stdout.read(size)
        if len(content) != size:
            raise ValueError
        return content

    def end(self) -> None:
        """End the process, whatever it is doing. Who waits for a file gets none."""
        self._ended = True
        if (process := self._process) is not None:
            process.kill()
        with self._lock:
            self._let_go()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", __name__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env={**environment(), "QT_QPA_PLATFORM": "offscreen"}, start_new_session=True,
        )  # fmt: skip

    def _let_go(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()


def main(asked: IO[bytes], answers: IO[bytes]) -> None:
    """Make what is asked for until nothing more is."""
    with suppress(AttributeError, OSError):  # not every system has it
        os.nice(10)
    with at_work():
        for line in asked:
            told = json.loads(line)
            content = by_name(told["format"]).export_entry(entry_from_json(told["entry"])[0], OPTIONS)
            answers.write(b"%d\n" % len(content))
            answers.write(content)
            answers.flush()


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
