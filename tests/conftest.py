"""Coroutine tests, Qt, the watch over logs, a private profile and keyring. See tests/support for the parts."""

from __future__ import annotations

import asyncio
import gc
import inspect
import logging
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.canary import traces
from tests.support.complaints import Complaints
from tests.support.secret_service import SecretService, missing_programs

ROOT = Path(__file__).resolve().parent.parent


def pytest_configure(config: pytest.Config) -> None:
    """Nothing of the person at this machine is touched: no keyring, no display, no proxy, no data directory."""
    os.environ["QT_QPA_PLATFORM"] = os.environ.get("CHATGUI_TEST_PLATFORM", "offscreen")
    os.environ["DBUS_SESSION_BUS_ADDRESS"] = "disabled:"
    os.environ["CHATGUI_PROFILE"] = os.devnull
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            del os.environ[name]


# ------------------------------------------------------------------------------------------------ coroutine tests


@pytest.fixture
def runner(request: pytest.FixtureRequest) -> Iterator[asyncio.Runner]:
    """The loop of this test: Qt's if it asks for `qapp`, else asyncio's own. Fixtures may `runner.run(coroutine)`."""
    factory: Callable[[], asyncio.AbstractEventLoop] | None = None
    if "qapp" in request.fixturenames:
        app = request.getfixturevalue("qapp")

        def factory() -> asyncio.AbstractEventLoop:
            from chatgui.ui.loop import Loop

            loop: asyncio.AbstractEventLoop = Loop(app)
            return loop

    with asyncio.Runner(loop_factory=factory) as one:
        yield one
    if factory is not None and gc.isenabled():
        gc.collect()  # Qt's timers go on this thread, not on whichever a later test happens to collect garbage


_last_module: list[object] = [None]


def pytest_runtest_setup(item: pytest.Item) -> None:
    """What a module of the window's tests leaves is let go of only when the next begins; it ends here, on Qt's thread."""
    module = getattr(item, "module", None)
    if module is not _last_module[0]:
        if "/tests/ui/" in str(getattr(_last_module[0], "__file__", "")):
            gc.collect()
        _last_module[0] = module


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Coroutine tests need the loop, so they ask for it without saying so."""
    for item in items:
        if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.obj):
            item.fixturenames.insert(0, "runner")


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """`async def test_…` simply works."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    wanted = inspect.signature(pyfuncitem.obj).parameters
    arguments = {name: value for name, value in pyfuncitem.funcargs.items() if name in wanted}
    one: Any = pyfuncitem.funcargs["runner"]
    one.run(pyfuncitem.obj(**arguments))
    return True


# ------------------------------------------------------------------------------------------------ complaints


@pytest.fixture(autouse=True)
def complaints(monkeypatch: pytest.MonkeyPatch) -> Iterator[Complaints]:
    """Fails the test for any unexpected warning, Qt message, or exception nobody caught."""
    heard = Complaints()
    heard.watch_qt()
    monkeypatch.setattr(sys, "excepthook", heard.uncaught)
    logging.getLogger().addHandler(heard)
    yield heard
    logging.getLogger().removeHandler(heard)
    if verdict := heard.verdict():
        pytest.fail(verdict, pytrace=False)


@pytest.fixture
def expect_log(complaints: Complaints) -> Callable[..., None]:
    """`expect_log("pattern")`: a warning that is meant, and must come; `level=` to ask for more than a warning."""
    return complaints.expect


# ------------------------------------------------------------------------------------------------ Qt


@pytest.fixture(scope="session")
def qapp() -> Any:
    """The one QApplication of this run, offscreen unless CHATGUI_TEST_PLATFORM names another platform."""
    from PySide6.QtWidgets import QApplication

    app = QApplication.instance() or QApplication(["chatgui"])
    assert isinstance(app, QApplication)
    app.setQuitOnLastWindowClosed(False)
    return app


@pytest.fixture(autouse=True)
def no_window_left(request: pytest.FixtureRequest, complaints: Complaints) -> Iterator[None]:
    """A test's windows go with the test."""
    if "qapp" not in request.fixturenames:
        yield
        return
    app = request.getfixturevalue("qapp")
    complaints.watch_qt()
    before, font, blinking = set(app.topLevelWidgets()), app.font(), app.cursorFlashTime()
    yield
    app.setCursorFlashTime(blinking)
    if app.font() != font:  # a theme takes what it finds for the system's own
        app.setFont(font)
    from PySide6.QtCore import QEvent

    for window in app.topLevelWidgets():
        if window not in before:
            window.hide()
            window.deleteLater()
    app.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


# ------------------------------------------------------------------------------------------------ places


@pytest.fixture
def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A profile directory of this test's own, not yet made; children find it by CHATGUI_PROFILE."""
    path = tmp_path / "profile"
    monkeypatch.setenv("CHATGUI_PROFILE", str(path))
    return path


@pytest.fixture(scope="session")
def shared() -> Path:
    """Recorded streams and documents that lie beside the repository, not in it."""
    path = Path(os.environ.get("CHATGUI_SHARED", ROOT.parent / "shared"))
    if not path.is_dir():
        pytest.skip(f"needs the shared documents at {path}")
    return path


@pytest.fixture(scope="session")
def keyring_daemon() -> Iterator[SecretService]:
    """One daemon for all tests; they ask for `secret_service`."""
    if missing := missing_programs():
        pytest.skip(f"needs {', '.join(missing)}")
    service = SecretService()
    yield service
    service.close()


@pytest.fixture
def secret_service(keyring_daemon: SecretService) -> SecretService:
    """A real keyring, alive and unlocked; see tests/support/secret_service.py for its other states."""
    keyring_daemon.revive()
    return keyring_daemon


# ------------------------------------------------------------------------------------------------ canary

TRACES = pytest.StashKey[list[str]]()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """No file any test has written holds the canary key. Its workers' folders lie in the main process's own."""
    if hasattr(session.config, "workerinput"):
        return
    factory = session.config._tmp_path_factory  # type: ignore[attr-defined]  # pytest keeps it private
    found = list(traces(factory.getbasetemp())) if factory._basetemp else []
    session.config.stash[TRACES] = found
    if found:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say where the canary key was found."""
    for trace in config.stash.get(TRACES, []):
        terminalreporter.write_line(f"CANARY: {trace}", red=True)
