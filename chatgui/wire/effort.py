"""One reasoning effort, said in each provider's own words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

OFF = {"off", "none", "disabled", "false"}
Control = Callable[[str], dict[str, Any]]


def _on(effort: str) -> bool:
    return effort.lower() not in OFF


CONTROLS: dict[str, Control] = {
    "reasoning_effort": lambda effort: {"reasoning_effort": effort},
    "reasoning": lambda effort: {"reasoning": {"effort": effort} if _on(effort) else {"enabled": False}},
    "thinking": lambda effort: {"thinking": {"type": "enabled" if _on(effort) else "disabled"}},
    "enable_thinking": lambda effort: {"enable_thinking": _on(effort)},
    "chat_template_kwargs": lambda effort: {
        "chat_template_kwargs": {"enable_thinking": _on(effort), "thinking": _on(effort)}
    },
    "nothing": lambda _: {},
}


def effort_fields(effort: Any, control: str) -> dict[str, Any]:
    """The body fields that ask for `effort` by this control (an unknown control is the protocol's own)."""
    return CONTROLS.get(control, CONTROLS["reasoning_effort"])(str(effort)) if effort not in (None, "") else {}
