"""Keys at the session's level, with a real keyring in good and bad states: a question fails in words, the loop never stands
still, there is always a way on, and the key is on no disk."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.canary import CANARY, traces
from tests.support.secret_service import SecretService

PLAIN = """
import pathlib, keyring.backend
class PlaintextKeyring(keyring.backend.KeyringBackend):
    priority = 9
    def set_password(self, service, name, value): (pathlib.Path(__file__).parent / "key.txt").write_text(value)
    def get_password(self, service, name): return None
    def delete_password(self, service, name): pass
"""


def play(ring: SecretService, profile: Path, scene: str, **env: str) -> dict[str, Any]:
    """What a scene said; whatever it was, the loop went on, and no key is on the disk or was printed."""
    command = [sys.executable, "-m", "tests.chat.ring_child", scene]
    done = ring.run(command, timeout=50, **{"CHATGUI_PROFILE": str(profile), **env})
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    assert said.pop("stalls") == [], "the loop stood still, seconds"
    assert CANARY not in done.stderr
    assert list(traces(profile)) == []
    return said


def test_a_loop_that_stands_still_is_noticed(secret_service: SecretService, profile: Path) -> None:
    with pytest.raises(AssertionError, match="stood still"):
        play(secret_service, profile, "blocking")


@pytest.fixture
def kept(secret_service: SecretService, profile: Path) -> Path:
    """A profile whose account “Mine” has the canary in the keyring."""
    code = (
        "import asyncio\nfrom tests.chat.ring_child import stage\n"
        "async def main():\n    async with stage() as on:\n        await on.add()\n    assert on.said['add'] == 'ok'\n"
        "asyncio.run(main())"
    )
    secret_service.python(code, CHATGUI_PROFILE=str(profile)).check_returncode()
    return profile


def test_a_key_lives_in_the_keyring_and_nowhere_else(secret_service: SecretService, profile: Path) -> None:
    said = play(secret_service, profile, "unlocked")
    assert said == {
        "add": "ok",
        "state": "In the keyring (Secret Service).",
        "send": CANARY,
        "add work": "ok",
        "two keys": [CANARY, "sk-work"],
        "next": "work",
        "send work": "sk-work",
        "next again": "",
        "send first": CANARY,
        "remove": "ok",
        "removed": [None, None],
        "undo": "Account “Mine” removed",
        "undone": [CANARY, "sk-work"],
        "send after undo": CANARY,
        "copy": "ok",
        "copied": CANARY,
        "remove work": "ok",
        "one key": [CANARY, None],
        "to this run": "ok",
        "left the keyring": None,
        "send this run": CANARY,
        "to the keyring": "ok",
        "back in the keyring": CANARY,
        "other key": "ok",
        "send other": CANARY + "2",
        "first key": "ok",
    }
    assert play(secret_service, profile, "send")["send"] == CANARY, "and it is there after a restart"


def check_ways_on(said: dict[str, Any], state: str, words: str) -> None:
    """The question failed in words, nothing could be written, and both other places for a key work."""
    kind, message, advice = said["send"]
    assert kind == "vault"
    assert words in message
    assert advice
    assert words in said["state"]
    assert said["copy key"][0] == state
    assert said["new key"][0] == state
    assert said["send this run"] == "sk-run"
    assert "until the program ends" in said["state this run"]
    assert said["to the environment"] == "ok"
    assert said["send environment"] == "sk-environment"
    assert "may still be in the keyring" in said["warnings"][0]


def test_locked(secret_service: SecretService, kept: Path) -> None:
    with secret_service.locked():
        check_ways_on(play(secret_service, kept, "send"), "locked", "The keyring is locked.")


def test_hung(secret_service: SecretService, kept: Path) -> None:
    with secret_service.stopped():
        check_ways_on(play(secret_service, kept, "send", RING_DEADLINE="1"), "hung", "The keyring does not answer.")


def test_absent(secret_service: SecretService, kept: Path) -> None:
    with secret_service.killed():
        check_ways_on(play(secret_service, kept, "send"), "absent", "No keyring answers on this system.")


def test_no_bus_at_all(secret_service: SecretService, profile: Path) -> None:
    env = {"DBUS_SESSION_BUS_ADDRESS": "disabled:", "XDG_RUNTIME_DIR": "/nonexistent"}
    check_fresh(play(secret_service, profile, "fresh", **env), "absent", "No keyring answers")


def check_fresh(said: dict[str, Any], state: str, words: str) -> None:
    """A new account was not kept without its key; with a key for this run it was."""
    found, message, advice = said["add"]
    assert (found, "for this run only" in advice) == (state, True)
    assert words in message
    assert said["accounts"] == ["Demo"]
    assert (said["this run"], said["send"]) == ("ok", CANARY)


@pytest.mark.parametrize("backend", ["keyring.backends.null.Keyring", "plain.PlaintextKeyring"])
def test_a_keyring_that_keeps_nothing_secret(
    secret_service: SecretService, profile: Path, tmp_path: Path, backend: str
) -> None:
    (tmp_path / "plain.py").write_text(PLAIN)
    path = f"{tmp_path}:{secret_service.env['PYTHONPATH']}"
    said = play(secret_service, profile, "fresh", PYTHON_KEYRING_BACKEND=backend, PYTHONPATH=path)
    check_fresh(said, "untrusted", backend)
    assert list(traces(tmp_path)) == []


def test_killed_in_the_middle_of_a_conversation(secret_service: SecretService, kept: Path) -> None:
    said = play(secret_service, kept, "killed", RING_PID=str(secret_service._daemon.pid))
    with secret_service.killed():
        pass  # the fixture's daemon comes back
    assert (said["send"], said["send again"], said["send after undo"]) == (CANARY,) * 3, "a key once read serves on"
    assert said["new key"][0] in ("absent", "locked")
    assert said["remove"][0] in ("absent", "locked"), "that the key may still be there is said"
    assert said["warnings"][0].startswith("Its key is in memory until the program ends")


def test_denied(secret_service: SecretService, kept: Path) -> None:
    said = play(secret_service, kept, "denied")
    assert said["new key"][0] == "denied"
    assert said["send"] == CANARY, "the old key is still the one in use"
    assert said["remove"][0] == "denied"


def test_emptied_behind_our_back(secret_service: SecretService, kept: Path) -> None:
    code = f"import keyring; keyring.delete_password('chatgui {kept.resolve()}', 'mine')"
    secret_service.python(code).check_returncode()
    said = play(secret_service, kept, "send")
    kind, message, advice = said["send"]
    assert kind == "vault"
    assert message == "The key for “Mine” is no longer in the keyring (Secret Service)."
    assert advice == "Enter the key again. The account and its conversations are unharmed."
    assert said["state"] == "No longer in the keyring (Secret Service)."
    assert (said["new key"], said["send environment"]) == ("ok", "sk-environment")


def test_an_account_can_be_removed_and_brought_back_while_the_keyring_is_locked(
    secret_service: SecretService, kept: Path
) -> None:
    with secret_service.locked():
        said = play(secret_service, kept, "remove")
    assert said["remove"][0] == "locked"
    assert (said["accounts"], said["accounts after undo"]) == (["Demo"], ["Demo", "Mine"])
    assert play(secret_service, kept, "send")["send"] == CANARY, "nothing was lost"
