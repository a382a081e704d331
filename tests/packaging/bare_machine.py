"""The two commands on a bare Debian 12 that holds Python and nothing else, timed; started by name, as root.

    python tests/packaging/bare_machine.py [words] [run] [window] [test]

Makes a clean root with debootstrap (kept in /var/tmp for the next time), copies this machine's apt and pip settings into
it, clones the last commit there, and does in it what a newcomer does. `words`: without rights, it must say what to type;
`run` and `test`: first and second run; `window`: the window comes up on a real X server (needs Xvfb and xwininfo here).
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
BASE = Path("/var/tmp/chatgui-bare-debian")
SETTINGS = ["etc/apt", "etc/pip.conf", "etc/resolv.conf", "etc/hosts", "root/.config/pip"]
CLONE = "/home/new/chatgui"
TRUSTED = "/etc/ssl/certs/ca-certificates.crt"
BUNDLE = "/etc/trusted-here.crt"  # not the usual place: installing Debian's ca-certificates would overwrite it
NEWCOMER = "1000:1000"
DISPLAY = ":197"


def first_mirror() -> str:
    """Where this machine's apt finds Debian."""
    sources = [*Path("/etc/apt").glob("sources.list*"), *Path("/etc/apt/sources.list.d").glob("debian.sources")]
    text = "\n".join(path.read_text() for path in sources if path.is_file())
    found = re.search(r"^(?:URIs:|deb)\s+(\S+)", text, re.MULTILINE)
    if not found:
        sys.exit("no Debian mirror in /etc/apt")
    return found[1]


def make_base() -> None:
    """Debian 12, minimal, with python3."""
    if not (BASE / "usr/bin/python3").exists():
        partial = BASE.with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        command = ["debootstrap", "--variant=minbase", "--include=python3", "bookworm", str(partial), first_mirror()]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        partial.rename(BASE)


def local_packages() -> list[Path]:
    """Folders on this machine that pip is set up to look into."""
    asked = subprocess.run([sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False)
    words = re.split(r"[\s'=]+", asked.stdout) + os.environ.get("PIP_FIND" + "_LINKS", "").split()
    paths = {Path(word.removeprefix("file://")) for word in words if word.startswith(("file:///", "/"))}
    # An index's pages point to files that lie beside it.
    return sorted({path.parent if path.name == "simple" else path for path in paths if path.is_dir()})


@contextlib.contextmanager
def machine() -> Iterator[Path]:
    """A new machine as a directory; gone afterwards."""
    make_base()
    root = Path(tempfile.mkdtemp(prefix="bare-", dir="/var/tmp"))
    mounts: list[Path] = []
    try:
        subprocess.run(["cp", "-a", f"{BASE}/.", str(root)], check=True)
        configure(root)
        for path in [Path("/proc"), Path("/dev"), Path("/dev/pts"), *local_packages()]:
            target = root / path.relative_to("/")
            target.mkdir(parents=True, exist_ok=True)
            subprocess.run(["mount", "--bind", str(path), str(target)], check=True)
            mounts.append(target)
        yield root
    finally:
        for target in reversed(mounts):
            subprocess.run(["umount", "--lazy", str(target)], check=True)
        shutil.rmtree(root)


def configure(root: Path) -> None:
    """This machine's settings for apt and pip, a person, and a fresh clone that is theirs."""
    for name in SETTINGS:
        source = Path("/", name)
        if source.is_dir():
            shutil.copytree(source, root / name, symlinks=False, dirs_exist_ok=True, ignore_dangling_symlinks=True)
        elif source.exists():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, root / name)
    if Path(TRUSTED).exists():
        shutil.copy(TRUSTED, root / BUNDLE.lstrip("/"))
    if (root / "etc/apt/sources.list.d/debian.sources").exists():
        (root / "etc/apt/sources.list").unlink(missing_ok=True)  # debootstrap's, the same once more
    for foreign in (root / "etc/apt/sources.list.d").glob("*"):
        if foreign.name != "debian.sources":
            foreign.unlink()
    clone = root / CLONE.lstrip("/")
    clone.parent.mkdir(parents=True)
    subprocess.run(["git", "clone", "--quiet", str(REPOSITORY), str(clone)], check=True)
    subprocess.run(["chown", "-R", NEWCOMER, str(clone.parent)], check=True)


