"""The account doctor: tries an account step by step, says what it saw, and remembers it."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from chatgui.chat.accounts import Accounts
from chatgui.core.account import Account, Model
from chatgui.core.delta import Learned
from chatgui.core.errors import ChatError, Kind
from chatgui.core.message import Message, Role, Text
from chatgui.core.reply import Reply
from chatgui.core.request import ChatRequest
from chatgui.core.secret import Secret
from chatgui.core.usage import Source
from chatgui.wire.client import Client
from chatgui.wire.probe import reach

QUESTION = "Answer with the single word: pong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One step: its name, whether it went well (None: nothing to judge), how long it took, and one sentence."""

    step: str
    good: bool | None
    ms: float
    words: str
    advice: str = ""
    kind: Kind | None = None


class Doctor:
    """Examines one account. The findings come one by one; the first failure that rules out the rest ends them."""

    def __init__(self, accounts: Accounts, client: Client) -> None:
        self._accounts = accounts
        self._client = client

    async def examine(self, account: Account, secret: Secret | None = None) -> AsyncGenerator[Finding, None]:
        """Examine an account, kept or not yet; `secret` stands in for its key. What is learnt is kept if it is."""
        began = time.monotonic()
        healthy = True
        try:
            async with aclosing(self._steps(account, secret)) as findings:
                async for finding in findings:
                    began = time.monotonic()
                    healthy = healthy and finding.good is not False
                    yield finding
        except ChatError as error:
            healthy = False
            yield Finding(_step_of(error), False, _since(began), error.message, error.advice, error.kind)
        await self._note(account, healthy)

    async def _steps(self, account: Account, secret: Secret | None) -> AsyncGenerator[Finding, None]:
        account = await self._accounts.reachable(account)
        began = time.monotonic()
        key = secret or await self._accounts.secret(account)
        yield Finding(
            "Find the key", True, _since(began), f"Kept in: {account.key_source.value}." if key else "None needed."
        )
        async for step in reach(account):
            yield Finding(step.name, True, step.ms, step.words)
        began = time.monotonic()
        models: list[Model] = []
        try:
            models = await self._client.models(account, key)
            yield Finding("List models", True, _since(began), f"{len(models)} models.")
        except ChatError as error:
            if error.kind in {Kind.AUTHENTICATION, Kind.TLS, Kind.NOT_REACHED}:
                raise
            words = f"No list of models: {error.message}"
            yield Finding("List models", None, _since(began), words, "Type the model's name by hand.", error.kind)
        model = account.default_model or next((one.id for one in models if one.chat is not False), "")
        if not model:
            yield Finding("Ask for an answer", None, 0.0, "Not tried: no model is known.", "Choose a model.")
            return
        async for finding in self._ask(account, key, model):
            yield finding

    async def _ask(self, account: Account, key: Secret | None, model: str) -> AsyncGenerator[Finding, None]:
        began, first = time.monotonic(), None
        question = Message("", Role.USER, (Text(QUESTION),), datetime.now(UTC))
        reply, learned = Reply(), dict[str, object]()
        async with aclosing(self._client.stream(account, key, ChatRequest(model, (question,)))) as deltas:
            async for delta in deltas:
                if reply.apply(delta) and first is None:
                    first = _since(began)
                if isinstance(delta, Learned):
                    learned.update(delta.traits)
        if reply.failure is not None:
            yield Finding("Stream an answer", False, _since(began), reply.failure.message, reply.failure.advice)
            return
        streamed = "in one piece" if reply.deltas <= 1 else f"in {reply.deltas} pieces"
        words = f"“{model}” answered {streamed}, the first after {first or 0:.0f} ms."
        yield Finding("Stream an answer", True, _since(began), words)
        reported = reply.usage.source is Source.REPORTED
        words = "Reported by the provider." if reported else "Not reported in streams; counts will be estimates."
        yield Finding("Token usage", True if reported else None, 0.0, words)
        words = "Sent, and shown in its own pane." if reply.reasoning else "None came with this answer."
        yield Finding("Reasoning", True if reply.reasoning else None, 0.0, words)
        await self._accounts.learn(account.id, {**learned, "usage_in_stream": reported})

    async def _note(self, account: Account, healthy: bool) -> None:
        kept = next((one for one in self._accounts.all() if one.id == account.id), None)
        if kept is not None:
            words = f"{'Works' if healthy else 'Failed'}, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
            await self._accounts.edit(replace(kept, last_test=words))


def _since(began: float) -> float:
    return (time.monotonic() - began) * 1000


def _step_of(error: ChatError) -> str:
    match error.kind:
        case Kind.VAULT:
            return "Find the key"
        case Kind.NOT_REACHED | Kind.TIMED_OUT:
            return "Connect"
        case Kind.TLS:
            return "Secure connection"
        case Kind.AUTHENTICATION | Kind.PERMISSION:
            return "Use the key"
        case _:
            return "Stream an answer"
