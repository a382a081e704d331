"""The program as a person at a terminal meets it: a child process, its words, its exit status."""

from __future__ import annotations

import asyncio
import io
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from chatgui.__main__ import main


@dataclass(frozen=True)
class Done:
    """How a run of the program ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, decoded."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Standard output as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def kinds(self) -> list[str]:
        """The types of the lines."""
        return [line["type"] for line in self.lines]


@dataclass(frozen=True)
class Program:
    """Runs `chatgui` over one profile."""

    profile: Path
    env: dict[str, str]

    def command(self, *arguments: str) -> list[str]:
        """The command line of a run."""
        return [sys.executable, "-m", "chatgui", *arguments]

    async def start(self, *arguments: str, **env: str) -> asyncio.subprocess.Process:
        """Begin a run and leave it running."""
        pipe = asyncio.subprocess.PIPE
        everything = {**self.env, "CHATGUI_PROFILE": str(self.profile), **env}
        return await asyncio.create_subprocess_exec(
            *self.command(*arguments), stdin=pipe, stdout=pipe, stderr=pipe, env=everything
        )

    async def __call__(self, *arguments: str, stdin: bytes = b"", **env: str) -> Done:
        """Run to the end, within this process: what a new Python costs is spent only where it matters (see `real`)."""
        return await asyncio.to_thread(self._inside, arguments, stdin, {"CHATGUI_PROFILE": str(self.profile), **env})

    def _inside(self, arguments: tuple[str, ...], stdin: bytes, env: dict[str, str]) -> Done:
        streams = [io.TextIOWrapper(io.BytesIO(content), "utf-8") for content in (stdin, b"", b"")]
        before, kept = (sys.stdin, sys.stdout, sys.stderr), dict(os.environ)
        os.environ.update(env)
        sys.stdin, sys.stdout, sys.stderr = streams
        try:
            status = main(arguments)
        except SystemExit as ended:
            status = int(ended.code or 0)
        finally:
            sys.stdin, sys.stdout, sys.stderr = before
            os.environ.clear()
            os.environ.update(kept)
            for stream in streams:
                stream.flush()
        _, out, err = (stream.buffer.getvalue().decode() for stream in streams)  # type: ignore[attr-defined]  # a BytesIO
        return Done(status, out, err)

    async def real(self, *arguments: str, stdin: bytes = b"", **env: str) -> Done:
        """Run to the end as a process of its own, as at a terminal."""
        child = await self.start(*arguments, **env)
        out, err = await asyncio.wait_for(child.communicate(stdin), 40)
        assert child.returncode is not None
        done = Done(child.returncode, out.decode(), err.decode())
        assert "Traceback" not in done.err, done.err
        assert "ResourceWarning" not in done.err, done.err
        return done


@pytest.fixture
def chatgui(profile: Path) -> Program:
    """The program over a profile of this test's own."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("QT_", "DISPLAY", "WAYLAND"))}
    return Program(profile, {**env, "PYTHONPATH": os.pathsep.join(one for one in sys.path if one), "PYTHONUTF8": "1"})


@pytest.fixture
def with_keyring(chatgui: Program, secret_service: Any) -> Program:
    """The same, where a real keyring answers."""
    return Program(chatgui.profile, {**chatgui.env, **secret_service.env})


def chunk(delta: dict[str, Any] | None = None, finish: str | None = None, **more: Any) -> dict[str, Any]:
    """One chunk of a stream."""
    choices = [{"index": 0, "delta": delta or {}, "finish_reason": finish}]
    return {"id": "x", "object": "chat.completion.chunk", "model": "moon-1", "choices": choices, **more}


USAGE = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
Make = Callable[..., Any]
