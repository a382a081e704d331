"""The demo account's server: a child process, started when first asked, ended with this program."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import cast

from chatgui.core.account import DEMO, Account, KeySource
from chatgui.core.errors import NotReached
from chatgui.core.ids import new_id

READY_S = 15.0  # seconds a slow machine may take to start a Python process


def demo_account() -> Account:
    """The account a new profile begins with. It can be removed like any other, and is never made again by itself."""
    return Account(
        id=new_id(),
        name="Demo",
        base_url="",  # known only while the server runs
        provider=DEMO,
        key_source=KeySource.NONE,
        default_model="demo",
    )


class DemoServer:
    """Starts the server on demand; its standard input is its lifeline: when this process goes, so does it."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._url = ""
        self._starting = asyncio.Lock()

    async def base_url(self) -> str:
        """Where the server listens, started if it was not running. Raises NotReached if it cannot be started."""
        async with self._starting:
            if self._process is None or self._process.returncode is not None:
                await self._start()
        return self._url

    async def _start(self) -> None:
        try:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "chatgui.demo",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )
            stdout = cast("asyncio.StreamReader", self._process.stdout)  # there is one: it was asked for
            line = await asyncio.wait_for(stdout.readline(), READY_S)
        except (OSError, TimeoutError) as error:
            await self.close()
            raise NotReached("The demo server did not start.", retryable=False) from error
        words = line.decode("utf-8", "replace").split()
        if len(words) != 2 or words[0] != "ready":
            await self.close()
            raise NotReached("The demo server did not start.", retryable=False)
        self._url = words[1]

    async def close(self) -> None:
        """End the server and wait until it is gone."""
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), 2.0)
        except TimeoutError:
            process.kill()
            await process.wait()
