"""The two commands: what they say, and that they do their set-up once. bare_machine.py shows them on a bare Debian."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def dev() -> Any:
    """packaging/dev.py as a module."""
    spec = importlib.util.spec_from_file_location("dev", ROOT / "packaging/dev.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH with nothing on it yet, for somebody who is not root."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    return folder


def pretend(folder: Path, name: str, status: int) -> None:
    """Put a program there that only exits."""
    (folder / name).write_text(f"#!/bin/sh\nexit {status}\n")
    (folder / name).chmod(0o755)


def test_without_a_task_it_explains_itself() -> None:
    told = subprocess.run([sys.executable, "packaging/dev.py"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert told.returncode == 2
    assert "dev.py run" in told.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="system packages are a matter of Linux")
class TestSystemLibraries:
    def test_all_there(self, dev: Any, programs: Path, capsys: pytest.CaptureFixture[str]) -> None:
        dev.LIBRARIES = {"libc.so.6": "libc6"}
        assert dev.has_system_libraries()
        assert capsys.readouterr().out == ""

    def test_missing_with_apt_but_without_rights(
        self, dev: Any, programs: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        pretend(programs, "apt-get", 0)
        pretend(programs, "sudo", 1)  # it wants a password
        dev.LIBRARIES = {"libc.so.6": "libc6", "libnowhere.so.1": "libnowhere1"}
        assert not dev.has_system_libraries()
        assert "sudo apt-get install --no-install-recommends libnowhere1\n" in capsys.readouterr().out.replace(
            "sudo apt-get update && ", ""
        )

    def test_missing_with_sudo_that_asks_nothing(self, dev: Any, programs: Path) -> None:
        pretend(programs, "apt-get", 0)
        pretend(programs, "sudo", 0)
        dev.LIBRARIES = {"libnowhere.so.1": "libnowhere1"}
        assert dev.has_system_libraries()

    def test_missing_on_another_distribution(
        self, dev: Any, programs: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        dev.LIBRARIES = {"libnowhere.so.1": "libnowhere1"}
        assert not dev.has_system_libraries()
        assert "    libnowhere.so.1\n" in capsys.readouterr().out

    def test_missing_test_programs_are_named(
        self, dev: Any, programs: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        dev.install_test_programs()
        assert "Not here: Xvfb" in capsys.readouterr().out


@pytest.fixture
def elsewhere(dev: Any, tmp_path: Path) -> Any:
    """dev.py for a project of its own that needs no packages."""
    (tmp_path / "packaging").mkdir()
    (tmp_path / "packaging/requirements.txt").write_text("")
    dev.ROOT, dev.VENV = tmp_path, tmp_path / ".venv"
    dev.PYTHON = dev.VENV / dev.PYTHON.relative_to(ROOT / ".venv")
    return dev


@pytest.mark.packaging
def test_an_environment_whose_python_is_gone_is_made_anew(elsewhere: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert elsewhere.has_environment("run")
    capsys.readouterr()
    elsewhere.PYTHON.unlink()  # as after an upgrade of the system's Python
    assert elsewhere.has_environment("run")
    assert "Making" in capsys.readouterr().out


def test_set_up_is_done_once(elsewhere: Any, capsys: pytest.CaptureFixture[str]) -> None:
    dev = elsewhere
    assert dev.has_environment("run")
    assert "Making" in capsys.readouterr().out
    assert dev.has_environment("run")
    assert capsys.readouterr().out == ""


def test_python_out_of_range_goes_on_with_one_that_fits(
    dev: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert dev.go_on_with_another_python() == 1
    assert "needs Python 3.11 to 3.13" in capsys.readouterr().out
    pretend(tmp_path, "python3.12", 7)
    assert dev.go_on_with_another_python() == 7
    assert shutil.which("python3.12")


def test_two_workers_unless_one_file_is_named(dev: Any) -> None:
    several = ["-n2", "--dist=loadfile", "--max-worker-restart=0"]
    assert dev.workers([]) == dev.workers(["-q", "tests/wire", "-k", "framing"]) == several
    assert dev.workers(["tests/core/test_reply.py"]) == dev.workers(["-n4"]) == dev.workers(["--pdb"]) == []
