"""`chatgui models`: what an account offers."""

from __future__ import annotations

import argparse
from typing import Any

from chatgui.cli.console import print_json, print_table
from chatgui.cli.running import OK, opened
from chatgui.core.account import Model


def configure(parser: argparse.ArgumentParser) -> None:
    """The options of `models`."""
    parser.add_argument("name", metavar="NAME", help="the account")
    parser.add_argument("--json", action="store_true", help="as JSON")


async def run(options: argparse.Namespace) -> int:
    """Ask the account for its models and list them."""
    async with opened(options) as session:
        account = session.accounts.by_name(options.name)
        models = await session.accounts.models(account.id, refresh=True)
    if options.json:
        print_json([model_object(model) for model in models])
    else:
        print_table(("MODEL", "CONTEXT", "ABILITIES"), (_row(model) for model in models))
    return OK


def model_object(model: Model) -> dict[str, Any]:
    """A model as the JSON output shows it; what the provider does not say is null."""
    price = model.price
    return {
        "id": model.id,
        "name": model.name or None,
        "context_length": model.context_length,
        "max_output": model.max_output,
        "vision": model.vision,
        "tools": model.tools,
        "reasoning": model.reasoning,
        "efforts": list(model.efforts),
        "chat": model.chat,
        "aliases": list(model.aliases),
        "parameters": list(model.parameters),
        "price": {name: getattr(price, name) for name in ("prompt", "completion", "cached", "currency")}
        if price
        else None,
    }


def _row(model: Model) -> tuple[str, str, str]:
    able = [word for word in ("vision", "tools", "reasoning") if getattr(model, word)]
    able += ["not for chat"] if model.chat is False else []
    return model.id, f"{model.context_length:,}" if model.context_length else "", ", ".join(able)
