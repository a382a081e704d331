"""The accounts: in which order, what each is like, what was learnt about each. Their keys are the business of `chat.keys`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from chatgui.chat.checks import (
    PROXY_LABEL,
    checked,
    checked_key,
    refuse_written_key,
    split_proxy,
)
from chatgui.chat.demo import DemoServer, demo_account
from chatgui.chat.discovery import Found, discover
from chatgui.chat.keys import Held, Keys, places
from chatgui.chat.labelled_keys import LabelledKeys
from chatgui.chat.names import free_name, is_taken
from chatgui.chat.undo import Step, UndoStack
from chatgui.core.account import Account, KeySource, Model, Traits
from chatgui.core.change import AccountsChanged, Change
from chatgui.core.errors import ChatError, UsageError, VaultError
from chatgui.core.event import Event
from chatgui.core.ids import new_id
from chatgui.core.secret import Secret
from chatgui.store import accounts as rows
from chatgui.store.database import Database
from chatgui.store.vault import Vault
from chatgui.wire.base_url import plain_words
from chatgui.wire.presets import traits_of

if TYPE_CHECKING:
    from chatgui.wire.client import Client

_TRAITS = frozenset(one.name for one in fields(Traits))


@dataclass(frozen=True, slots=True)
class _Taken:
    """A removed account, and all that is needed to have it back."""

    account: Account
    models: list[Model] | None
    held: Held
    failed: VaultError | None


class Accounts:
    """All accounts, in the user's order. Accounts are replaced whole; views hear `AccountsChanged`."""

    def __init__(
        self, database: Database, vault: Vault, client: Client, changed: Event[Change], undo: UndoStack | None = None
    ) -> None:
        self.keys = Keys(vault)
        self.labelled_keys = LabelledKeys(self.keys, self.by_id, self._save)
        self.vault = vault
        self.demo = DemoServer()
        self._db = database
        self._client = client
        self._changed = changed
        self._undo = undo or UndoStack()
        self._accounts: dict[str, Account] = {}
        self._models: dict[str, list[Model]] = {}
        self._lent: set[str] = set()
        self._trouble: dict[str, str] = {}  # by account id: what the keyring did not do

    async def load(self) -> None:
        """Read them from the database; a profile made just now begins with the demo account."""
        if self._db.created and not self._accounts:
            await self._db.write(rows.save, demo_account(), durable=True)
        loaded = await self._db.call(rows.load)
        self._accounts = {account.id: account for account in loaded}
        self._models = await self._db.call(rows.load_models)

    # Which there are

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

    def usable(self, account_id: str) -> Account:
        """An account that may be asked. Raises UsageError if there is none, or if it is switched off."""
        account = self.by_id(account_id)
        if account.disabled:
            raise UsageError(f"“{account.name}” is switched off.", advice="Switch it on, or choose another model.")
        return account

    def warnings(self, account: Account) -> tuple[str, ...]:
        """What its owner should know about this account as it is, one sentence each. Nothing is asked for this."""
        missing = account.key_source is KeySource.ENVIRONMENT and not os.environ.get(account.key_env, "").strip()
        found = (
            plain_words(account.base_url),
            f"The environment variable {account.key_env} is not set now." if missing else "",
            self._trouble.get(account.id, ""),
        )
        return tuple(words for words in found if words)

    # Changing them

    async def add(self, account: Account, secret: Secret | None = None) -> Account:
        """Keep a new account, its key in the place `key_source` names; the account as it was kept is returned.

        The address is mended (`https://` and `/v1` where they are missing, a pasted endpoint taken off), a password in the
        proxy's URL goes into the keyring. Raises UsageError for what cannot be, VaultError, StoreError: then nothing was
        kept.
        """
        account = checked(account)
        self._refuse_name(account)
        account = replace(account, position=max((one.position for one in self._accounts.values()), default=-1) + 1)
        try:
            account = await self._keep_keys(account, secret)
            await self._save(account)
        except ChatError:
            await self.keys.take_new(account)  # no key stays behind without its account
            raise
        return account

    async def edit(self, account: Account, secret: Secret | None = None) -> Account:
        """Replace an account (same id), and the key in use if one is given. Raises as `add` does.

        Where the key is to be kept elsewhere from now on, it moves. What was learnt, the order, the list of keys and
        whether it is switched off have verbs of their own, so they stay as they are now, whatever a form still shows;
        what was learnt is forgotten when the account becomes one of another server.
        """
        before = self.by_id(account.id)
        account = checked(account, before)
        self._refuse_name(account)
        same = (before.base_url, before.provider) == (account.base_url, account.provider)
        account = replace(
            account, position=before.position, keys=before.keys, key=before.key, last_test=before.last_test,
            disabled=before.disabled, traits=before.traits if same else traits_of(account.provider),
        )  # fmt: skip
        moves = account.key_source is not before.key_source
        if not account.key_source.is_kept_here:
            account = replace(account, keys=(), key="")
        if moves and (secret is None or account.key_source is KeySource.KEYRING):
            await self.keys.move(before, account)
        account = await self._keep_keys(account, secret)
        await self._save(account)
        await self.keys.forget_proxy(before, account)
        if not same and self.known_models(account.id):
            await self.keep_models(account.id, [])
        if moves and before.key_source is KeySource.KEYRING:
            await self._leave_keyring(before, account)
        return account

    async def remove(self, account_id: str) -> VaultError | None:
        """Forget an account and its keys; what the keyring refused is returned. Conversations stay.

        It can be undone while the program runs: its keys leave the keyring now and are held in memory, by the undo alone,
        for as long as it can be undone (200 steps, at most until the program ends). Undoing puts them back; if the keyring
        refuses then, they serve for this run, and `warnings` says so. A key that could not be read now (locked keyring)
        must be entered again after an undo.
        """
        account = self.by_id(account_id)
        taken: list[_Taken] = []

        async def forth() -> None:
            taken.append(await self._take_out(account_id))

        async def back() -> None:
            await self._put_back(taken.pop())

        await self._undo.do(Step(f"Account “{account.name}” removed", back, forth))
        return taken[-1].failed

    async def _take_out(self, account_id: str) -> _Taken:
        account = self.by_id(account_id)
        await self._db.write(rows.delete, account_id, durable=True)  # first: if this fails, no key has gone
        models = self._models.pop(account_id, None)
        del self._accounts[account_id]
        self._changed.emit(AccountsChanged())
        return _Taken(account, models, *await self.keys.take(account))

    async def _put_back(self, taken: _Taken) -> None:
        account = replace(taken.account, name=self._free_name(taken.account.name))
        failed = await self.keys.put_back(account, taken.held)
        self._trouble.pop(account.id, None)
        if failed is not None:
            self._trouble[account.id] = f"Its key is in memory until the program ends: {failed.message}"
        await self._save(account)
        if taken.models is not None:
            await self.keep_models(account.id, taken.models)

    async def duplicate(self, account_id: str) -> Account:
        """A copy of an account, with its keys, right below it. Raises VaultError if a key cannot be copied."""
        source = self.by_id(account_id)
        copy = replace(source, id=new_id(), name=self._free_name(f"{source.name} copy"), last_test="")
        try:
            await self.keys.copy(source, copy)
            await self._save(copy)
        except ChatError:
            await self.keys.take_new(copy)  # no key stays behind without its account
            raise
        order = [one.id for one in self.all() if one.id != copy.id]
        order.insert(order.index(source.id) + 1, copy.id)
        await self._reorder(order)
        return self.by_id(copy.id)

    async def move(self, account_id: str, position: int) -> None:
        """Put an account at this place of the order, counted from 0."""
        self.by_id(account_id)
        order = [one.id for one in self.all() if one.id != account_id]
        order.insert(max(position, 0), account_id)
        await self._reorder(order)

    async def disable(self, account_id: str, disabled: bool) -> None:
        """Switch an account off (nothing is asked of it, it is not offered) or on again."""
        account = self.by_id(account_id)
        if account.disabled != disabled:
            await self._save(replace(account, disabled=disabled))

    def lend(self, account: Account) -> None:
        """Use an account for this run only: it is never written."""
        self._lent.add(account.id)
        self._accounts[account.id] = account

    # Keys

    async def secret(self, account: Account) -> Secret | None:
        """The key in use, or None where none is needed. Raises VaultError with what to do where it is not to be had."""
        return await self.keys.get(account)

    def secrets(self) -> list[Secret]:
        """Every key in memory, for cleaning what others print."""
        return self.keys.all()

    def use_for_this_run(self, account_id: str, secret: Secret) -> None:
        """Use this key until the program ends, whatever the keyring says; it is written nowhere. Raises UsageError."""
        self.keys.lend(self.by_id(account_id), checked_key(secret))
        self._changed.emit(AccountsChanged())

    async def _keep_keys(self, account: Account, secret: Secret | None) -> Account:
        network, password = split_proxy(account.network)
        account = replace(account, network=network)
        if secret is not None and account.key_source.is_kept_here:
            secret = checked_key(secret)
            refuse_written_key(account, secret)
            await self.keys.put(account, secret, account.key)
            self._trouble.pop(account.id, None)
        if password is not None:
            await self.keys.put(account, password, PROXY_LABEL)
        return account

    async def _leave_keyring(self, before: Account, after: Account) -> None:
        """The keys are elsewhere now. A keyring that is locked does not stop that: it is why people do it."""
        to_memory = after.key_source is KeySource.SESSION
        held, failed = await self.keys.take(before, places(before, proxy=to_memory))
        if to_memory:
            await self.keys.put_back(after, held)
        if failed is not None:
            self._trouble[after.id] = f"Its old key may still be in the keyring: {failed.message}"
            self._changed.emit(AccountsChanged())

    # Reaching and learning

    async def reachable(self, account: Account) -> Account:
        """The account with the address to use now: the demo's server is started by this."""
        if account.is_demo:
            return replace(account, base_url=await self.demo.base_url())
        return account

    async def discover(self) -> list[Found]:
        """Model servers on this computer that are no accounts yet (`Found.account()` is what to add). See `chat.discovery`."""
        return await discover(self._client, known=[one.base_url for one in self._accounts.values()])

    def known_models(self, account_id: str) -> list[Model]:
        """The models the account listed when it was last asked; no request is made."""
        return self._models.get(account_id, [])

    async def models(self, account_id: str, *, refresh: bool = False) -> list[Model]:
        """The account's models, asked for if not known yet. Raises ChatError."""
        if not refresh and (known := self.known_models(account_id)):
            return known
        account = await self.reachable(self.by_id(account_id))
        password = await self.keys.proxy_password(account)
        models = await self._client.models(account, await self.secret(account), proxy_password=password)
        await self.keep_models(account_id, models)
        return models

    async def keep_models(self, account_id: str, models: Sequence[Model]) -> None:
        """Remember what `/models` said of an account; one that is not kept is passed over."""
        if account_id not in self._accounts:
            return
        self._models[account_id] = list(models)
        if account_id not in self._lent:
            await self._db.write(rows.save_models, account_id, models)
        self._changed.emit(AccountsChanged())

    async def learn(self, account_id: str, traits: Mapping[str, Any]) -> None:
        """Remember what an account was seen to do; its next request is made accordingly."""
        account = self._accounts.get(account_id)
        known = {name: value for name, value in traits.items() if name in _TRAITS}
        if account is None or all(getattr(account.traits, name) == value for name, value in known.items()):
            return
        await self._save(replace(account, traits=replace(account.traits, **known)))

    async def forget_learnt(self, account_id: str) -> None:
        """Begin anew with an account: nothing is known of what it accepts but what is known of its provider."""
        account = self.by_id(account_id)
        await self._save(replace(account, traits=traits_of(account.provider)))

    async def note_test(self, account_id: str, words: str) -> None:
        """Remember how the last examination went; an account that is not kept is passed over."""
        if account_id in self._accounts:
            await self._save(replace(self._accounts[account_id], last_test=words))

    # Keeping

    def _refuse_name(self, account: Account) -> None:
        if is_taken(account.name, (one.name for one in self._accounts.values() if one.id != account.id)):
            raise UsageError(f"There is already an account “{account.name}”.", advice="Choose another name.")

    def _free_name(self, name: str) -> str:
        return free_name(name, (one.name for one in self._accounts.values()))

    async def _reorder(self, order: Iterable[str]) -> None:
        moved = [replace(self._accounts[one], position=number) for number, one in enumerate(order)]
        await self._db.write(_save_all, [one for one in moved if one.id not in self._lent], durable=True)
        self._accounts |= {one.id: one for one in moved}
        self._changed.emit(AccountsChanged())

    async def _save(self, account: Account) -> None:
        if account.id not in self._lent:
            await self._db.write(rows.save, account, durable=True)
        self._accounts[account.id] = account
        self._changed.emit(AccountsChanged())


def _save_all(connection: Any, accounts: Iterable[Account]) -> None:
    for account in accounts:
        rows.save(connection, account)
