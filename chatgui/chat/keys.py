"""The keys of the accounts: each in the place its account names, and those of this run in memory.

In the keyring an account's first key is called by the account's id, a further one `id/label`, the password of its proxy
`id/proxy`. A key read from the keyring stays in memory for the run, so that a keyring that locks or dies does not stop a
conversation. No key is ever written anywhere but into the keyring.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from weakref import WeakSet

from chatgui.chat.checks import PROXY_LABEL, split_proxy
from chatgui.core.account import Account, KeySource, ProxyMode
from chatgui.core.errors import VaultError, VaultState
from chatgui.core.secret import Secret
from chatgui.store.vault import Vault


class Held:
    """Keys taken out of their places while that can still be undone. Whoever could undo it owns this; nobody else does."""

    __slots__ = ("__weakref__", "secrets")

    def __init__(self) -> None:
        self.secrets: dict[str, Secret] = {}


def place(account_id: str, label: str = "") -> str:
    """The name of a key in the keyring."""
    return f"{account_id}/{label}" if label else account_id


class Keys:
    """What `chat.accounts` knows of keys. Values go in and out as `Secret`s; words never hold them."""

    def __init__(self, vault: Vault) -> None:
        self.vault = vault
        self._memory: dict[str, Secret] = {}
        self._held: WeakSet[Held] = WeakSet()

    def all(self) -> list[Secret]:
        """Every key in memory, those that an undo would put back included: for cleaning what others print."""
        return [*self._memory.values(), *(secret for held in self._held for secret in held.secrets.values())]

    async def get(self, account: Account) -> Secret | None:
        """The key in use, or None where none is needed. Raises VaultError with what to do where it is not to be had."""
        match account.key_source:
            case KeySource.NONE:
                return None
            case KeySource.ENVIRONMENT:
                return _from_environment(account)
            case _:
                pass
        name = place(account.id, account.key)
        if key := self._memory.get(name):
            return key
        if account.key_source is KeySource.SESSION:
            raise VaultError(
                VaultState.MISSING,
                f"The key for “{account.name}” was kept for the last run of the program only.",
                advice="Enter the key again.",
            )
        key = await self.vault.get(name)
        if key is None:
            raise VaultError(
                VaultState.MISSING,
                f"The key for “{account.name}” is no longer in the keyring ({self.vault.backend()}).",
                advice="Enter the key again. The account and its conversations are unharmed.",
            )
        self._memory[name] = key
        return key

    async def proxy_password(self, account: Account) -> Secret | None:
        """The password of the account's own proxy, where its URL names a user and there is one. Raises VaultError."""
        network, given = split_proxy(account.network)
        if given is not None or network.proxy_mode is not ProxyMode.OWN or "@" not in network.proxy:
            return given
        name = place(account.id, PROXY_LABEL)
        if name not in self._memory and account.key_source is not KeySource.SESSION:
            try:
                found = await self.vault.get(name)
            except VaultError as error:
                if error.state in (VaultState.ABSENT, VaultState.UNTRUSTED):
                    return None  # then none was ever kept; the proxy itself says so if it wants one
                raise
            if found is not None:
                self._memory[name] = found
        return self._memory.get(name)

    async def forget_proxy(self, before: Account, after: Account) -> None:
        """The proxy's password goes when the account no longer names a user of a proxy. Raises nothing."""
        if "@" in before.network.proxy and "@" not in after.network.proxy:
            await self.take(before, (place(before.id, PROXY_LABEL),))

    async def put(self, account: Account, secret: Secret, label: str) -> None:
        """Keep a key where the account keeps its keys. Raises VaultError; then nothing has changed."""
        name = place(account.id, label)
        if account.key_source is not KeySource.SESSION:
            await self.vault.set(name, secret)
        self._memory[name] = secret

    def lend(self, account: Account, secret: Secret) -> None:
        """Use this key until the program ends, whatever the keyring says."""
        self._memory[place(account.id, account.key)] = secret

    async def move(self, before: Account, after: Account) -> None:
        """Carry the keys of an account to the place it names now. Raises VaultError; then they are where they were."""
        if after.key_source is KeySource.KEYRING:
            for name in places(before):
                if name in self._memory:
                    await self.vault.set(name, self._memory[name])
        elif after.key_source is KeySource.SESSION:
            for name in places(before):
                if name not in self._memory and (found := await self.vault.get(name)):
                    self._memory[name] = found

    async def copy(self, source: Account, target: Account) -> None:
        """Give another account the same keys. Raises VaultError; some may then be there already."""
        for name, other in zip(places(source), places(target), strict=True):
            secret = self._memory.get(name)
            if secret is None and _in_keyring(source, name):
                secret = await self.vault.get(name)
            if secret is not None:
                await self.put(target, secret, other.partition("/")[2])

    async def take(self, account: Account, names: Iterable[str] = ()) -> tuple[Held, VaultError | None]:
        """Take the account's keys (or those of these names) out of every place. What the keyring did not do is returned.

        The keys themselves are in `Held`, as far as they could be read, and nowhere else.
        """
        held, failed = Held(), None
        for name in tuple(names) or places(account):
            secret = self._memory.pop(name, None)
            if _in_keyring(account, name) and failed is None:
                try:
                    secret = secret or await self.vault.get(name)
                    await self.vault.delete(name)
                except VaultError as error:
                    failed = error  # a keyring that hangs would hang at the next name too
            if secret is not None:
                held.secrets[name] = secret
        self._held.add(held)
        return held, failed

    async def take_new(self, account: Account) -> None:
        """Take out what was put for an account that could not be kept. A keyring that took nothing is not asked again:
        a locked one would ask the person for its password a second time.
        """
        if put := [name for name in places(account) if name in self._memory]:
            await self.take(account, put)

    async def put_back(self, account: Account, held: Held) -> VaultError | None:
        """Undo `take`. If the keyring refuses, the keys serve for this run, and its error is returned."""
        failed = None
        for name, secret in held.secrets.items():
            self._memory[name] = secret
            if _in_keyring(account, name) and failed is None:
                try:
                    await self.vault.set(name, secret)
                except VaultError as error:
                    failed = error
        held.secrets.clear()
        return failed

    async def where(self, account: Account) -> str:
        """Where the key in use is now, in words; the keyring is asked."""
        match account.key_source:
            case KeySource.NONE:
                return "No key is needed."
            case KeySource.ENVIRONMENT:
                there = bool(os.environ.get(account.key_env, "").strip())
                return f"In the environment variable {account.key_env}{'' if there else ', which is not set now'}."
            case KeySource.SESSION:
                there = place(account.id, account.key) in self._memory
                return "In memory until the program ends." if there else "Not known: it was for the last run only."
            case KeySource.KEYRING:
                return await self._ask_for(place(account.id, account.key))

    async def _ask_for(self, name: str) -> str:
        try:
            found = await self.vault.get(name)
        except VaultError as error:
            return (
                f"{error.message} The key is in memory until the program ends."
                if name in self._memory
                else error.message
            )
        if found is not None:
            return f"In the keyring ({self.vault.backend()})."
        return f"No longer in the keyring ({self.vault.backend()})."

    async def reveal(self, account: Account) -> Secret:
        """The key in use, for its owner to copy: the keyring is asked again, so one that is locked says no.

        Raises VaultError.
        """
        if account.key_source is KeySource.KEYRING:
            found = await self.vault.get(place(account.id, account.key))
        else:
            found = await self.get(account)
        if found is None:
            raise VaultError(VaultState.MISSING, f"There is no key for “{account.name}”.", advice="Enter one.")
        return found


def places(account: Account, *, proxy: bool = True) -> tuple[str, ...]:
    """The names of all keys of an account, the password of its proxy at the end."""
    return tuple(place(account.id, label) for label in ("", *account.keys, *((PROXY_LABEL,) if proxy else ())))


def _in_keyring(account: Account, name: str) -> bool:
    """Whether this one lies in the keyring. A proxy's password does even where the account has no key of its own."""
    if name.endswith("/" + PROXY_LABEL):
        return account.key_source is not KeySource.SESSION and "@" in account.network.proxy
    return account.key_source is KeySource.KEYRING


def _from_environment(account: Account) -> Secret:
    value = os.environ.get(account.key_env, "").strip()
    if not value:
        raise VaultError(
            VaultState.MISSING,
            f"The environment variable {account.key_env} holds no key for “{account.name}”.",
            advice=f"Set {account.key_env} before the program starts.",
        )
    return Secret(value)
