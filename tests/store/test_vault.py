"""The keyring in good and bad states, with a real Secret Service daemon. The keyring's library runs in a child process,
as it would in the program, because it chooses its backend once for each process."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.canary import CANARY
from tests.support.secret_service import SecretService

ASK = """
import asyncio, json, os, sys, time
from chatgui.core.errors import VaultError
from chatgui.core.secret import Secret
from chatgui.store.vault import Vault

beats, turned = 0, []

async def outcome(awaitable):
    before = beats
    try:
        result = await awaitable
        return result.reveal() if isinstance(result, Secret) else result
    except VaultError as error:
        assert error.message and (error.advice or error.state == "missing")
        return f"{error.state}"
    finally:
        turned.append(beats > before)

async def main():
    longest, last, going = 0.0, time.perf_counter(), True
    async def beat():
        nonlocal longest, last
        global beats
        while going:
            await asyncio.sleep(0.005)
            now = time.perf_counter()
            longest, last, beats = max(longest, now - last), now, beats + 1
    task = asyncio.create_task(beat())
    vault = Vault(os.environ["SERVICE"], deadline=DEADLINE)
    said = []
    STEPS
    going = False
    await task
    print(json.dumps({"said": said, "backend": vault.backend(), "stall": longest, "turned": turned}))

asyncio.run(main())
"""


@pytest.fixture(autouse=True)
def own_name(secret_service: SecretService, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test has keys of its own in the one keyring, so that none finds what another left."""
    monkeypatch.setitem(secret_service.env, "SERVICE", f"chatgui-test {request.node.name}")


def ask(service: SecretService, *steps: str, deadline: float = 20.0, **env: str) -> dict[str, Any]:
    """Let a child process do the steps with a vault; what each said, and whether the loop went on meanwhile."""
    lines = "\n    ".join(f"said.append(await outcome({step}))" for step in steps)
    done = service.python(ASK.replace("DEADLINE", str(deadline)).replace("STEPS", lines), **env)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


SET, GET, DELETE = 'vault.set("a", Secret("sk-é日本"))', 'vault.get("a")', 'vault.delete("a")'


def test_unlocked(secret_service: SecretService) -> None:
    found = ask(secret_service, "vault.state()", GET, SET, GET, DELETE, GET, DELETE)
    assert found["said"] == [None, None, None, "sk-é日本", None, None, None]
    assert found["backend"] == "Secret Service"


@pytest.mark.long
def test_the_loop_goes_on_while_the_keyring_is_first_asked(secret_service: SecretService) -> None:
    assert min(ask(secret_service, GET)["stall"] for _ in range(3)) < 0.1, "seconds"


def test_two_profiles_share_no_key(secret_service: SecretService) -> None:
    ask(secret_service, SET)
    other = 'Vault("chatgui /other").get("a")'
    assert ask(secret_service, other, GET, DELETE)["said"] == [None, "sk-é日本", None]


def test_locked(secret_service: SecretService) -> None:
    with secret_service.locked():
        assert ask(secret_service, GET, SET, DELETE, "vault.state()")["said"] == ["locked"] * 4


def test_hung_and_then_awake_again(secret_service: SecretService) -> None:
    ask(secret_service, SET)
    with secret_service.stopped():
        found = ask(secret_service, GET, GET, SET, deadline=1.5)
        assert found["said"] == ["hung"] * 3
        assert found["turned"][0], "the loop waited with the keyring"
    assert ask(secret_service, GET, DELETE)["said"] == ["sk-é日本", None]


def test_a_late_answer_is_dropped_and_the_next_question_is_answered(secret_service: SecretService) -> None:
    pid = secret_service._daemon.pid
    wake = f"asyncio.to_thread(os.kill, {pid}, 18)"
    wait = "asyncio.wait_for(until_free(vault), 10)"
    prelude = "async def until_free(vault):\n    while vault._stuck: await asyncio.sleep(0.01)\n"
    with secret_service.stopped():
        code = prelude + ASK
        lines = "\n    ".join(f"said.append(await outcome({step}))" for step in (GET, GET, wake, wait, GET))
        done = secret_service.python(code.replace("DEADLINE", "1.5").replace("STEPS", lines))
    assert json.loads(done.stdout)["said"] == ["hung", "hung", None, None, None], done.stderr


def test_killed(secret_service: SecretService) -> None:
    with secret_service.killed():
        assert ask(secret_service, GET, SET)["said"] == ["absent", "absent"]
    assert ask(secret_service, GET)["said"] == [None]


def test_killed_while_the_program_runs(secret_service: SecretService) -> None:
    kill = f"asyncio.to_thread(os.kill, {secret_service._daemon.pid}, 9)"
    said = ask(secret_service, SET, kill, GET, SET)["said"]
    with secret_service.killed():
        pass  # the fixture's daemon comes back
    assert said[:2] == [None, None]
    assert set(said[2:]) <= {"absent", "locked"}


def test_no_bus_at_all(secret_service: SecretService) -> None:
    env = {"DBUS_SESSION_BUS_ADDRESS": "disabled:", "XDG_RUNTIME_DIR": "/nonexistent"}
    assert ask(secret_service, GET, SET, "vault.state()", **env)["said"] == ["absent"] * 3


@pytest.mark.parametrize("backend", ["keyring.backends.null.Keyring", "plain.PlaintextKeyring"])
def test_backends_that_keep_nothing_secret_are_refused(
    secret_service: SecretService, tmp_path: Any, backend: str
) -> None:
    (tmp_path / "plain.py").write_text(PLAIN)
    path = f"{tmp_path}:{secret_service.env['PYTHONPATH']}"
    found = ask(secret_service, GET, SET, PYTHON_KEYRING_BACKEND=backend, PYTHONPATH=path)
    assert found["said"] == ["untrusted"] * 2
    assert [one.name for one in tmp_path.iterdir() if one.suffix == ".txt"] == []


PLAIN = """
import pathlib, keyring.backend
class PlaintextKeyring(keyring.backend.KeyringBackend):
    priority = 9
    def set_password(self, service, name, value): (pathlib.Path(__file__).parent / "key.txt").write_text(value)
    def get_password(self, service, name): return None
    def delete_password(self, service, name): pass
"""


def test_emptied_behind_our_back(secret_service: SecretService) -> None:
    ask(secret_service, SET)
    secret_service.python("import os, keyring; keyring.delete_password(os.environ['SERVICE'], 'a')").check_returncode()
    assert ask(secret_service, GET, "vault.state()")["said"] == [None, None]


FORGETFUL = """
import keyring.backends.SecretService as real
real.Keyring.set_password = lambda self, service, name, value: None
"""


def test_a_key_that_was_not_kept_is_noticed(secret_service: SecretService) -> None:
    lines = f"said.append(await outcome({SET}))"
    done = secret_service.python(FORGETFUL + ASK.replace("DEADLINE", "5").replace("STEPS", lines))
    assert json.loads(done.stdout)["said"] == ["not_kept"], done.stderr


def test_no_error_holds_the_key(secret_service: SecretService) -> None:
    with secret_service.locked():
        code = (
            "import asyncio\nfrom chatgui.core.secret import Secret\nfrom chatgui.store.vault import Vault\n"
            "import os\nasyncio.run(Vault(os.environ['SERVICE']).set('a', Secret(os.environ['THE_KEY'])))"
        )
        done = secret_service.python(code, THE_KEY=CANARY)
    assert "The keyring is locked" in done.stderr
    assert CANARY not in done.stderr + done.stdout
