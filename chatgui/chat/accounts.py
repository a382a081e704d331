"""The accounts: where they are kept, which key each uses, what was learnt about each."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from chatgui.chat.demo import DemoServer, demo_account
from chatgui.core.account import Account, KeySource, Model, Traits
from chatgui.core.change import AccountsChanged, Change
from chatgui.core.errors import UsageError, VaultError, VaultState
from chatgui.core.event import Event
from chatgui.core.secret import Secret
from chatgui.store import accounts as rows
from chatgui.store.database import Database
from chatgui.store.vault import Vault
from chatgui.wire.client import Client

_TRAITS = frozenset(one.name for one in fields(Traits))


class Accounts:
    """All accounts, in the user's order. Accounts are replaced whole; views hear `AccountsChanged`."""

    def __init__(self, database: Database, vault: Vault, client: Client, changed: Event[Change]) -> None:
        self._db = database
        self.vault = vault
        self._client = client
        self._changed = changed
        self._accounts: dict[str, Account] = {}
        self._models: dict[str, list[Model]] = {}
        self._keys: dict[str, Secret] = {}  # by account id: given for this run, or read from the keyring before
        self._lent: set[str] = set()
        self.demo = DemoServer()

    async def load(self) -> None:
        """Read them from the database; a profile made just now begins with the demo account."""
        if self._db.created:
            await self._db.write(rows.save, demo_account(), durable=True)
        loaded = await self._db.call(rows.load)
        self._accounts = {account.id: account for account in loaded}
        self._models = await self._db.call(rows.load_models)

    def all(self) -> tuple[Account, ...]:
        """Every account, in order."""
        return tuple(sorted(self._accounts.values(), key=lambda account: account.position))

    def by_id(self, account_id: str) -> Account:
        """Raises UsageError if there is none."""
        try:
            return self._accounts[account_id]
        except KeyError:
            raise UsageError("This account is no longer there.", advice="Choose another account.") from None

    def by_name(self, name: str) -> Account:
        """By name (or id), ignoring case. Raises UsageError if there is none."""
        for account in self._accounts.values():
            if account.id == name or account.name.casefold() == name.casefold():
                return account
        known = ", ".join(f"“{account.name}”" for account in self.all()) or "none yet"
        raise UsageError(f"There is no account “{name}”.", advice=f"Accounts are: {known}.")

    def default(self, preferred: str = "") -> Account | None:
        """The account of new conversations: the preferred one, else the newest of the user's own, else the demo."""
        usable = [account for account in self.all() if not account.disabled]
        if chosen := next((account for account in usable if account.id == preferred), None):
            return chosen
        own = [account for account in usable if not account.is_demo]
        return own[-1] if own else next(iter(usable), None)

    async def add(self, account: Account, secret: Secret | None = None) -> Account:
        """Keep a new account, its key in the place `key_source` names. Raises UsageError, VaultError, StoreError.

        Nothing is kept if the key cannot be.
        """
        if any(one.name.casefold() == account.name.casefold() for one in self._accounts.values()):
            raise UsageError(f"There is already an account “{account.name}”.", advice="Choose another name.")
        account = replace(account, position=max((one.position for one in self._accounts.values()), default=-1) + 1)
        await self._keep_key(account, secret)
        await self._save(account)
        return account

    async def edit(self, account: Account, secret: Secret | None = None) -> None:
        """Replace an account (same id), and its key if one is given. Raises as `add` does."""
        before = self.by_id(account.id)
        same = [one for one in self._accounts.values() if one.name.casefold() == account.name.casefold()]
        if any(one.id != account.id for one in same):
            raise UsageError(f"There is already an account “{account.name}”.", advice="Choose another name.")
        if (before.base_url, before.provider) != (account.base_url, account.provider):
            account = replace(account, traits=Traits())  # what was learnt was learnt about another server
        await self._keep_key(account, secret)
        if before.key_source is KeySource.KEYRING and account.key_source is not KeySource.KEYRING:
            await self.vault.delete(account.id)
        await self._save(account)

    async def remove(self, account_id: str) -> VaultError | None:
        """Forget an account and its key. If the keyring does not let go of the key, that error is returned."""
        account = self.by_id(account_id)
        failed = None
        if account.key_source is KeySource.KEYRING:
            try:
                await self.vault.delete(account_id)
            except VaultError as error:
                failed = None if error.state is VaultState.MISSING else error
        await self._db.write(rows.delete, account_id, durable=True)
        self._keys.pop(account_id, None)
        self._models.pop(account_id, None)
        del self._accounts[account_id]
        self._changed.emit(AccountsChanged())
        return failed

    async def secret(self, account: Account) -> Secret | None:
        """The account's key, or None where it needs none. Raises VaultError with what to do where it is not to be had."""
        match account.key_source:
            case KeySource.NONE:
                return None
            case KeySource.ENVIRONMENT:
                return self._from_environment(account)
            case _:
                pass
        if key := self._keys.get(account.id):
            return key
        if account.key_source is KeySource.SESSION:
            raise VaultError(
                VaultState.MISSING,
                f"The key for “{account.name}” was kept for the last run of the program only.",
                advice="Enter the key again.",
            )
        key = await self.vault.get(account.id)
        if key is None:
            raise VaultError(
                VaultState.MISSING,
                f"The key for “{account.name}” is no longer in the keyring ({self.vault.backend()}).",
                advice="Enter the key again. The account and its conversations are unharmed.",
            )
        self._keys[account.id] = key
        return key

    def _from_environment(self, account: Account) -> Secret:
        value = os.environ.get(account.key_env, "").strip()
        if not value:
            raise VaultError(
                VaultState.MISSING,
                f"The environment variable {account.key_env} holds no key for “{account.name}”.",
                advice=f"Set {account.key_env} before the program starts.",
            )
        return Secret(value)

    async def _keep_key(self, account: Account, secret: Secret | None) -> None:
        if secret is None:
            return
        if account.key_source is KeySource.KEYRING:
            await self.vault.set(account.id, secret)
        self._keys[account.id] = secret

    def secrets(self) -> list[Secret]:
        """Every key in memory, for cleaning what others print."""
        return list(self._keys.values())

    async def reachable(self, account: Account) -> Account:
        """The account with the address to use now: the demo's server is started by this."""
        if account.is_demo:
            return replace(account, base_url=await self.demo.base_url())
        return account

    def known_models(self, account_id: str) -> list[Model]:
        """The models the account listed when it was last asked; no request is made."""
        return self._models.get(account_id, [])

    async def models(self, account_id: str, *, refresh: bool = False) -> list[Model]:
        """The account's models, asked for if not known yet. Raises ChatError."""
        if not refresh and account_id in self._models:
            return self._models[account_id]
        account = await self.reachable(self.by_id(account_id))
        models = await self._client.models(account, await self.secret(account))
        if account_id in self._accounts:
            self._models[account_id] = models
            await self._db.write(rows.save_models, account_id, models)
            self._changed.emit(AccountsChanged())
        return models

    async def learn(self, account_id: str, traits: Mapping[str, Any]) -> None:
        """Remember what an account was seen to do."""
        account = self._accounts.get(account_id)
        known = {name: value for name, value in traits.items() if name in _TRAITS}
        if account is None or all(getattr(account.traits, name) == value for name, value in known.items()):
            return
        await self._save(replace(account, traits=replace(account.traits, **known)))

    def lend(self, account: Account) -> None:
        """Use an account for this run only: it is never written."""
        self._lent.add(account.id)
        self._accounts[account.id] = account

    async def _save(self, account: Account) -> None:
        if account.id not in self._lent:
            await self._db.write(rows.save, account, durable=True)
        self._accounts[account.id] = account
        self._changed.emit(AccountsChanged())
