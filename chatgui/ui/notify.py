"""Telling the desktop that an answer is ready. Never its words: others may see the screen."""

from __future__ import annotations

import logging

log = logging.getLogger(__name__)

WAIT_S = 2.0


def tell_desktop(title: str, words: str) -> bool:
    """Show a notification; False if nobody takes it. Blocks up to two seconds: call it in a thread."""
    try:
        from jeepney import DBusAddress, new_method_call
        from jeepney.io.blocking import open_dbus_connection
    except ImportError:  # not on Linux
        return False
    address = DBusAddress(
        "/org/freedesktop/Notifications", "org.freedesktop.Notifications", "org.freedesktop.Notifications"
    )
    hints = {"desktop-entry": ("s", "chatgui")}
    body: tuple[object, ...] = ("chatgui", 0, "chatgui", title, words, [], hints, -1)
    try:
        with open_dbus_connection() as bus:
            bus.send_and_get_reply(new_method_call(address, "Notify", "susssasa{sv}i", body), timeout=WAIT_S)
    except (OSError, LookupError, ValueError, TimeoutError) as error:
        log.info("no notification was shown: %s", type(error).__name__)
        return False
    return True
