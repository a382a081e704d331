"""Colours of code and formulas for files, asked of a child process: what takes too long there costs that process alone.

The transcript asks the same program in its own way, without waiting. Here whoever asks waits, on a thread, and there are
answers only within `at_work()`: when the last export has ended, the child ends, and a cancelled one that still runs on is
not kept up by it.
"""

from __future__ import annotations

import atexit
import base64
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeAlias

Coloured: TypeAlias = tuple[int, int, str]  # start, end, what it is (see `core.code_colours`)

CHILD = Path(__file__).with_name("rendering_child.py")
LONGEST = 400_000  # characters of code; more stays plain
DEADLINE_S = 20.0  # by the clock; the child's own limit, in processor time, comes first
PATIENCE = 5  # times what the window waits: the same text shall have the same colours on a busy machine
HANDED_DOWN = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TEMP", "TMP", "LD_LIBRARY_PATH", "PYTHONHOME")  # nothing secret
_MOST_FAILURES = 20  # in one go: then all is plain, for nobody waits for thousands of deaths


def command() -> list[str]:
    """What starts the child: the interpreter, kept to our own packages, or the frozen program, which plays it."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "-m", f"{__package__}.{CHILD.stem}"]
    places = [place for place in sys.path if Path(place).is_absolute()]
    return [sys.executable, "-I", "-B", str(CHILD), *places]


class Renderer:
    """The child, started when it is first asked and again after it died. May be asked from any thread."""

    users = 0

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._failures = 0

    def ask(self, request: dict[str, Any]) -> dict[str, Any] | None:
        """The child's answer; None if it has none, or took too long. Blocking."""
        with self._lock:
            if not self.users or self._failures >= _MOST_FAILURES:
                return None
            process = self._process or self._start()
            deadline = threading.Timer(DEADLINE_S, process.kill)
            deadline.daemon = True
            deadline.start()
            try:
                answer = self._exchange(process, {**request, "id": 0, "patience": PATIENCE})
            except (OSError, ValueError):  # it died, before or in the middle of its answer
                self._failures += 1
                self._end()
                return None
            finally:
                deadline.cancel()
        return None if "error" in answer else answer

    def end(self) -> None:
        """End the child, which holds some 40 MB. Who waits for an answer gets none."""
        if (process := self._process) is not None:
            process.kill()
        with self._lock:
            self._failures = 0
            self._end()

    @staticmethod
    def _exchange(process: subprocess.Popen[bytes], request: dict[str, Any]) -> dict[str, Any]:
        assert process.stdin  # noqa: S101 - both pipes were asked for
        assert process.stdout  # noqa: S101
        process.stdin.write(json.dumps(request).encode() + b"\n")
        process.stdin.flush()
        answer: dict[str, Any] = json.loads(process.stdout.readline())
        return answer

    def _start(self) -> subprocess.Popen[bytes]:
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and program
            command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl+C at the terminal is ours to handle
            env={name: os.environ[name] for name in HANDED_DOWN if name in os.environ},
        )  # fmt: skip
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()


_renderer = Renderer()
atexit.register(_renderer.end)


@contextmanager
def at_work() -> Iterator[None]:
    """While this lasts there are answers. May be nested, and used from several tasks at once."""
    _renderer.users += 1
    try:
        yield
    finally:
        _renderer.users -= 1
        if not _renderer.users:
            _renderer.end()
            colours.cache_clear()


@lru_cache(64)  # the same code is often said again
def colours(language: str, text: str) -> Sequence[Sequence[Coloured]]:
    """For each line of `text` what is coloured in it; nothing where that is not known. Blocking."""
    if not language or len(text) > LONGEST:
        return ()
    answer = _renderer.ask({"kind": "colour", "block": 0, "language": language, "text": text, "final": True})
    return [[(start, end, role) for start, end, role in line] for line in answer["lines"]] if answer else ()


def coloured(language: str, text: str) -> Iterator[list[tuple[str, str]]]:
    """Each line of `text` as pieces, (words, what they are); what is plain is empty. Blocking.

    The lines, each joined, and joined with newlines, are the text.
    """
    found = colours(language, text.removesuffix("\n"))
    for number, line in enumerate(text.split("\n")):
        pieces, done = [], 0
        for start, end, role in found[number] if number < len(found) else ():
            pieces += [(line[done:start], ""), (line[start:end], role)]
            done = end
        yield [piece for piece in (*pieces, (line[done:], "")) if piece[0]]


def formula(latex: str, *, display: bool) -> dict[str, Any] | None:
    """A formula for a text size of 24 pixels: `svg`, `width`, `height`, and `descent` below the line. Blocking."""
    return _renderer.ask({"kind": "formula", "latex": latex, "display": display})


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded image: four bytes (red, green, blue, opacity) for each of `width` times `height` pixels."""

    width: int
    height: int
    pixels: bytes


def picture(content: bytes, kind: str, room: tuple[int, int]) -> Picture | None:
    """A raster image of a stated kind ("png", "jpeg", "gif", "webp"), made smaller if it does not fit into `room`. Blocking."""
    asked = {"kind": "picture", "content": base64.b64encode(content).decode(), "format": kind, "room": list(room)}
    answer = _renderer.ask(asked)
    return Picture(answer["width"], answer["height"], base64.b64decode(answer["pixels"])) if answer else None


def mathml(latex: str, *, display: bool) -> str:
    """A formula as MathML; empty if it is not understood. Blocking."""
    answer = _renderer.ask({"kind": "mathml", "latex": latex, "display": display})
    return str(answer["mathml"]) if answer else ""
