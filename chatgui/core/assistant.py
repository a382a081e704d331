"""An assistant: a way of asking that was given a name. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Assistant:
    """A model, a system prompt and parameters under one name.

    `account` is an account's id; empty leaves account and model as they are. `params` are under the protocol's names.
    `greeting` is shown in a conversation that has just begun; it is never sent.
    """

    id: str
    name: str
    account: str = ""
    model: str = ""
    system: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    greeting: str = ""
    position: int = 0
