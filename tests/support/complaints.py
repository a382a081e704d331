"""Any unexpected log record from WARNING up, Qt message, or exception nobody caught, fails the test it came from.

asyncio's and qasync's exception handlers log as errors, so they are seen here as well.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from types import TracebackType
from typing import Any

# Qt's offscreen platform says these of itself, whatever the program does.
QT_NOISE = re.compile(r"This plugin does not support|propagateSizeHints|XDG_RUNTIME_DIR")


class Complaints(logging.Handler):
    """Collects what went wrong beside the test's own asserts."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.heard: list[tuple[int, str]] = []
        self.expected: list[tuple[int, re.Pattern[str]]] = []

    def emit(self, record: logging.LogRecord) -> None:
        words = f"{record.name}: {record.getMessage()}"
        if record.exc_info and record.exc_info[0]:
            words += "\n" + "".join(traceback.format_exception(*record.exc_info))
        self.heard.append((record.levelno, words))

    def expect(self, pattern: str, level: int = logging.WARNING) -> None:
        """At least one complaint of `level` or higher matches `pattern` ("logger: message") by the end of this test."""
        self.expected.append((level, re.compile(pattern)))

    def verdict(self) -> str:
        """What to tell about this test, or nothing."""
        surprises = [words for level, words in self.heard if not self._is_expected(level, words)]
        missing = [pattern.pattern for least, pattern in self.expected if not self._came(least, pattern)]
        lines = [f"unexpected: {words}" for words in surprises] + [
            f"expected but never logged: {one}" for one in missing
        ]
        return "\n".join(lines)

    def _is_expected(self, level: int, words: str) -> bool:
        return any(level >= least and pattern.search(words) for least, pattern in self.expected)

    def _came(self, least: int, pattern: re.Pattern[str]) -> bool:
        return any(level >= least and pattern.search(words) for level, words in self.heard)

    def uncaught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """`sys.excepthook`: an exception in a Qt slot or a virtual method ends up here."""
        logging.getLogger("uncaught").error("%s", error, exc_info=(kind, error, trace))

    def watch_qt(self) -> None:
        """Turn Qt's messages into log records, if Qt is loaded at all."""
        if "PySide6.QtCore" not in sys.modules:
            return
        from PySide6.QtCore import QtMsgType, qInstallMessageHandler

        levels = {
            QtMsgType.QtDebugMsg: logging.DEBUG,
            QtMsgType.QtInfoMsg: logging.INFO,
            QtMsgType.QtWarningMsg: logging.WARNING,
            QtMsgType.QtCriticalMsg: logging.ERROR,
            QtMsgType.QtFatalMsg: logging.CRITICAL,
        }

        def heard(kind: QtMsgType, context: Any, words: str) -> None:
            if not QT_NOISE.search(words):
                logging.getLogger("qt").log(levels[kind], "%s (%s)", words, context.category)

        qInstallMessageHandler(heard)
