"""Sets everything up, once, and then runs the program or its tests. Needs nothing but Python.

    python3 packaging/dev.py run [ARGUMENTS OF chatgui]
    python3 packaging/dev.py test [ARGUMENTS OF pytest]

What is installed: system libraries Qt needs (Debian and its family: by apt, as root or by sudo without a password;
else it says what to type), and Python packages into .venv, pinned and checked by hash, from wherever pip is set up to look.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
PINS = {"run": ["requirements.txt"], "test": ["requirements.txt", "requirements-test.txt"]}
OLDEST, NEWEST = (3, 11), (3, 13)

# What Qt opens at run time, and the Debian package that brings it. Found by experiment on a bare Debian 12.
LIBRARIES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
}
# What some tests start: a display with a window manager, and a keyring on a bus of its own. Without them they skip.
PROGRAMS = {
    "Xvfb": "xvfb",
    "metacity": "metacity",
    "dbus-daemon": "dbus-daemon",
    "dbus-send": "dbus-bin",
    "gnome-keyring-daemon": "gnome-keyring",
    "xwininfo": "x11-utils",
    "desktop-file-validate": "desktop-file-utils",
    "appstreamcli": "appstream",
    "git": "git",
}


def main() -> int:
    """The whole of it; what it says is meant for a newcomer."""
    task, arguments = (sys.argv[1] if len(sys.argv) > 1 else ""), sys.argv[2:]
    if task not in PINS:
        print(__doc__)
        return 2
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        return go_on_with_another_python()
    if not (has_system_libraries() and has_environment(task)):
        return 1
    if task == "test":
        install_test_programs()
        return replace_by(["-m", "pytest", *workers(arguments), *arguments], ROOT)
    if sys.platform == "linux" and not any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))):
        if not arguments:
            print("There is no display here, so the window opens unseen (QT_QPA_PLATFORM=offscreen).", flush=True)
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    return replace_by(["-m", "chatgui", *arguments], Path.cwd())


def go_on_with_another_python() -> int:
    """This Python is too old or too new: go on with one that fits, if there is one."""
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        if found := shutil.which(f"python3.{minor}"):
            return subprocess.call([found, *sys.argv])
    this = ".".join(map(str, sys.version_info[:2]))
    print(f"This is Python {this}; chatgui needs Python 3.{OLDEST[1]} to 3.{NEWEST[1]}. Install one and try again.")
    return 1


def has_system_libraries() -> bool:
    """On Linux, everything Qt and venv need from the system; installs what is missing, or says how."""
    if sys.platform != "linux":
        return True
    missing = [package for library, package in LIBRARIES.items() if not loads(library)]
    if not importlib.util.find_spec("ensurepip"):
        missing.append("python3-venv")
    if not missing or apt_install(missing):
        return True
    if shutil.which("apt-get"):
        print("Some system packages are missing. Please run this, then try again:\n")
        print(f"    sudo apt-get update && sudo apt-get install --no-install-recommends {' '.join(missing)}\n")
    else:
        libraries = [library for library, package in LIBRARIES.items() if package in missing]
        print("Some system libraries are missing. Please install the packages that bring these, then try again:\n")
        print(f"    {' '.join(libraries or missing)}\n")
    return False


def loads(library: str) -> bool:
    """Whether the system has this shared library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def apt_install(packages: list[str]) -> bool:
    """Install Debian packages, if there is apt and we may."""
    if not shutil.which("apt-get"):
        return False
    sudo = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
    if sudo and (not shutil.which("sudo") or subprocess.call([*sudo, "true"], stderr=subprocess.DEVNULL)):
        return False
    print("Installing system packages:", " ".join(packages), flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    update, install = ["apt-get", "-qq", "update"], ["apt-get", "-qq", "install", "--no-install-recommends", "-y"]
    subprocess.call([*sudo, *update], env=quiet, stdout=subprocess.DEVNULL)
    return subprocess.call([*sudo, *install, *packages], env=quiet, stdout=subprocess.DEVNULL) == 0


def install_test_programs() -> None:
    """Programs for the tests that need a real display or keyring; says what will be skipped without them."""
    missing = {program: package for program, package in PROGRAMS.items() if not shutil.which(program)}
    if sys.platform == "linux" and missing and not apt_install(list(missing.values())):
        print(f"Not here: {', '.join(missing)}. Tests that need them are skipped; to have them, install the packages")
        print(f"    {' '.join(missing.values())}", flush=True)


def workers(arguments: list[str]) -> list[str]:
    """Two test processes, file by file, unless one file or test is named or the person decides otherwise."""
    alone = ("-n", "--dist", "--pdb", "--co", "--version", "--help")
    is_one = any(one.endswith(".py") or "::" in one or one.startswith(alone) for one in arguments)
    return [] if is_one else ["-n2", "--dist=loadfile", "--max-worker-restart=0"]  # a restarted worker hangs the run


def has_environment(task: str) -> bool:
    """The virtual environment with this task's pins in it; nothing is done if it is as it was left."""
    pins = [ROOT / "packaging" / name for name in PINS[task]]
    wanted = hashlib.sha256(b"".join(path.read_bytes() for path in pins)).hexdigest()
    stamp = VENV / f"{task}.installed"
    state = f"{wanted} {PYTHON.resolve()}"
    if PYTHON.exists() and stamp.exists() and stamp.read_text() == state:
        return True
    if not PYTHON.exists() or subprocess.call([PYTHON, "-c", "import pip"], stderr=subprocess.DEVNULL):
        print("Making a virtual environment in .venv", flush=True)
        subprocess.check_call([sys.executable, "-m", "venv", "--clear", VENV])
    print("Installing Python packages into .venv (once; about 100 MB are fetched)", flush=True)
    pip: list[str | Path] = [PYTHON, "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    checked = ["--require-hashes", "--only-binary", ":all:", *(f"--requirement={path}" for path in pins)]
    if subprocess.call([*pip, *checked]):
        print("That did not work; the lines above say why. What is installed stays, so trying again goes on from here.")
        return False
    stamp.write_text(f"{wanted} {PYTHON.resolve()}")
    return True


def replace_by(arguments: list[str], folder: Path) -> int:
    """Go on as the environment's Python with the program on its path."""
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    os.chdir(folder)
    command = [str(PYTHON), *arguments]
    if os.name == "nt":  # there, exec returns to the shell at once
        return subprocess.call(command)
    return os.execv(command[0], command)


if __name__ == "__main__":
    sys.exit(main())
