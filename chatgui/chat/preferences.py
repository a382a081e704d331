"""The settings in force: changed one by one, all at once, or by a file; kept at once, and told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from chatgui.core.account import Network, ProxyMode
from chatgui.core.change import Change, SettingsChanged
from chatgui.core.errors import UsageError
from chatgui.core.event import Event
from chatgui.core.settings import DECLARED, DEFAULTS, Settings, refusal
from chatgui.store import settings as file


@dataclass(frozen=True, slots=True)
class Taken:
    """What an import did: settings that are others now, what was wrong in words, and names this program does not know.

    Unknown names are kept in the profile's own file, for a version that knows them.
    """

    changed: tuple[str, ...]
    refused: tuple[str, ...]
    unknown: tuple[str, ...]

    def __str__(self) -> str:
        """One line for a person."""
        said = [f"{len(self.changed)} settings changed." if len(self.changed) != 1 else "One setting changed."]
        if self.refused:
            said.append(f"Left out: {' '.join(self.refused)}")
        if self.unknown:
            said.append(f"Not known here, kept all the same: {', '.join(self.unknown)}.")
        return " ".join(said)


class Preferences:
    """Owns the settings of one profile. The value is replaced whole, never changed in place."""

    def __init__(self, path: Path, changed: Event[Change], forget_requests: Callable[[], Awaitable[None]]) -> None:
        self._path = path
        self._forget_requests = forget_requests  # those kept so far, when they are no longer to be kept
        self._changed = changed
        self._saving = asyncio.Lock()  # one after the other, the newest last
        self.settings = Settings()
        self.trouble = ""  # why the file was not read, in words

    async def load(self) -> None:
        """Read the profile's file."""
        self.settings, self.trouble = await asyncio.to_thread(file.load, self._path)

    async def change(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        """Replace settings and keep them; the names that differ now. Raises UsageError for what cannot be."""
        for name, value in values.items():
            if words := refusal(name, value):
                raise UsageError(words)
        return await self._put(values, {})

    async def _put(self, values: Mapping[str, Any], unknown: Mapping[str, Any]) -> tuple[str, ...]:
        """Replace settings by those of these that can be; what is not to be remembered any more is forgotten."""
        settings = self.settings.changed(values)
        if not settings.keep_recent:
            settings = replace(settings, recent_models=())
        names = self._replace(settings)
        if names or unknown:
            await self._save(unknown)
        if "keep_requests" in values:
            await self.forget_unwanted()
        return names

    async def forget_unwanted(self) -> None:
        """Let go of kept requests that are not to be kept, wherever they came from."""
        if not self.settings.keep_requests:
            await self._forget_requests()

    def _replace(self, settings: Settings) -> tuple[str, ...]:
        before, self.settings = self.settings, settings
        names = tuple(name for name in DECLARED if getattr(before, name) != getattr(settings, name))
        if names:
            self._changed.emit(SettingsChanged(frozenset(names)))
        return names

    async def _save(self, unknown: Mapping[str, Any]) -> None:
        async with self._saving:
            await asyncio.to_thread(file.save, self._path, self.settings, unknown)

    @property
    def network(self) -> Network:
        """How a new account is reached."""
        now = self.settings
        return Network(
            ProxyMode(now.proxy_mode),
            now.proxy if now.proxy_mode == ProxyMode.OWN else "",
            connect_timeout=now.connect_timeout or None,
            first_byte_timeout=now.first_byte_timeout or None,
            silence_timeout=now.silence_timeout or None,
        )

    async def reset(self) -> dict[str, Any]:
        """Everything a person can set back to its default; what was in force before is returned, for `change`."""
        before = {name: getattr(self.settings, name) for name in DECLARED if _is_set_by_hand(name)}
        await self.change({name: getattr(DEFAULTS, name) for name in before})
        return before

    async def export(self, path: Path) -> None:
        """Write the settings for another computer, as TOML or JSON by the suffix. No secret is among them."""
        await asyncio.to_thread(file.export, path, self.settings)

    async def take(self, path: Path) -> Taken:
        """Put in what a file says; settings it does not name stay as they are. Raises StoreError."""
        values = await asyncio.to_thread(file.read, path)
        unknown = {name: value for name, value in values.items() if name not in DECLARED}
        refused = tuple(filter(None, (refusal(name, value) for name, value in values.items() if name in DECLARED)))
        changed = await self._put(values, unknown)
        return Taken(changed, refused, tuple(unknown))


def _is_set_by_hand(name: str) -> bool:
    return bool(DECLARED[name].metadata["section"]) or name == "shortcuts"
