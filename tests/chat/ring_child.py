"""Scenes that are played in a process of their own, because the keyring's library chooses its backend once for each.

python -m tests.chat.ring_child SCENE      # the profile is CHATGUI_PROFILE; prints what was said, as JSON
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from chatgui.chat.session import Session
from chatgui.core.account import Account, KeySource
from chatgui.core.errors import ChatError, VaultError
from chatgui.core.secret import Secret
from chatgui.demo.server import serve
from chatgui.store.database import Database
from chatgui.store.profile import Profile
from chatgui.store.vault import Vault
from chatgui.wire.client import Client
from tests.support.canary import CANARY

DEADLINE = float(os.environ.get("RING_DEADLINE", "30"))  # seconds the keyring has; where it hangs, less will do
STALL = 0.1  # seconds the loop may stand still


class Heartbeat:
    """When the loop stood still, unless the whole process did (a busy machine is not our fault)."""

    def __init__(self) -> None:
        self.stalls: list[float] = []
        self.began = asyncio.Event()
        self._going = True
        self._slept: list[tuple[float, float]] = []
        self._thread = threading.Thread(target=self._control, daemon=True)

    def _control(self) -> None:
        pause, last = threading.Event(), time.perf_counter()
        while self._going:
            pause.wait(0.005)
            now = time.perf_counter()
            if now - last > 0.03:
                self._slept.append((last, now))
            last = now

    async def beat(self) -> None:
        """Runs beside the scene."""
        self._thread.start()
        last, queued = time.perf_counter(), _run_delay()
        self.began.set()
        while self._going:
            await asyncio.sleep(0.005)
            now, waited = time.perf_counter(), _run_delay()
            asleep = sum(max(0.0, min(now, end) - max(last, start)) for start, end in self._slept)
            if now - last - max(asleep, waited - queued) > STALL:
                self.stalls.append(now - last)
            last, queued = now, waited

    def stop(self) -> None:
        """The scene is over."""
        self._going = False


def _run_delay() -> float:
    """Seconds for which this thread could have run, but the machine was busy with others."""
    try:
        return int(Path("/proc/thread-self/schedstat").read_bytes().split()[1]) / 1e9
    except OSError:
        return 0.0


class Stage:
    """A session, a demo server that remembers which keys it was shown, and what was said."""

    def __init__(self, session: Session, url: str, shown: list[str]) -> None:
        self.session = session
        self.url = url
        self.shown = shown
        self.said: dict[str, Any] = {}

    async def outcome(self, name: str, doing: Awaitable[Any]) -> Any:
        """Do it, and keep what came of it: `ok`, or the error's state and words."""
        try:
            result = await doing
        except VaultError as error:
            self.said[name] = [str(error.state), error.message, error.advice]
        except ChatError as error:
            self.said[name] = [str(error.kind), error.message, error.advice]
        else:
            self.said[name] = "ok" if not isinstance(result, VaultError) else [str(result.state), result.message, ""]
            return result
        return None

    async def where(self) -> str:
        """Where the key in use is, in words."""
        return await self.session.accounts.keys.where(self.session.accounts.by_id("mine"))

    async def send(self, name: str) -> None:
        """Ask something; what is kept is the failure's kind and words, or the key the server was shown."""
        account = self.session.accounts.by_name("Mine")
        conversation = await self.session.new_conversation()
        await self.session.choose_model(conversation.id, account.id, "demo")
        turn = await self.session.send(conversation.id, "hi")
        assert turn
        message = await turn.wait()
        failure = message.failure
        self.said[name] = [str(failure.kind), failure.message, failure.advice] if failure else self.shown[-1]

    async def add(
        self, name: str = "add", source: KeySource = KeySource.KEYRING, key: str = CANARY, **more: Any
    ) -> None:
        """An account with a key."""
        account = Account("mine", "Mine", self.url, key_source=source, default_model="demo", **more)
        secret = Secret(key) if source.is_kept_here else None
        await self.outcome(name, self.session.accounts.add(account, secret))

    async def edit(self, name: str, secret: Secret | None = None, **changes: Any) -> None:
        """Change the account."""
        account = self.session.accounts.by_name("Mine")
        await self.outcome(name, self.session.accounts.edit(replace(account, **changes), secret))

    async def look(self, name: str, *labels: str) -> None:
        """What is in the keyring under the account's names, read beside the program."""
        import keyring

        service = self.session.profile.service
        names = ["mine", *(f"mine/{label}" for label in labels)]
        found = [await asyncio.to_thread(keyring.get_password, service, one) for one in names]
        self.said[name] = found if labels else found[0]


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    """Everything is there; the keyring was not asked yet."""
    shown: list[str] = []
    observe = lambda event, request: shown.append(request.key) if event == "asked" else None  # noqa: E731
    place = Profile(Path(os.environ["CHATGUI_PROFILE"]))
    session = Session(place, Database(place.database), Vault(place.service, deadline=DEADLINE), Client())
    async with serve(pace=0, observe=observe) as server:
        await session.open()
        for account in session.accounts.all():  # the server of an earlier process was at another port
            if not account.is_demo:
                await session.accounts.edit(replace(account, base_url=server.base("demo")))
        heart = Heartbeat()
        beating = asyncio.create_task(heart.beat())
        await heart.began.wait()
        one = Stage(session, server.base("demo"), shown)
        yield one
        heart.stop()
        await beating
        one.said["stalls"] = heart.stalls
        await session.close()


