"""Start and end of the real program: what is loaded before the first frame, one window per profile, an orderly end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chatgui.app import unfit
from chatgui.ui.going import NO_LINK, UNKNOWN

LATER = ("httpx", "httpcore", "keyring", "pyromark", "pygments", "ziamath", "jeepney", "chatgui.wire.client")

NEVER = (  # in a window that is only looked at
    "_ssl", "_hashlib", "PySide6.QtNetwork", "shibokensupport.signature.parser", "httpx", "h2", "anyio", "argparse",
    "typing_extensions",
)  # fmt: skip

AT_FIRST_PAINT = f"""
import linecache, sys
from pathlib import Path
from chatgui import app

async def look(self):
    print("loaded:", [name for name in {LATER!r} if name in sys.modules], flush=True)
    print("sources kept:", len([one for one in linecache.cache if not one.startswith("<")]), flush=True)
    self.quit()

app.Program._open = look
sys.exit(app.main(Path(sys.argv[1])))
"""

WHEN_OPEN = f"""
from chatgui import app
from chatgui.ui import loading
import sys
from pathlib import Path
from types import ModuleType

opened = app.Program._open

async def look(self):
    await opened(self)
    print("loaded:", [name for name in {NEVER!r} if name in sys.modules], flush=True)
    print("read:", [name for name in loading.RARE if type(sys.modules.get(name)) is ModuleType], flush=True)
    self.quit()

app.Program._open = look
sys.exit(app.main(Path(sys.argv[1])))
"""

WRONG_CALLS = """
from chatgui.ui import loading
from PySide6.QtCore import QObject, QTimer

for wrong in (lambda: QTimer().start("soon"), lambda: QTimer().setInterval(1, 2), lambda: QObject(nonsense=1)):
    try:
        wrong()
    except Exception as error:
        print(type(error).__name__, *str(error).split())
print(QTimer.setInterval.__doc__)
"""

SAY_WHEN_OPEN = """
import sys
from pathlib import Path
from chatgui import app

opened = app.Program._open

async def tell(self):
    await opened(self)
    self._first.raise_wanted.connect(lambda: print("raised", flush=True))
    print("open", flush=True)

app.Program._open = tell
sys.exit(app.main(Path(sys.argv[1])))
"""

SAY_WHAT_IS_SAID = """
import sys
from pathlib import Path
from chatgui import app
from chatgui.ui.notices import NoticeBar

NoticeBar.say = lambda self, words, *_, **__: print(words, flush=True)
sys.exit(app.main(Path(sys.argv[1]), link=sys.argv[2]))
"""

Run = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """The program in a process of its own; what still runs at the end is killed."""
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_RUNTIME_DIR": str(runtime)}
    started: list[subprocess.Popen[str]] = []

    def start(code: str, profile: Path, *more: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", code, str(profile), *more]
        one = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        started.append(one)
        return one

    yield start
    for one in started:
        one.kill()
        one.communicate()


def line(program: subprocess.Popen[str]) -> str:
    """The next line it prints."""
    assert program.stdout is not None
    return program.stdout.readline().strip()


def test_nothing_heavy_is_loaded_before_the_first_frame(run: Run, profile: Path, tmp_path: Path) -> None:
    program = run(AT_FIRST_PAINT, profile)
    out, err = program.communicate(timeout=50)
    assert program.returncode == 0, err
    assert out.splitlines() == ["loaded: []", "sources kept: 0"]  # Qt for Python would keep every module’s


def test_a_window_that_is_only_looked_at_loads_no_network(run: Run, profile: Path) -> None:
    program = run(WHEN_OPEN, profile)
    out, err = program.communicate(timeout=50)
    assert program.returncode == 0, err
    # from 3.12 on every dataclass is read by `inspect`, 3.12 needs `ast` for it
    read = {(3, 11): [], (3, 12): ["inspect", "ast", "dis"], (3, 13): ["inspect", "dis"]}[sys.version_info[:2]]
    assert out.splitlines() == ["loaded: []", f"read: {read}"]


def test_a_wrong_call_of_qt_is_told_in_its_own_words(run: Run, profile: Path) -> None:
    program = run(WRONG_CALLS, profile)
    out, err = program.communicate(timeout=50)
    assert program.returncode == 0, err
    wrong_type, too_many, unknown, signature = out.splitlines()
    assert wrong_type.startswith("TypeError 'PySide6.QtCore.QTimer.start' called with wrong argument types:")
    assert wrong_type.endswith("PySide6.QtCore.QTimer.start(msec: int, /)")
    assert too_many == "TypeError QTimer.setInterval() takes exactly one argument (2 given)"
    assert unknown == "AttributeError PySide6.QtCore.QObject.__init__(): 'nonsense' is not a Qt property or a signal"
    qt = "from PySide6.QtCore import QTimer; print(QTimer.setInterval.__doc__)"
    assert signature == line(run(qt, profile))  # from 3.13 on there is none


@pytest.mark.parametrize("one", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.long)])
def test_a_signal_ends_the_program_in_order(run: Run, profile: Path, one: signal.Signals) -> None:
    program = run(SAY_WHEN_OPEN, profile)
    assert line(program) == "open"
    program.send_signal(one)
    assert program.wait(30) == 0
    assert (profile / "window.ini").read_text()
    assert not (profile / "chatgui.db-wal").exists() or (profile / "chatgui.db-wal").stat().st_size == 0


def test_a_second_start_raises_the_first_window_and_ends(run: Run, profile: Path, tmp_path: Path) -> None:
    first = run(SAY_WHEN_OPEN, profile)
    assert line(first) == "open"
    second = run(SAY_WHEN_OPEN, profile)
    assert second.wait(30) == 0
    assert line(first) == "raised"
    other = run(SAY_WHEN_OPEN, tmp_path / "other")
    assert line(other) == "open"
    for one in (first, other):
        one.terminate()
        assert one.wait(30) == 0


def test_a_link_is_followed_at_the_start_and_by_the_window_that_runs(run: Run, profile: Path) -> None:
    nobody = "chatgui://conversation/000000000000000000000000/message/000000000000000000000001"
    first = run(SAY_WHAT_IS_SAID, profile, nobody)
    assert line(first) == UNKNOWN
    second = run(SAY_WHAT_IS_SAID, profile, "chatgui://settings/theme/dark")
    assert second.wait(30) == 0
    assert line(first) == NO_LINK
    first.terminate()
    assert first.wait(30) == 0


@pytest.mark.long
def test_a_crash_does_not_keep_the_next_start_away(run: Run, profile: Path, tmp_path: Path) -> None:
    first = run(SAY_WHEN_OPEN, profile)
    assert line(first) == "open"
    first.kill()
    first.wait(30)
    second = run(SAY_WHEN_OPEN, profile)
    assert line(second) == "open"
    second.terminate()
    assert second.wait(30) == 0


def test_a_profile_that_cannot_be_made_is_said(run: Run, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    program = run(SAY_WHEN_OPEN, blocked / "profile")
    _, err = program.communicate(timeout=50)
    assert program.returncode == 3
    assert "cannot be used" in err


def test_a_qt_that_would_abort_is_refused_in_words() -> None:
    assert "6.12.0" in unfit("6.12.0", (3, 11))
    assert unfit("6.12.0", (3, 12)) == ""
    assert unfit("6.11.3", (3, 11)) == ""
