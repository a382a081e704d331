"""The account doctor: tries an account step by step, says what it saw, and remembers it.

    async for finding in Doctor(session.accounts, session.client).examine(account):
        …                                   # one `Finding` a step, as soon as it is known

It waits for nothing longer than its own `Limits`, never tries twice, and sends one short question (a second one only to
see reasoning where the provider says that a model has it).
"""

from __future__ import annotations

import asyncio
import difflib
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from chatgui.chat.accounts import Accounts
from chatgui.chat.findings import (
    ANSWER,
    ELSEWHERE,
    FIND_KEY,
    LEARNT,
    LIST,
    REASONING,
    USAGE,
    USE_KEY,
    Finding,
    Seen,
    answer_words,
    as_error,
    failed,
    since,
    step_of,
    trait_words,
    usage_words,
)  # fmt: skip
from chatgui.core.account import Account, Model, Network, model_named
from chatgui.core.delta import Ended, Learned, ReasoningDelta, Retrying, TextDelta
from chatgui.core.errors import ChatError, Kind, TimedOut
from chatgui.core.message import Message, Role, Text
from chatgui.core.request import ChatRequest
from chatgui.core.secret import Secret
from chatgui.core.usage import Source
from chatgui.wire.client import Client
from chatgui.wire.probe import SECURE, reach

QUESTION = "Answer with the single word: pong"
SYSTEM = "You answer briefly."  # whether the account takes a system message is part of what is to be learnt
ENOUGH = 20_000  # characters of an answer after which nothing more is to be learnt from it


@dataclass(frozen=True, slots=True)
class Limits:
    """How long the doctor waits, in seconds: for a connection, for a list of models, for the first byte of an answer and
    between two, and for the whole answer."""

    connect: float = 10.0
    models: float = 15.0
    byte: float = 60.0
    answer: float = 120.0


PATIENT = Limits()


class Doctor:
    """Examines one account. The findings come one by one; the first failure that rules out the rest ends them."""

    def __init__(self, accounts: Accounts, client: Client, limits: Limits = PATIENT, question: str = QUESTION) -> None:
        self._accounts = accounts
        self._client = client
        self._limits = limits
        self._question = question

    async def examine(self, account: Account, secret: Secret | None = None) -> AsyncGenerator[Finding, None]:
        """Examine an account, kept or not yet; `secret` stands in for its key. What is learnt is kept if it is."""
        bad = ""
        patient = _Patient(self._accounts, self._client, self._limits, self._question, account)
        async with aclosing(patient.steps(secret)) as findings:
            async for finding in findings:
                bad = bad or (finding.step if finding.good is False else "")
                yield finding
        verdict = f"Failed at “{bad}”" if bad else "Works"
        await self._accounts.note_test(account.id, f"{verdict}, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC")


