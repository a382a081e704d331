"""What is shipped is whole: the same resources in a wheel, a source archive, an editable install and a checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parents[2]
READ = (
    "from chatgui import resources; print(resources.path('icons/send.svg'), len(resources.read_text('icons/send.svg')))"
)


def call(*command: str | Path, cwd: Path, **env: str) -> str:
    """Run a command that must succeed, away from this checkout and this environment's variables; what it said."""
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    told = subprocess.run(command, cwd=cwd, env={**clean, **env}, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout + told.stderr
    return told.stdout


def build(source: Path, into: Path) -> tuple[Path, Path]:
    """A wheel and a source archive."""
    call(sys.executable, "-m", "hatchling", "build", "-d", into, cwd=source)
    return next(into.glob("*.whl")), next(into.glob("*.tar.gz"))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """This checkout's wheel and source archive."""
    return build(ROOT, tmp_path_factory.mktemp("dist"))


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """The bin folder of a new virtual environment."""
    call(sys.executable, "-m", "venv", tmp_path / "venv", cwd=tmp_path)
    return tmp_path / "venv" / ("Scripts" if os.name == "nt" else "bin")


def tracked(*folders: str) -> set[str]:
    """The files git knows in these folders."""
    listed = subprocess.run(["git", "ls-files", *folders], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("needs a git checkout")
    return {name for name in listed.stdout.split("\n") if name and (ROOT / name).exists()}


def names(wheel: Path) -> set[str]:
    """The files in a wheel."""
    return set(zipfile.ZipFile(wheel).namelist())


def test_the_wheel_holds_the_package_and_its_resources(built: tuple[Path, Path]) -> None:
    inside = names(built[0])
    shipped = {name for name in tracked("resources") if not name.startswith("resources/screenshots/")}
    assert tracked("chatgui") <= inside
    assert {f"chatgui/_{name}" for name in shipped} <= inside
    assert not [name for name in inside if "test" in PurePosixPath(name).parts or "screenshots" in name]


def test_the_source_archive_holds_everything_to_build_and_test(built: tuple[Path, Path]) -> None:
    with tarfile.open(built[1]) as archive:
        inside = {name.partition("/")[2] for name in archive.getnames()}
    assert tracked("chatgui", "resources", "tests", "packaging", "LICENSE", "README.md", "pyproject.toml") <= inside


def test_an_unpacked_wheel_runs(built: tuple[Path, Path], tmp_path: Path) -> None:
    zipfile.ZipFile(built[0]).extractall(tmp_path)
    assert str(tmp_path) in call(sys.executable, "-c", READ, cwd=tmp_path, PYTHONPATH=str(tmp_path))
    assert "chatgui" in call(sys.executable, "-m", "chatgui", "--version", cwd=tmp_path, PYTHONPATH=str(tmp_path))


@pytest.mark.packaging
@pytest.mark.timeout(600)
def test_the_source_archive_builds_the_same_wheel(built: tuple[Path, Path], tmp_path: Path) -> None:
    with tarfile.open(built[1]) as archive:
        archive.extractall(tmp_path, filter="data")
    wheel, _ = build(next(tmp_path.glob("chatgui-*")), tmp_path / "again")
    assert names(wheel) == names(built[0])


@pytest.mark.packaging
@pytest.mark.timeout(600)
def test_the_wheel_runs_in_a_fresh_environment(built: tuple[Path, Path], fresh: Path, tmp_path: Path) -> None:
    pip: list[str | Path] = [fresh / "python", "-m", "pip", "install", "--quiet"]
    call(*pip, "--require-hashes", "--only-binary", ":all:", "-r", ROOT / "packaging/requirements.txt", cwd=tmp_path)
    call(*pip, "--no-deps", built[0], cwd=tmp_path)
    call(fresh / "python", "-m", "pip", "check", cwd=tmp_path)
    assert "site-packages" in call(fresh / "python", "-c", READ, cwd=tmp_path)
    assert "Qt 6.11" in call(fresh / "chatgui", "--version", cwd=tmp_path)


@pytest.mark.packaging
@pytest.mark.timeout(600)
def test_an_editable_install_runs(fresh: Path, tmp_path: Path) -> None:
    # The new environment borrows this one's packages, so that the build needs no network.
    borrowed = Path(call(fresh / "python", "-c", "import site; print(site.getsitepackages()[0])", cwd=tmp_path).strip())
    (borrowed / "borrowed.pth").write_text(sysconfig.get_path("purelib"))
    pip: list[str | Path] = [fresh / "python", "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
    call(*pip, "--editable", ROOT, cwd=tmp_path)
    assert str(ROOT / "resources") in call(fresh / "python", "-c", READ, cwd=tmp_path)
    assert "chatgui" in call(fresh / "chatgui", "--version", cwd=tmp_path)
