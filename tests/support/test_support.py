"""The tests' own tools do what they say."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.canary import CANARY, traces
from tests.support.complaints import Complaints
from tests.support.scripted import EACH_BYTE, HANG, KEEP, RESET, answer, head, scripted, sse
from tests.support.secret_service import SecretService


async def ask(url: str, body: bytes = b"{}") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"POST /v1/x HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    return reader, writer


async def test_coroutine_tests_run() -> None:
    assert asyncio.get_running_loop().is_running()


async def test_coroutine_tests_with_qt_run_on_its_loop(qapp: object) -> None:
    assert type(asyncio.get_running_loop()).__module__.startswith("chatgui.ui.loop")
    await asyncio.sleep(0)


async def test_scripted_server_says_the_script_and_notes_the_request() -> None:
    async with scripted([head(), EACH_BYTE, *sse({"a": 1})]) as server:
        reader, writer = await ask(server.url, b'{"model": "m"}')
        said = await reader.read()
        writer.close()
    assert said.endswith(b'\r\n\r\ndata: {"a": 1}\n\ndata: [DONE]\n\n')
    assert (server.requests[0].target, server.requests[0].json) == ("/v1/x", {"model": "m"})


async def test_scripted_server_resets() -> None:
    async with scripted([head(), b"data: ", RESET]) as server:
        reader, writer = await ask(server.url)
        with pytest.raises(ConnectionResetError):
            await reader.read()
        writer.close()


async def test_scripted_server_sees_the_client_hang_up() -> None:
    async with scripted([head(), HANG]) as server:
        _, writer = await ask(server.url)
        await server.asked()
        writer.close()
        await server.gone()


async def test_scripted_server_keeps_a_connection_and_waits_for_a_fact() -> None:
    go = asyncio.Event()
    async with scripted([answer("one"), KEEP], [go, answer({"two": 2})]) as server:
        reader, writer = await ask(server.url)
        await reader.readuntil(b"one")
        writer.write(b"GET / HTTP/1.1\r\n\r\n")
        await server.asked(2)
        go.set()
        assert json.loads((await reader.read()).split(b"\r\n\r\n")[1]) == {"two": 2}
        writer.close()
        assert server.connections == 1


def test_an_unexpected_warning_is_a_verdict() -> None:
    heard = Complaints()
    heard.emit(logging.LogRecord("here", logging.WARNING, "", 1, "smoke", None, None))
    assert "here: smoke" in heard.verdict()
    heard.expect("smoke")
    assert not heard.verdict()
    heard.expect("fire")
    assert "never logged: fire" in heard.verdict()


def test_an_expected_warning_is_fine(expect_log: object) -> None:
    assert callable(expect_log)
    expect_log("meant")
    logging.getLogger("somewhere").warning("this is meant")


def test_a_qt_warning_is_heard(qapp: object, complaints: Complaints) -> None:
    from PySide6.QtCore import qWarning

    complaints.expect("qt: bad paint")
    qWarning("bad paint")


def test_an_exception_in_a_slot_is_heard(qapp: object, complaints: Complaints) -> None:
    from PySide6.QtCore import QObject, Signal

    class Bell(QObject):
        rung = Signal()

    def broken() -> None:
        raise ZeroDivisionError("in a slot")

    bell = Bell()
    bell.rung.connect(broken)
    complaints.expect("uncaught: in a slot")
    bell.rung.emit()


@pytest.mark.parametrize("hide", [str, lambda key: base64.b64encode(b"Bearer " + key.encode()).decode(), json.dumps])
def test_the_canary_is_found_in_every_form(hide: object, tmp_path: Path) -> None:
    assert callable(hide)
    file = tmp_path / "leak"
    file.write_text(f"before {hide(CANARY)} after")
    found = list(traces(tmp_path))
    file.unlink()
    assert found


@pytest.mark.parametrize("workers", ["-n0", "-n2"])
def test_a_failing_session_says_what_it_heard(workers: str, tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text("from tests.conftest import *\n")
    (tmp_path / "test_bad.py").write_text(
        "import asyncio, logging\n"
        "from tests.support.canary import CANARY\n"
        "def test_warns(): logging.warning('smoke')\n"
        "async def test_loses_a_task():\n"
        "    asyncio.get_running_loop().call_exception_handler({'message': 'nobody listened'})\n"
        "def test_leaks(tmp_path): (tmp_path / 'log').write_text(CANARY)\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:anyio", workers, "test_bad.py"]
    told = subprocess.run(
        [*command, f"--basetemp={tmp_path / 't'}", f"--rootdir={tmp_path}"],
        cwd=tmp_path, env={"PYTHONPATH": str(Path(__file__).parents[2]), "PATH": ""}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    for leak in (tmp_path / "t").rglob("log"):
        leak.unlink()
    assert told.returncode == 1
    assert "unexpected: root: smoke" in told.stdout
    assert "unexpected: asyncio: nobody listened" in told.stdout
    assert "CANARY:" in told.stdout


KEYRING = """
import keyring, keyring.errors
try: keyring.set_password("s", "u", "väl"); print(keyring.get_password("s", "u"))
except keyring.errors.KeyringError as error: print(type(error).__name__)
"""


def test_the_secret_service_in_its_states(secret_service: SecretService) -> None:
    assert secret_service.python(KEYRING).stdout.strip() == "väl"
    with secret_service.locked():
        assert secret_service.python(KEYRING).stdout.strip() == "KeyringLocked"
    with secret_service.killed():
        assert secret_service.python(KEYRING).stdout.strip() in {"NoKeyringError", "InitError"}
    with secret_service.stopped(), pytest.raises(subprocess.TimeoutExpired):
        secret_service.python(KEYRING, timeout=1)
    assert secret_service.python(KEYRING).stdout.strip() == "väl"
