"""What a model can be asked for, by what its provider says and what its account was seen to take; never by its name."""

from __future__ import annotations

from collections.abc import Iterable

from chatgui.core.account import Account, Model, model_named
from chatgui.core.params import EFFORTS


def efforts_of(account: Account | None, model: str, listed: Iterable[Model]) -> tuple[str, ...] | None:
    """The reasoning efforts that can be asked for; empty if none has any effect, None if nobody has said."""
    if account is None:
        return None
    if account.traits.effort == "nothing":
        return ()
    described = model_named(model, listed)
    if described is not None and described.efforts:
        return described.efforts
    if described is not None and described.reasoning is not None:
        return EFFORTS if described.reasoning else ()
    return EFFORTS if account.traits.effort is not None else None
