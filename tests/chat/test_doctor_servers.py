"""The doctor's verdicts on real servers written by others: right key, wrong key, wrong model, no `/v1`."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chatgui.chat.doctor import Doctor, Finding, Limits
from chatgui.core.account import Account, KeySource
from chatgui.core.errors import Kind
from chatgui.core.ids import new_id
from chatgui.core.secret import Secret

pytestmark = [pytest.mark.servers, pytest.mark.timeout(240)]
Opened = Callable[[], Any]
PATIENT = Limits(answer=60)

# Per server: the verdict on the right key (None: it works), whether usage is reported, the verdict on a wrong key.
SERVERS: dict[str, tuple[Kind | None, bool | None, Kind | None]] = {
    "llama": (None, True, Kind.AUTHENTICATION),
    "llama_python": (None, None, Kind.AUTHENTICATION),
    "litellm": (None, True, Kind.AUTHENTICATION),
    "transformers_serve": (None, True, None),
    "aimock": (None, True, Kind.AUTHENTICATION),
    "openai_mock_api": (Kind.INVALID_REQUEST, None, Kind.AUTHENTICATION),  # its script knows no system message
    "mock_ai_api": (None, True, None),
}


@pytest.fixture
def started(shared: Path, request: pytest.FixtureRequest) -> Any:
    """The server of this test, on a free loopback port; skipped where it is not installed."""
    spec = importlib.util.spec_from_file_location("servers", shared / "tools" / "servers.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    try:
        server = getattr(module, request.param)()
    except (OSError, RuntimeError) as error:
        pytest.skip(f"{request.param} is not installed: {str(error)[-200:]}")
    with server, server.logfile:
        yield request.param, server


async def examined(session: Any, base_url: str, key: str, model: str) -> list[Finding]:
    """What the doctor finds."""
    source = KeySource.SESSION if key else KeySource.NONE
    account = Account(new_id(), "Real", base_url, key_source=source, default_model=model)
    doctor = Doctor(session.accounts, session.client, PATIENT, "Hello")
    return [finding async for finding in doctor.examine(account, Secret(key) if key else None)]


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("started", SERVERS, indirect=True)
async def test_a_real_server(opened: Opened, started: Any) -> None:
    name, server = started
    right, usage, wrong = SERVERS[name]
    async with opened() as session:
        findings = await examined(session, server.base_url, server.key, server.model)
        assert verdict(findings) is right, findings
        if right is None:
            assert next(one.good for one in findings if one.step == "Token usage") is usage
        assert verdict(await examined(session, server.base_url, "sk-wrong", server.model)) is wrong
        elsewhere = await examined(session, server.base_url.removesuffix("/v1") + "/v2", server.key, server.model)
        assert elsewhere[-1].good is False
        assert elsewhere[-1].advice


def verdict(findings: list[Finding]) -> Kind | None:
    """What is wrong; None if nothing is."""
    return next((finding.kind for finding in findings if finding.good is False), None)
