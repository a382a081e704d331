"""Keys in the OS keyring, asked on a thread of its own with a deadline, because a keyring may wait for a person for ever.

Only backends known to keep secrets are used; what was written is read back.
No key is in any error, log line or file.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from chatgui.core.errors import VaultError, VaultState
from chatgui.core.secret import Secret

R = TypeVar("R")

DEADLINE = 5.0  # seconds

_ALLOWED = {
    "keyring.backends.SecretService.Keyring": "Secret Service",
    "keyring.backends.kwallet.DBusKeyring": "KWallet",
    "keyring.backends.kwallet.DBusKeyringKWallet4": "KWallet",
    "keyring.backends.libsecret.Keyring": "Secret Service",
    "keyring.backends.macOS.Keyring": "Keychain",
    "keyring.backends.Windows.WinVaultKeyring": "Windows Credential Manager",
}

_THIS_RUN = "Give the key for this run only, or the name of an environment variable that holds it."
_WORDS: dict[VaultState, tuple[str, str]] = {
    VaultState.ABSENT: ("No keyring answers on this system.", _THIS_RUN),
    VaultState.LOCKED: ("The keyring is locked.", "Unlock it and try again. " + _THIS_RUN),
    VaultState.DENIED: ("The keyring did not allow it.", "Allow access in the keyring's own program. " + _THIS_RUN),
    VaultState.HUNG: (
        "The keyring does not answer.",
        "It may be asking for its password in another window; answer that and try again. " + _THIS_RUN,
    ),
    VaultState.UNTRUSTED: ("The keyring of this system is not one that keeps keys safe: {backend}.", _THIS_RUN),
    VaultState.NOT_KEPT: ("The keyring took the key but did not keep it.", _THIS_RUN),
    VaultState.MISSING: ("The key is no longer in the keyring.", "Enter it again."),
}


def complaint(state: VaultState, backend: str = "") -> VaultError:
    """The error for a state, in the usual words."""
    message, advice = _WORDS[state]
    return VaultError(state, message.format(backend=backend), advice=advice)


class Vault:
    """The keys of one profile. `service` is the name they have in the keyring, `deadline` in seconds.

    All methods are for the loop's thread. Those that ask the keyring raise VaultError.
    """

    def __init__(self, service: str, *, deadline: float = DEADLINE) -> None:
        self._service = service
        self._deadline = deadline
        self._jobs: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._stuck = False  # on a call nobody waits for any more
        self._keyring: Any = None
        self._backend = ""

    async def get(self, name: str) -> Secret | None:
        """The key, or None if there is none."""
        value = await self._ask(lambda keyring: keyring.get_password(self._service, name))
        return Secret(value) if value else None

    async def set(self, name: str, secret: Secret) -> None:
        """Keep a key, and make sure that it was kept."""

        def write(keyring: Any) -> bool:
            keyring.set_password(self._service, name, secret.reveal())
            return bool(keyring.get_password(self._service, name) == secret.reveal())

        if not await self._ask(write):
            raise complaint(VaultState.NOT_KEPT)

    async def delete(self, name: str) -> None:
        """Remove a key; fine if there is none."""

        def remove(keyring: Any) -> None:
            if keyring.get_password(self._service, name) is not None:
                keyring.delete_password(self._service, name)

        await self._ask(remove)

    async def state(self) -> VaultState | None:
        """Why the keyring does not serve now; None if it does."""
        try:
            await self._ask(lambda keyring: keyring.get_password(self._service, "?"))
        except VaultError as error:
            return error.state
        return None

    def backend(self) -> str:
        """The keyring's name for people; empty before it was first asked."""
        return self._backend

    # ------------------------------------------------------------------------------------------------- the thread

    async def _ask(self, job: Callable[[Any], R]) -> R:
        if self._stuck:
            raise complaint(VaultState.HUNG)
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="keyring", daemon=True)
            self._thread.start()
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[R] = loop.create_future()

        def run() -> None:
            try:
                result, error = job(self._chosen()), None
            except Exception as raised:  # noqa: BLE001  # backends raise anything, not only KeyringError
                result, error = None, _translate(raised)
            with contextlib.suppress(RuntimeError):  # the loop may be gone by now
                loop.call_soon_threadsafe(self._deliver, answer, result, error)

        self._jobs.put(run)
        try:
            async with asyncio.timeout(self._deadline):
                return await answer
        except TimeoutError:
            self._stuck = True  # until the abandoned call comes back; its answer is dropped
            raise complaint(VaultState.HUNG) from None

    def _deliver(self, answer: asyncio.Future[Any], result: Any, error: VaultError | None) -> None:
        self._stuck = False
        if answer.done():
            return
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(result)

    def _work(self) -> None:
        while True:
            self._jobs.get()()

    def _chosen(self) -> Any:
        """The backend; looked for again each time while there is none, for a keyring may come up later."""
        if self._keyring is None:
            self._keyring, self._backend = _choose()
        return self._keyring


def _choose() -> tuple[Any, str]:
    import keyring.core

    keyring.core.init_backend()
    chosen = keyring.get_keyring()
    candidates = [*getattr(chosen, "backends", ()), chosen]  # a chain of backends, or one
    for one in candidates:
        if name := _ALLOWED.get(_full_name(one)):
            return one, name
    if _full_name(chosen).startswith("keyring.backends.fail."):
        raise complaint(VaultState.ABSENT)
    raise complaint(VaultState.UNTRUSTED, _full_name(chosen))


def _full_name(backend: Any) -> str:
    return f"{type(backend).__module__}.{type(backend).__qualname__}"


def _translate(error: Exception) -> VaultError:
    """One of ours, without the cause: what a backend says may hold the key."""
    if isinstance(error, VaultError):
        return error
    names = {one.__name__ for one in type(error).__mro__}
    said = str(error).lower()
    if names & {"KeyringLocked", "InitError", "LockedException", "PromptDismissedException"}:
        return complaint(VaultState.LOCKED)
    if names & {"NoKeyringError", "ConnectionError", "FileNotFoundError", "SecretServiceNotAvailableException"}:
        return complaint(VaultState.ABSENT)
    if "DBusErrorResponse" in names and any(word in said for word in ("serviceunknown", "noreply", "disconnected")):
        return complaint(VaultState.ABSENT)
    return complaint(VaultState.DENIED)
