"""Several keys of one account, each but the first under a label (“work”); one of them is in use."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from chatgui.chat.checks import checked_key, checked_label
from chatgui.chat.keys import Keys, place
from chatgui.core.account import Account
from chatgui.core.errors import UsageError, VaultError
from chatgui.core.secret import Secret


class LabelledKeys:
    """The verbs that add and remove such keys and choose among them. The empty label is the account's first key."""

    def __init__(self, keys: Keys, by_id: Callable[[str], Account], save: Callable[[Account], Awaitable[None]]) -> None:
        self._keys = keys
        self._by_id = by_id
        self._save = save

    async def add(self, account_id: str, label: str, secret: Secret) -> None:
        """Give an account a further key; `use` makes it the one in use. Raises UsageError, VaultError, StoreError."""
        account = self._by_id(account_id)
        if not account.key_source.is_kept_here:
            raise UsageError("Only an account whose keys are kept here can have several.")
        label, secret = checked_label(label, account.keys), checked_key(secret)
        await self._keys.put(account, secret, label)
        await self._save(replace(account, keys=(*account.keys, label)))

    async def use(self, account_id: str, label: str) -> None:
        """Use another of the account's keys from the next request on. Raises UsageError if it has none of this label."""
        account = self._by_id(account_id)
        if label not in ("", *account.keys):
            raise UsageError(f"“{account.name}” has no key “{label}”.")
        await self._save(replace(account, key=label))

    async def use_next(self, account_id: str) -> str:
        """Rotate: use the key after the one in use, and after the last the first again. Its label is returned."""
        account = self._by_id(account_id)
        labels = ("", *account.keys)
        label = labels[(labels.index(account.key) + 1) % len(labels)]
        await self.use(account_id, label)
        return label

    async def remove(self, account_id: str, label: str) -> VaultError | None:
        """Take a further key away; what the keyring refused is returned. If it was in use, the first one is now.

        The first key is not removed but replaced, by `Accounts.edit`. This cannot be undone.
        """
        account = self._by_id(account_id)
        if label not in account.keys:
            raise UsageError(f"“{account.name}” has no key “{label}”.")
        left = tuple(one for one in account.keys if one != label)
        await self._save(replace(account, keys=left, key="" if account.key == label else account.key))
        _, failed = await self._keys.take(account, (place(account.id, label),))
        return failed
