"""What setting an account up needs to know before there is one: presets, and what can be wrong with what was typed."""

from __future__ import annotations

from chatgui.wire.base_url import Mended, host_name, mend
from chatgui.wire.keys import KEY_HEADERS, check_key
from chatgui.wire.presets import PRESETS, Preset, preset

__all__ = ["KEY_HEADERS", "PRESETS", "Mended", "Preset", "check_key", "host_name", "mend", "preset"]
