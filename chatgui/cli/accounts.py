"""`chatgui accounts`: who can be asked, with which key."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from chatgui.cli.console import print_json, print_table
from chatgui.cli.running import OK, Wrong, complain, opened, status_of
from chatgui.core.account import Account, Budget, KeySource, Price
from chatgui.core.ids import new_id
from chatgui.core.money import read_money
from chatgui.core.secret import Secret

if TYPE_CHECKING:
    from chatgui.chat.session import Session

_PLACES = {
    KeySource.KEYRING: "keyring",
    KeySource.ENVIRONMENT: "environment",
    KeySource.SESSION: "session",
    KeySource.NONE: "none",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """The sub-commands of `accounts`."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    one = verbs.add_parser("list", help="all accounts")
    one.add_argument("--json", action="store_true", help="as JSON")
    one.set_defaults(act=_list)
    two = verbs.add_parser("add", help="add an account")
    two.add_argument("--name", required=True, metavar="N")
    where = two.add_mutually_exclusive_group(required=True)
    where.add_argument("--provider", metavar="PRESET", help="a provider this program knows")
    where.add_argument("--base-url", metavar="URL", help="the address of an OpenAI-compatible API")
    _add_options(two)
    two.set_defaults(act=_add)
    three = verbs.add_parser("edit", help="change an account")
    three.add_argument("account", metavar="NAME")
    three.add_argument("--name", metavar="N", help="its new name")
    three.add_argument("--base-url", metavar="URL", help="its new address")
    _add_options(three)
    three.set_defaults(act=_edit)
    four = verbs.add_parser("remove", help="forget an account and its key")
    four.add_argument("account", metavar="NAME")
    four.set_defaults(act=_remove)
    five = verbs.add_parser("test", help="try an account and say what it does")
    five.add_argument("account", metavar="NAME")
    five.add_argument("--json", action="store_true", help="as JSON")
    five.set_defaults(act=_test)


def _add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", metavar="M", help="the default model")
    key = parser.add_mutually_exclusive_group()
    key.add_argument("--key-stdin", action="store_true", help="read the key from standard input into the OS keyring")
    key.add_argument("--key-env", metavar="VAR", help="the environment variable that holds the key")
    key.add_argument("--no-key", action="store_true", help="the server wants no key")
    parser.add_argument(
        "--budget",
        type=_budget,
        default=argparse.SUPPRESS,
        metavar="'20 EUR'",
        help="warn when a month costs so much; “none” for no budget",
    )
    parser.add_argument(
        "--price", action="append", type=_price, default=[], metavar="'M=2.50/10 USD'",
        help="your own price of a model per million tokens: prompt/answer or prompt/answer/cached; “M=none” forgets it",
    )  # fmt: skip
    parser.add_argument(
        "--header", action="append", type=_header, default=None, metavar="'K: V'", help="sent with every request"
    )


def _header(text: str) -> tuple[str, str]:
    name, sign, value = text.partition(":")
    if not sign or not name.strip():
        raise argparse.ArgumentTypeError(f"“{text}” is not of the form 'K: V'")
    from chatgui.chat.setup import KEY_HEADERS  # brings the presets: not for every command

    if name.strip().lower() in KEY_HEADERS:
        raise argparse.ArgumentTypeError("a key does not belong in a header: use --key-stdin or --key-env")
    return name.strip(), value.strip()


def _budget(text: str) -> Budget | None:
    if text.strip().casefold() == "none":
        return None
    if (money := read_money(text)) is None or not money[0]:
        raise argparse.ArgumentTypeError(f"“{text}” is not an amount with its currency, like '20 EUR'")
    return Budget(*money)


def _price(text: str) -> tuple[str, Price | None]:
    model, _, written = text.rpartition("=")
    if model.strip() and written.strip().casefold() == "none":
        return model.strip(), None
    amounts = [read_money(one, "") for one in written.split("/")]
    known = [one for one in amounts if one is not None]
    if not model.strip() or len(known) != len(amounts) or len(known) not in (2, 3):
        raise argparse.ArgumentTypeError(f"“{text}” is not of the form 'MODEL=2.50/10 USD'")
    currency = next((one for _, one in known if one), "USD")
    prompt, completion, *cached = (amount for amount, _ in known)
    return model.strip(), Price(prompt, completion, cached[0] if cached else None, currency)


async def run(options: argparse.Namespace) -> int:
    """Carry out the chosen verb."""
    act: Callable[[Session, argparse.Namespace], Awaitable[int]] = options.act
    async with opened(options) as session:
        return await act(session, options)


async def _list(session: Session, options: argparse.Namespace) -> int:
    accounts = session.accounts.all()
    if options.json:
        print_json([account_object(account) for account in accounts])
    else:
        rows = (
            (one.name, one.provider, one.base_url, one.default_model, _key_words(one), one.last_test)
            for one in accounts
        )
        print_table(("NAME", "PROVIDER", "BASE URL", "MODEL", "KEY", "LAST TEST"), rows)
    return OK


