"""Reasoning effort is offered where it has an effect, as far as anybody has said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chatgui.chat.abilities import efforts_of
from chatgui.core.account import Account, Model, Traits
from chatgui.core.params import EFFORTS

ACCOUNT = Account("a", "A", "http://127.0.0.1:9/v1")
MODELS = [
    Model("thinks", reasoning=True, aliases=("fast",)),
    Model("levels", efforts=("low", "high")),
    Model("plain", reasoning=False),
    Model("silent"),
]


@pytest.mark.parametrize(
    ("model", "offered"),
    [("thinks", EFFORTS), ("fast", EFFORTS), ("levels", ("low", "high")), ("plain", ()), ("silent", None), ("gpt-o9-thinking", None)],
)  # fmt: skip
def test_the_provider_s_word_decides_and_no_name_does(model: str, offered: tuple[str, ...] | None) -> None:
    assert efforts_of(ACCOUNT, model, MODELS) == offered


def test_what_the_account_was_seen_to_do_counts_where_nobody_says() -> None:
    assert efforts_of(replace(ACCOUNT, traits=Traits(effort="thinking")), "silent", MODELS) == EFFORTS
    assert efforts_of(replace(ACCOUNT, traits=Traits(effort="nothing")), "thinks", MODELS) == ()
    assert efforts_of(None, "silent", MODELS) is None
