"""A private session bus: a real dbus-daemon, and nobody on it but what a test puts there."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.secret_service import BUS


@contextlib.contextmanager
def session_bus() -> Iterator[str]:
    """The address of a bus of its own."""
    if not shutil.which("dbus-daemon"):
        pytest.skip("needs dbus-daemon")
    run = Path(tempfile.mkdtemp(prefix="bus-"))  # short: a socket's path has 108 bytes
    (run / "conf").write_text(BUS.format(run=run))
    daemon = subprocess.Popen(["dbus-daemon", "--nofork", f"--config-file={run / 'conf'}", "--print-address"],
                              stdout=subprocess.PIPE)  # fmt: skip
    assert daemon.stdout is not None
    address = daemon.stdout.readline().decode().strip()
    try:
        yield address.partition(",")[0]
    finally:
        daemon.kill()
        daemon.communicate()
        shutil.rmtree(run)


@contextlib.asynccontextmanager
async def on_the_bus(name: str, answer: Callable[[Any], Awaitable[object]]) -> AsyncIterator[Any]:
    """Own a name; `answer` is given each call that comes. Yields the connection."""
    from jeepney import MessageType, message_bus
    from jeepney.io.asyncio import DBusRouter, open_dbus_connection

    connection = await open_dbus_connection("SESSION")
    async with DBusRouter(connection) as router:
        await router.send_and_get_reply(message_bus.RequestName(name))

    async def serve() -> None:
        while True:
            asked = await connection.receive()
            if asked.header.message_type is MessageType.method_call:
                await answer(asked)

    serving = asyncio.create_task(serve())
    try:
        yield connection
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        await connection.close()
