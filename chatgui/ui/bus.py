"""The session bus of a Linux desktop, and others: calls that are awaited, signals that are heard. Nothing here blocks the window."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable
from importlib import import_module
from typing import Any, NamedTuple

log = logging.getLogger(__name__)

# What may be raised where there is no bus, nobody of that name on it, or an answer that is none. It is no trouble.
NOBODY = (ImportError, OSError, LookupError, ValueError, EOFError, TimeoutError, RuntimeError)


class Place(NamedTuple):
    """An object on the bus, and the interface of it that is meant."""

    path: str
    service: str
    interface: str


class SessionBus:
    """One connection, made with `connect`. Whatever goes wrong is one of `NOBODY`."""

    def __init__(self) -> None:
        self._connection: Any = None
        self._router: Any = None
        self._listening: asyncio.Task[None] | None = None

    @property
    def is_connected(self) -> bool:
        """Whether there is a connection, and signals are heard."""
        return self._listening is not None and not self._listening.done()

    async def connect(
        self, place: Place, heard: Callable[[str, tuple[Any, ...]], object], address: str = "SESSION"
    ) -> None:
        """Connect anew (to the session's bus or the one at this address), and call `heard` with the name and the values of
        every signal from this place."""
        await self.close()
        if "DBUS_SESSION_BUS_ADDRESS" not in os.environ:
            raise LookupError("no session bus")  # what the library would say once it is loaded
        bus = await asyncio.to_thread(import_module, "jeepney.io.asyncio")  # loading it takes longer than a frame
        from jeepney import MatchRule, message_bus

        self._connection = await bus.open_dbus_connection(address)
        self._router = bus.DBusRouter(self._connection)
        rule = MatchRule(type="signal", interface=place.interface, path=place.path)
        await self._router.send_and_get_reply(message_bus.AddMatch(rule))
        self._listening = asyncio.get_running_loop().create_task(self._listen(rule, heard))

    async def call(self, place: Place, member: str, signature: str, values: tuple[Any, ...]) -> tuple[Any, ...]:
        """Call a method: what it answers. LookupError if it refuses or is not there."""
        from jeepney import DBusAddress, HeaderFields, MessageType, new_method_call

        address = DBusAddress(place.path, place.service, place.interface)
        reply = await self._router.send_and_get_reply(new_method_call(address, member, signature, values))
        if reply.header.message_type is not MessageType.method_return:
            raise LookupError(reply.header.fields.get(HeaderFields.error_name, ""))
        body: tuple[Any, ...] = reply.body
        return body

    async def _listen(self, rule: Any, heard: Callable[[str, tuple[Any, ...]], object]) -> None:
        from jeepney import HeaderFields

        with self._router.filter(rule, bufsize=50) as signals:
            while True:
                signal = await signals.get()
                heard(signal.header.fields.get(HeaderFields.member, ""), signal.body or ())

    async def close(self) -> None:
        """Let the connection go."""
        listening, self._listening = self._listening, None
        router, self._router = self._router, None
        connection, self._connection = self._connection, None
        if listening is not None:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
        try:
            if router is not None:
                await router.__aexit__(None, None, None)
            if connection is not None:
                await connection.close()
        except (OSError, EOFError, ValueError) as error:
            log.info("the session bus went away: %s", type(error).__name__)