def inside(root: Path, *command: str, who: str = "0:0", **extra: str) -> list[str]:
    """The command line that runs `command` in the clone on that machine."""
    passed = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    passed |= {"PIP_CERT": BUNDLE} if (root / BUNDLE.lstrip("/")).exists() else {}
    home = "/root" if who == "0:0" else "/home/new"
    env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": home, "LANG": "C.UTF-8", **passed, **extra}
    words = [f"{name}={value}" for name, value in env.items()]
    return ["chroot", f"--userspec={who}", str(root), "env", "-i", "-C", CLONE, *words, *command]


def timed(what: str, command: Sequence[str], status: int = 0) -> str:
    """Run, show the end of what it says, and the time it took; any other exit status ends everything."""
    start = time.monotonic()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    seconds = time.monotonic() - start
    print(f"--- {what}: {seconds:.1f} s, exit status {done.returncode}", *done.stdout.splitlines()[-12:], sep="\n    ")
    sys.stdout.flush()
    if done.returncode != status:
        sys.exit(f"{what}: expected exit status {status}\n{done.stdout}")
    return done.stdout


def words() -> None:
    """Without rights to install, it says what to type and stops."""
    with machine() as root:
        said = timed("run, not root", inside(root, "python3", "packaging/dev.py", "run", who=NEWCOMER), 1)
        assert "sudo apt-get" in said
        assert "python3-venv" in said
        timed("(root does as told)", inside(root, "sh", "-c", said[said.index("apt-get update") :].split("\n")[0]
              .replace("sudo ", "").replace("install ", "install -y -qq ")))  # fmt: skip
        timed("run, not root, again", inside(root, "python3", "packaging/dev.py", "run", "--version", who=NEWCOMER))
        timed("run, not root, once more", inside(root, "python3", "packaging/dev.py", "run", "--version", who=NEWCOMER))
        tests = ["packaging/dev.py", "test", "-q", "tests/core"]
        assert "Not here: Xvfb" in timed("test, not root", inside(root, "python3", *tests, who=NEWCOMER))


def run() -> None:
    """The first command, twice."""
    with machine() as root:
        for time_of in ("first", "second"):
            timed(f"run --version, {time_of}", inside(root, "python3", "packaging/dev.py", "run", "--version"))


def test() -> None:
    """The second command, twice."""
    with machine() as root:
        timed("test, first", inside(root, "python3", "packaging/dev.py", "test", "-q"))
        timed("test, second, of one floor", inside(root, "python3", "packaging/dev.py", "test", "-q", "tests/core"))


def window() -> None:
    """The first command opens a window on a real display; from the command to the mapped window."""
    with tempfile.TemporaryDirectory() as frames:
        screen = ["-screen", "0", "1280x800x24", "-fbdir", frames]
        server = subprocess.Popen(["Xvfb", DISPLAY, *screen], stderr=subprocess.DEVNULL)
        try:
            with machine() as root:
                for time_of in ("first", "second"):
                    command = inside(root, "python3", "packaging/dev.py", "run", DISPLAY=DISPLAY)
                    until_mapped(time_of, command, Path(frames) / "Xvfb_screen0")
        finally:
            server.terminate()
            server.wait()


def until_mapped(time_of: str, command: Sequence[str], screen: Path) -> None:
    """Start the program, wait for its window, let it paint, and end it."""
    start = time.monotonic()
    program = subprocess.Popen(command)
    try:
        while "chatgui" not in (seen := windows()):
            if program.poll() is not None or time.monotonic() - start > 600:
                sys.exit(f"no window came; exit status {program.poll()}")
            time.sleep(0.05)  # another process's window: nothing to wait on
        print(f"--- run, {time_of}: window after {time.monotonic() - start:.1f} s\n{seen}", flush=True)
        time.sleep(2)
        shutil.copy(screen, f"/var/tmp/chatgui-bare-{time_of}.xwd")  # to be looked at
    finally:
        program.terminate()
        print("    ended by SIGTERM with exit status", program.wait(20), flush=True)


def windows() -> str:
    """The mapped windows with a size worth seeing, as xwininfo names them."""
    asked = subprocess.run(
        ["xwininfo", "-root", "-tree", "-display", DISPLAY], capture_output=True, text=True, check=False
    )
    return "\n".join(
        line for line in asked.stdout.splitlines() if re.search(r"\b\d{3,}x\d{3,}\+", line) and "(" in line
    )


if __name__ == "__main__":
    for step in sys.argv[1:] or ["words", "run", "window", "test"]:
        {"words": words, "run": run, "window": window, "test": test}[step]()