# Scenes


async def unlocked(on: Stage) -> None:
    """A life in the keyring: kept, used, moved, joined by others, removed, brought back."""
    accounts = on.session.accounts
    await on.add()
    on.said["state"] = await on.where()
    await on.send("send")
    await on.outcome("add work", accounts.labelled_keys.add("mine", "work", Secret("sk-work")))
    await on.look("two keys", "work")
    on.said["next"] = await accounts.labelled_keys.use_next("mine")
    await on.send("send work")
    on.said["next again"] = await accounts.labelled_keys.use_next("mine")
    await on.send("send first")
    await on.outcome("remove", accounts.remove("mine"))
    await on.look("removed", "work")
    on.said["undo"] = await on.session.library.undo()
    await on.look("undone", "work")
    await on.send("send after undo")
    await on.outcome("copy", accounts.duplicate("mine"))
    on.said["copied"] = (await accounts.keys.reveal(accounts.by_name("Mine copy"))).reveal()
    await on.outcome("remove work", accounts.labelled_keys.remove("mine", "work"))
    await on.look("one key", "work")
    await on.edit("to this run", key_source=KeySource.SESSION)
    await on.look("left the keyring")
    await on.send("send this run")
    await on.edit("to the keyring", key_source=KeySource.KEYRING)
    await on.look("back in the keyring")
    await on.edit("other key", Secret(CANARY + "2"))
    await on.send("send other")
    await on.edit("first key", Secret(CANARY))


async def send(on: Stage) -> None:
    """Just ask; and the ways on if that fails."""
    await on.send("send")
    on.said["state"] = await on.where()
    await on.outcome("copy key", on.session.accounts.keys.reveal(on.session.accounts.by_name("Mine")))
    await on.edit("new key", Secret("sk-other"))
    on.session.accounts.use_for_this_run("mine", Secret("sk-run"))
    await on.send("send this run")
    on.said["state this run"] = await on.where()
    os.environ["TEST_KEY"] = "sk-environment"
    await on.edit("to the environment", key_source=KeySource.ENVIRONMENT, key_env="TEST_KEY")
    await on.send("send environment")
    on.said["warnings"] = list(on.session.accounts.warnings(on.session.accounts.by_name("Mine")))


async def fresh(on: Stage) -> None:
    """A new account where there is no good keyring."""
    await on.add()
    on.said["accounts"] = [account.name for account in on.session.accounts.all()]
    await on.add("this run", KeySource.SESSION)
    await on.send("send")


async def remove(on: Stage) -> None:
    """Remove an account whose key the keyring does not let go of, and bring it back."""
    await on.outcome("remove", on.session.accounts.remove("mine"))
    on.said["accounts"] = [account.name for account in on.session.accounts.all()]
    await on.session.library.undo()
    on.said["accounts after undo"] = [account.name for account in on.session.accounts.all()]


async def killed(on: Stage) -> None:
    """The keyring dies in the middle of a conversation."""
    await on.send("send")
    await asyncio.to_thread(os.kill, int(os.environ["RING_PID"]), 9)
    await on.send("send again")
    await on.edit("new key", Secret("sk-other"))
    await on.outcome("remove", on.session.accounts.remove("mine"))
    await on.session.library.undo()
    on.said["warnings"] = list(on.session.accounts.warnings(on.session.accounts.by_name("Mine")))
    await on.send("send after undo")


async def denied(on: Stage) -> None:
    """A keyring that answers and says no."""
    from keyring.backends.SecretService import Keyring
    from keyring.errors import PasswordDeleteError, PasswordSetError

    def refuse(error: type[Exception]) -> Callable[..., None]:
        def call(*_: Any) -> None:
            raise error("Can't store password on keychain: (-25244, 'Unknown Error')")

        return call

    Keyring.set_password = refuse(PasswordSetError)  # type: ignore[method-assign]
    Keyring.delete_password = refuse(PasswordDeleteError)  # type: ignore[method-assign]
    await on.edit("new key", Secret("sk-other"))
    await on.send("send")
    await on.outcome("remove", on.session.accounts.remove("mine"))


async def blocking(on: Stage) -> None:
    """The loop stands still, to see that it would be noticed."""
    threading.Event().wait(STALL * 3)
    await asyncio.sleep(0)
    on.said["blocked"] = True


SCENES = {one.__name__: one for one in (unlocked, send, fresh, remove, killed, denied, blocking)}


async def main(scene: str) -> None:
    """Play it and print."""
    async with stage() as on:
        await SCENES[scene](on)
    print(json.dumps(on.said))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
