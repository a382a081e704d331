"""A key goes into the keyring and into requests, and is found nowhere else."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from tests.support.canary import CANARY, traces
from tests.support.scripted import answer, head, scripted, sse
from tests.support.secret_service import SecretService

STORY = """
import asyncio, logging, sys
logging.basicConfig(level=logging.DEBUG)
from pathlib import Path
from chatgui.chat.session import open_session
from chatgui.core.account import Account
from chatgui.core.ids import new_id
from chatgui.core.secret import Secret

async def main():
    session = await open_session(Path(sys.argv[1]))
    account = Account(new_id(), "Test", sys.argv[2], default_model="m")
    await session.accounts.add(account, Secret(sys.stdin.readline().strip()))
    for _ in range(2):                       # the server answers the first and refuses the second
        conversation = await session.new_conversation()
        turn = await session.send(conversation.id, "hi")
        message = await turn.wait()
        print(message)
    print(session.accounts.all(), session.accounts.secrets())
    raise RuntimeError(f"a crash with everything at hand: {session.accounts.secrets()} {vars(session)}")

asyncio.run(main())
"""


async def test_no_file_no_log_and_no_traceback_holds_the_key(secret_service: SecretService, tmp_path: Path) -> None:
    good = [head(), *sse({"choices": [{"delta": {"content": "yes"}, "finish_reason": "stop"}]})]
    echoing = [answer({"error": {"message": f"Incorrect API key provided: {CANARY}", "code": "invalid_api_key"}}, 401)]
    async with scripted(good, echoing) as server:
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-c", STORY, str(tmp_path / "profile"), server.base_url,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            env=secret_service.env,
        )  # fmt: skip
        out, err = await child.communicate(CANARY.encode() + b"\n")
    (tmp_path / "out").write_bytes(out)
    (tmp_path / "err").write_bytes(err)
    assert b"RuntimeError: a crash with everything at hand" in err
    assert "Incorrect API key provided: ••••" in out.decode()
    assert [request.headers["authorization"] for request in server.requests] == [f"Bearer {CANARY}"] * 2
    assert list(traces(tmp_path)) == []


def test_the_check_finds_a_planted_key(tmp_path: Path) -> None:
    (tmp_path / "leak").write_text(f'{{"key": "{CANARY}"}}')
    assert list(traces(tmp_path))
    (tmp_path / "leak").unlink()
