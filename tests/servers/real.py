"""Starting the real servers that `install.sh` has installed."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(os.environ.get("CHATGUI_SERVERS", "/var/tmp/real-servers"))
HERE = Path(__file__).resolve().parent
PATIENCE_S = 180
LLAMA_SAYS = "# Hello\n\n**Exactly** this: 日本語 😀\n"


@dataclass(frozen=True)
class Server:
    """A running server: where it is, its key and a model it has."""

    base_url: str
    key: str
    model: str
    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        """As a crash: no goodbye."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@contextlib.contextmanager
def running(
    command: list[str], port: int, *, key: str, model: str, ready: str, log: Path, env: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """A server process, from the moment it answers."""
    if not Path(command[0]).exists():
        pytest.skip(f"needs {Path(command[0]).name}: sh tests/servers/install.sh")
    with log.open("wb") as output:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": os.environ.get("HOME", "/"),
            "LANG": "C.UTF-8",
            **(env or {}),
        }
        process = subprocess.Popen(
            command, env=environment, stdout=output, stderr=output, stdin=subprocess.DEVNULL, start_new_session=True
        )
    try:
        _wait(f"http://127.0.0.1:{port}{ready}", process, log)
        yield Server(f"http://127.0.0.1:{port}/v1", key, model, process)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except urllib.error.HTTPError as error:
            error.close()
            if error.code != 503:
                return
        except OSError:
            pass
        else:
            return
        if process.poll() is not None:
            break
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.2)
    pytest.fail(f"{url} did not come up:\n{log.read_text(errors='replace')[-2000:]}")


@contextlib.contextmanager
def litellm(folder: Path, upstream: str = "http://127.0.0.1:9/v1") -> Iterator[Server]:
    """LiteLLM's proxy, the gateway most gateways are; model `upstream` passes through to that URL."""
    port = free_port()
    config = folder / "litellm.yaml"
    config.write_text((HERE / "litellm.yaml").read_text().replace("UPSTREAM", upstream))
    command = [str(ROOT / "v-litellm/bin/litellm"), "--config", str(config), "--host", "127.0.0.1", "--port", str(port)]
    env = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "DISABLE_ADMIN_UI": "True"}
    with running(
        command, port, key="sk-master", model="mock", ready="/health/liveliness", log=folder / "litellm.log", env=env
    ) as server:
        yield server


@contextlib.contextmanager
def llama(folder: Path, *, context: int = 2048, endless: bool = False) -> Iterator[Server]:
    """llama.cpp's server, which a grammar makes say exactly `LLAMA_SAYS` (or no end of letters)."""
    port = free_port()
    binaries = ROOT / "build-llama/bin"
    grammar = "root ::= [a-z ]+" if endless else "root ::= " + json.dumps(LLAMA_SAYS, ensure_ascii=False)
    command = [str(binaries / "llama-server"), "--model", str(ROOT / "tiny/tiny.gguf"), "--alias", "tiny"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--api-key", "sk-llama", "--ctx-size", str(context)]
    command += ["--threads", "1", "--jinja", "--no-webui", "--grammar", grammar, *(["--ignore-eos"] if endless else [])]
    env = {"LD_LIBRARY_PATH": str(binaries)}
    with running(
        command, port, key="sk-llama", model="tiny", ready="/health", log=folder / "llama.log", env=env
    ) as server:
        yield server


@contextlib.contextmanager
def transformers(folder: Path) -> Iterator[Server]:
    """Transformers' server with a tiny random model."""
    port = free_port()
    model = str(ROOT / "tiny/hf")
    (folder / "hf/hub").mkdir(parents=True, exist_ok=True)
    command = [
        str(ROOT / "v-hf/bin/transformers"),
        "serve",
        model,
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--device",
        "cpu",
    ]
    env = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_HOME": str(folder / "hf"), "OMP_NUM_THREADS": "1"}
    with running(
        command, port, key="", model=model, ready="/health", log=folder / "transformers.log", env=env
    ) as server:
        yield server


@contextlib.contextmanager
def mock_ai_api(folder: Path) -> Iterator[Server]:
    """mock-ai-api: errors by model name."""
    port = free_port()
    command = [str(ROOT / "v-mock/bin/mock-ai-api"), "--openai-port", str(port), "--anthropic-port", str(free_port())]
    with running(
        command, port, key="sk-any", model="gpt-4o-mini", ready="/v1/models", log=folder / "mock.log"
    ) as server:
        yield server