class _Patient:
    """One examination of one account."""

    def __init__(self, accounts: Accounts, client: Client, limits: Limits, question: str, account: Account) -> None:
        self._accounts = accounts
        self._client = client
        self._limits = limits
        self._question = question
        self._account = account
        self._key: Secret | None = None
        self._password: Secret | None = None
        self._models: list[Model] = []
        self._listed: ChatError | None = None  # why there is no list of models

    async def steps(self, secret: Secret | None) -> AsyncGenerator[Finding, None]:
        """All findings; the step that fails is the last one."""
        for words in self._accounts.warnings(self._account):
            yield Finding("Look at the settings", None, 0.0, words)
        began = time.monotonic()
        try:
            yield await self._find_key(secret)
            steps: list[str] = []
            async with aclosing(reach(self._account, self._password)) as way:
                async for step in way:
                    steps.append(step.name)
                    began = time.monotonic()
                    yield Finding(step.name, True, step.ms, step.words)
        except ChatError as error:
            step_name = FIND_KEY if error.kind is Kind.VAULT else step_of(error, steps)
            if step_name == SECURE and error.kind is Kind.TIMED_OUT:
                error.advice = "It may speak http there, or want another port: check the address."
            yield failed(step_name, began, error)
            return
        for examine in (self._list_models, self._ask):
            async for finding in examine():
                yield finding
                if finding.good is False:
                    return

    async def _find_key(self, secret: Secret | None) -> Finding:
        began = time.monotonic()
        network = self._account.network
        account = await self._accounts.reachable(self._account)
        self._account = replace(account, network=_hurried(network, self._limits))
        self._key = secret or await self._accounts.secret(account)
        self._password = await self._accounts.keys.proxy_password(account)
        words = "As it was typed." if secret else await self._accounts.keys.where(account)
        return Finding(FIND_KEY, True, since(began), words)

    async def _list_models(self) -> AsyncGenerator[Finding, None]:
        began = time.monotonic()
        network = replace(self._account.network, first_byte_timeout=self._limits.models)
        try:
            async with asyncio.timeout(self._limits.models * 2):
                asked = replace(self._account, network=network)
                self._models = await self._client.models(asked, self._key, proxy_password=self._password)
        except TimeoutError:
            self._listed = TimedOut("The list of models did not end.", code="timeout")
        except ChatError as refused:
            self._listed = refused
        error = self._listed
        if error is not None and error.kind in (Kind.AUTHENTICATION, Kind.TLS, Kind.NOT_REACHED):
            step = {Kind.AUTHENTICATION: USE_KEY, Kind.TLS: SECURE}.get(error.kind, LIST)
            yield failed(step, began, self._about_key(error))
        elif error is not None:
            none = error.kind in (Kind.NOT_FOUND, Kind.PROTOCOL, Kind.INVALID_REQUEST, Kind.PERMISSION)
            words = f"{'There is no list of models' if none else 'The list of models did not come'}: {error.message}"
            yield Finding(LIST, None, since(began), words, "Type the model’s name by hand.", error.kind, error.code)
        else:
            await self._accounts.keep_models(self._account.id, self._models)
            yield self._judge_list(since(began))

    def _judge_list(self, ms: float) -> Finding:
        models, wanted = self._models, self._account.default_model
        if not models:
            return Finding(
                LIST, None, ms, "The list of models is empty.", "Type the model’s name by hand.", Kind.NOT_FOUND
            )
        counted = "One model." if len(models) == 1 else f"{len(models):,} models."
        names = {name for one in models for name in (one.id, *one.aliases)}
        if wanted and wanted not in names:
            near = difflib.get_close_matches(wanted, names, 1)
            advice = f"Did you mean “{near[0]}”?" if near else "Choose one of the list."
            offer = ("default_model", near[0]) if near else None
            return Finding(
                LIST, None, ms, f"{counted} “{wanted}” is not among them.", advice, Kind.NOT_FOUND, offer=offer
            )
        return Finding(LIST, True, ms, counted)

    async def _ask(self) -> AsyncGenerator[Finding, None]:
        usable = (one.id for one in self._models if one.chat is not False)
        model = self._account.default_model or next(usable, "")
        if not model:
            good = None if self._listed is None else False
            yield Finding(
                ANSWER, good, 0.0, "Not tried: no model is known.", "Type the model’s name by hand.", Kind.NOT_FOUND
            )
            return
        began = time.monotonic()
        try:
            seen = await self._stream(model, {})
            if (failure := seen.reply.failure) is not None:
                raise as_error(failure)
        except ChatError as error:
            if error.kind is Kind.NOT_FOUND and (elsewhere := await self._elsewhere()):
                yield elsewhere
            step = USE_KEY if error.kind in (Kind.AUTHENTICATION, Kind.PERMISSION) else ANSWER
            yield failed(step, began, self._about_key(error))
            return
        yield Finding(ANSWER, True, seen.ms, answer_words(model, seen))
        yield Finding(USAGE, *usage_words(seen))
        yield await self._reasoning(model, seen)
        reported = seen.reply.usage.source is Source.REPORTED
        traits = {**seen.traits, **({"usage_in_stream": reported} if reported or seen.done is not None else {})}
        await self._accounts.learn(self._account.id, traits)
        if words := trait_words(replace(self._account.traits, **traits)):
            yield Finding(LEARNT, True, 0.0, words)

    async def _stream(self, model: str, params: Mapping[str, Any]) -> Seen:
        """Ask, and read until the end or until enough was seen. Raises ChatError; a retry is not waited for."""
        seen, began = Seen(), time.monotonic()
        now = datetime.now(UTC)
        history = (Message("", Role.SYSTEM, (Text(SYSTEM),), now), Message("", Role.USER, (Text(self._question),), now))
        deltas = self._client.stream(
            self._account, self._key, ChatRequest(model, history, params), proxy_password=self._password
        )
        try:
            async with asyncio.timeout(self._limits.answer), aclosing(deltas):
                async for delta in deltas:
                    match delta:
                        case Retrying(failure=failure):
                            raise as_error(failure)
                        case Learned(traits):
                            seen.traits.update(traits)
                        case Ended(done):
                            seen.done = done
                        case TextDelta(text) | ReasoningDelta(text):
                            seen.characters += len(text)
                    if seen.reply.apply(delta) and seen.first_ms is None:
                        seen.first_ms = since(began)
                    if seen.characters > ENOUGH:
                        break
        except TimeoutError:
            if seen.first_ms is None:
                words = f"The server is alive, but said nothing in {self._limits.answer:g} s."
                raise TimedOut(words, code="answer_timeout", advice="Try another model, or try again later.") from None
        seen.ms = since(began)
        return seen

    async def _reasoning(self, model: str, seen: Seen) -> Finding:
        began = time.monotonic()
        if not seen.reply.reasoning:
            described = model_named(model, self._models)
            if described is None or not described.reasoning:
                return Finding(REASONING, None, 0.0, "None came with this answer.")
            try:
                again = await self._stream(model, {"reasoning_effort": next(iter(described.efforts), "low")})
            except ChatError as error:
                words = f"None came, and asking for it failed: {error.message}"
                return Finding(REASONING, None, since(began), words, error.advice)
            seen.traits.update(again.traits)
            if not again.reply.reasoning:
                return Finding(REASONING, None, since(began), "None came, though the model is said to reason.")
        return Finding(REASONING, True, since(began), "It is sent, and shown in its own pane.")

    async def _elsewhere(self) -> Finding | None:
        """Where the server's list of models is, if not below the address given but below one of its neighbours."""
        if self._listed is None or self._listed.kind is not Kind.NOT_FOUND:
            return None
        began, others = time.monotonic(), _other_forms(self._account.base_url)
        for other in others:
            neighbour = replace(self._account, base_url=other)
            try:
                async with asyncio.timeout(self._limits.models):
                    models = await self._client.models(neighbour, self._key, proxy_password=self._password)
            except (ChatError, TimeoutError):
                continue
            words = f"There is a list of {len(models)} models at {other}."
            advice = f"Change the address of this account to {other}"
            return Finding(ELSEWHERE, None, since(began), words, advice, offer=("base_url", other))
        words = f"There is no list of models at {' or '.join(others)} either."
        return Finding(
            ELSEWHERE, None, since(began), words, "Look up the base URL in the provider’s documentation."
        )  # fmt: skip

    def _about_key(self, error: ChatError) -> ChatError:
        if error.kind is Kind.AUTHENTICATION and self._key is None:
            error.advice = "This server wants a key. Enter one."
        return error


def _hurried(network: Network, limits: Limits) -> Network:
    """The account's way to its server, with the doctor's patience where that is less."""

    def least(own: float | None, most: float) -> float:
        return most if own is None else min(own, most)

    return replace(
        network,
        connect_timeout=least(network.connect_timeout, limits.connect),
        first_byte_timeout=least(network.first_byte_timeout, limits.byte),
        silence_timeout=least(network.silence_timeout, limits.byte),
    )


def _other_forms(base_url: str) -> tuple[str, ...]:
    """The address with `/v1` if it was without and the other way round, and the server's own `/v1`."""
    url = urlsplit(base_url)
    path = url.path.rstrip("/")
    paths = (path.removesuffix("/v1") if path.endswith("/v1") else path + "/v1", "/v1")
    return tuple(dict.fromkeys(urlunsplit(url._replace(path=one)) for one in paths if one != path))
