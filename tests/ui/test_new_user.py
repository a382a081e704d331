"""From the first start to a streamed answer as a new user goes there: real keys and clicks in a real window, a real keyring.

`python3 packaging/dev.py test tests/ui/test_new_user.py -m window` prints a table; pictures are in the folder it names.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.servers import real
from tests.support.canary import CANARY

ROOT = Path(__file__).resolve().parents[2]
HARNESS = Path(os.environ.get("CHATGUI_HARNESS", "/var/tmp/real-servers/v-harness")) / "bin" / "python"
FIVE = ("privatemind", "mira", "yuhuan", "kindo", "tokenhub")
MOST_CLICKS, MOST_KEYS = 1, 9  # besides what is typed into the composer and the picker

pytestmark = [pytest.mark.window, pytest.mark.long, pytest.mark.timeout(150)]


@pytest.fixture(scope="module")
def demo() -> Iterator[str]:
    """The demo server in a process of its own; its address without the version."""
    command = [sys.executable, "-m", "chatgui.demo"]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin
    assert process.stdout
    yield process.stdout.readline().split()[1].removesuffix("/v1")
    process.stdin.close()
    process.stdout.close()
    process.wait(5)


def walked(shared: Path, pictures: Path, *account: str) -> dict[str, Any]:
    """What one walk met; it has found its answer, and nothing of the key on the disk."""
    if not HARNESS.exists():
        pytest.skip(f"needs the harness's interpreter at {HARNESS}")
    script = Path(__file__).with_name("new_user.py")
    command = [str(one) for one in (HARNESS, script, shared / "tools", sys.executable, ROOT, pictures, *account)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=140)
    assert ran.returncode == 0, ran.stderr[-3000:]
    told: dict[str, Any] = json.loads(ran.stdout.strip().split("\n")[-1])
    print(f"{account[0]:12} {told['clicks']} click, {told['keys']} keys, s: {told['seconds']}  {pictures}")
    assert told["key_on_disk"] == []
    assert told["ended"] == ["closed", 0]
    assert told["clicks"] <= MOST_CLICKS
    assert told["keys"] <= MOST_KEYS
    assert "Traceback" not in told["output"]
    return told


@pytest.mark.parametrize("name", FIVE)
def test_each_of_the_five_systems_is_asked_within_a_minute(name: str, demo: str, shared: Path, tmp_path: Path) -> None:
    told = walked(shared, tmp_path, name, f"{demo}/{name}/v1", CANARY, name)
    assert told["answer"].startswith("Welcome")
    assert told["seconds"]["first"] < 60


def test_a_server_written_by_others_is_asked_the_same_way(shared: Path, tmp_path: Path) -> None:
    with real.litellm(tmp_path) as server:
        told = walked(shared, tmp_path / "pictures", "litellm", server.base_url, server.key, server.model)
    assert told["answer"]