def account_object(account: Account) -> dict[str, Any]:
    """An account as the JSON output shows it. Never its key."""
    return {
        "id": account.id,
        "name": account.name,
        "provider": account.provider or None,
        "base_url": account.base_url,
        "default_model": account.default_model or None,
        "key": _PLACES[account.key_source],
        "key_env": account.key_env or None,
        "headers": [name for name, _ in account.headers],
        "budget": asdict(account.budget) if account.budget else None,
        "prices": {model: asdict(price) for model, price in account.prices.items()},
        "disabled": account.disabled,
        "last_test": account.last_test or None,
    }


def _key_words(account: Account) -> str:
    place = _PLACES[account.key_source]
    return f"{place} ({account.key_env})" if account.key_source is KeySource.ENVIRONMENT else place


async def _add(session: Session, options: argparse.Namespace) -> int:
    if not options.name.strip():
        raise Wrong("An account needs a name.")
    network = session.preferences.network
    account = Account(new_id(), options.name.strip(), "", key_source=KeySource.NONE, network=network)
    account = _from_preset(account, options.provider) if options.provider else _at(account, options.base_url)
    account, secret = await _with_options(account, options)
    account = await session.accounts.add(account, secret)
    print(f"Added “{account.name}”.")
    for words in session.accounts.warnings(account):
        print(f"chatgui: {words}", file=sys.stderr)
    if options.provider and account.key_source is KeySource.NONE and not options.no_key:
        print(f"chatgui: It has no key yet: “chatgui accounts edit '{account.name}' --key-stdin”.", file=sys.stderr)
    return OK


def _from_preset(account: Account, name: str) -> Account:
    from chatgui.chat.setup import PRESETS, preset

    found = preset(name)
    if found is None:
        known = ", ".join(one.name for one in PRESETS)
        raise Wrong(f"There is no provider “{name}”.", advice=f"Known are {known}; for others give --base-url.")
    return replace(
        account, base_url=found.base_url, provider=found.name, key_header=found.key_header,
        default_model=found.model, traits=found.traits,
    )  # fmt: skip


def _at(account: Account, url: str) -> Account:
    from chatgui.chat.setup import mend

    mended = mend(url)
    if not mended.url:
        raise Wrong(mended.words)
    if mended.words:
        print(f"chatgui: {mended.words}", file=sys.stderr)
    return replace(account, base_url=mended.url)


async def _with_options(account: Account, options: argparse.Namespace) -> tuple[Account, Secret | None]:
    """The account with what the common options say, and the key if one is given."""
    if options.model is not None:
        account = replace(account, default_model=options.model.strip())
    if hasattr(options, "budget"):
        account = replace(account, budget=options.budget)
    prices = {**account.prices, **dict(options.price)}
    account = replace(account, prices={model: price for model, price in prices.items() if price is not None})
    if options.header is not None:
        account = replace(account, headers=tuple(options.header))
    if options.no_key:
        return replace(account, key_source=KeySource.NONE, key_env=""), None
    if options.key_env:
        return replace(account, key_source=KeySource.ENVIRONMENT, key_env=options.key_env), None
    if options.key_stdin:
        secret = await asyncio.to_thread(_read_key)
        return replace(account, key_source=KeySource.KEYRING, key_env=""), secret
    return account, None


def _read_key() -> Secret:
    """The key from standard input, or asked for without echo where that is a terminal."""
    from chatgui.chat.setup import check_key

    if sys.stdin.isatty():
        import getpass

        text = getpass.getpass("Key: ")
    else:
        text = sys.stdin.buffer.read().decode("utf-8", "replace")
    if problem := check_key(text):
        raise Wrong(problem)
    return Secret(text.strip())


async def _edit(session: Session, options: argparse.Namespace) -> int:
    account = session.accounts.by_name(options.account)
    if options.name is not None:
        if not options.name.strip():
            raise Wrong("An account needs a name.")
        account = replace(account, name=options.name.strip())
    if options.base_url is not None:
        account = _at(account, options.base_url)
    account, secret = await _with_options(account, options)
    await session.accounts.edit(account, secret)
    print(f"Changed “{account.name}”.")
    return OK


async def _remove(session: Session, options: argparse.Namespace) -> int:
    account = session.accounts.by_name(options.account)
    failed = await session.accounts.remove(account.id)
    if failed is not None:
        complain(f"“{account.name}” is removed, but its key may still be in the keyring", failed.failure)
        return status_of(failed.kind)
    print(f"Removed “{account.name}”.")
    return OK


async def _test(session: Session, options: argparse.Namespace) -> int:
    from chatgui.chat.doctor import Doctor

    account = session.accounts.by_name(options.account)
    findings = []
    async for finding in Doctor(session.accounts, session.client).examine(account):
        findings.append(finding)
        if not options.json:
            sign = {True: "ok ", False: "BAD", None: " – "}[finding.good]
            advice = f" {finding.advice}" if finding.advice else ""
            print(f"{sign}  {finding.step}: {finding.words}{advice}  ({finding.ms:.0f} ms)", flush=True)
    bad = next((one for one in findings if one.good is False), None)
    if options.json:
        print_json({"account": account.name, "healthy": bad is None, "findings": [asdict(one) for one in findings]})
    if bad is None:
        return OK
    return status_of(bad.kind) if bad.kind else 1
