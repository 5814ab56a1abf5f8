"""A screen of its own with real keys and a real mouse, and the window as a screen reader has it.

Widgets are found by the role and the name that the program tells over AT-SPI, the accessibility
bus of Linux desktops, and clicked where it says that they are.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from tests.conftest import ROOT

TOOLS = ("Xvfb", "xdotool", "openbox", "import", "dbus-daemon")
MISSING = [tool for tool in TOOLS if shutil.which(tool) is None]
SHOTS = ROOT / "build" / "screenshots"
LIMIT_S = 90.0
_ROOT_PATH = "/org/a11y/atspi/accessible/root"
_ATSPI = "org.a11y.atspi."
_STATES = {"checked": 4, "enabled": 8, "focused": 12, "selected": 23, "showing": 25}
"""Bits of AT-SPI's `StateSet`."""


def wait(what: str, condition: Callable[[], Any]) -> Any:
    """The first true answer of `condition`."""
    end = time.monotonic() + LIMIT_S
    while not (answer := condition()):
        assert time.monotonic() < end, f"never happened: {what}"
        time.sleep(0.2)
    return answer


@dataclass(frozen=True)
class Desktop:
    """An X server with a window manager and an accessibility bus."""

    environment: dict[str, str]

    def run(self, *command: str) -> bytes:
        return subprocess.run(command, env=self.environment, check=True, capture_output=True).stdout

    def keys(self, *names: str) -> None:
        self.run("xdotool", "key", "--clearmodifiers", *names)

    def type(self, text: str) -> None:
        self.run("xdotool", "type", "--delay", "8", text)

    def click(self, x: int, y: int, *, holding: str = "") -> None:
        """A left click, with a modifier key held down."""
        keys = (["keydown", holding], ["keyup", holding]) if holding else ([], [])
        self.run("xdotool", "mousemove", str(x), str(y), *keys[0], "click", "1", *keys[1])

    def windows(self, title: str) -> list[str]:
        found = subprocess.run(
            ["xdotool", "search", "--onlyvisible", "--name", title],
            env=self.environment, check=False, capture_output=True,
        )  # fmt: skip
        return found.stdout.decode().split()

    def picture(self, window: str = "root") -> np.ndarray:
        """RGB `(H, W, 3)` of a window's content."""
        png = np.frombuffer(self.run("import", "-window", window, "png:-"), np.uint8)
        return cv2.cvtColor(cv2.imdecode(png, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)

    def save(self, name: str, window: str = "root") -> None:
        SHOTS.mkdir(parents=True, exist_ok=True)
        self.run("import", "-window", window, str(SHOTS / f"xdotool-{name}.png"))

    def open_file(self, path: Path, title: str) -> None:
        """Answer the file dialog of that title."""
        wait(f"the dialog {title!r}", lambda: self.windows(f"^{title}$"))
        self.type(str(path))
        self.keys("Return")
        wait("the dialog closes", lambda: not self.windows(f"^{title}$"))


@contextmanager
def open_desktop(home: Path) -> Iterator[Desktop]:
    """Start a desktop; `home` is the user's folder there."""
    with (
        _told("Xvfb", "-displayfd", "{}", "-screen", "0", "1280x900x24", "-nolisten", "tcp") as x,
        _told("dbus-daemon", "--session", "--nofork", "--print-address={}") as bus,
    ):
        environment = {**os.environ, "DISPLAY": f":{x}", "QT_QPA_PLATFORM": "xcb"}
        environment |= {"HOME": str(home), "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
        environment |= {"AT_SPI_BUS_ADDRESS": bus, "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"}
        manager = subprocess.Popen(["openbox"], env=environment, stderr=subprocess.DEVNULL)
        try:
            yield Desktop(environment)
        finally:
            manager.terminate()
            manager.wait(20)


@contextmanager
def _told(*command: str) -> Iterator[str]:
    """Run a server that writes where it is reached into the descriptor put for `{}`."""
    receiver, sender = os.pipe()
    server = subprocess.Popen(
        [word.format(sender) for word in command], pass_fds=[sender], stderr=subprocess.DEVNULL
    )
    os.close(sender)
    try:
        with os.fdopen(receiver) as pipe:
            yield pipe.readline().strip()
    finally:
        server.terminate()
        server.wait(20)


@dataclass(frozen=True)
class Widget:
    """One node of the accessibility tree."""

    path: str
    role: str
    name: str
    states: frozenset[str]


class Program:
    """The app as a process of its own, and what it tells a screen reader."""

    def __init__(self, desktop: Desktop, home: Path, key_file: Path | None) -> None:
        """Without a key file there is no gallery, and the window begins with its first steps."""
        from jeepney.io.blocking import open_dbus_connection

        self.desktop = desktop
        self._shared = ["--home", str(home)]
        if key_file is not None:
            self._shared += ["--key-file", str(key_file)]
            self.cli("people", "list")  # makes the gallery
        self._process = subprocess.Popen(
            [*self._command, "gui"], env=desktop.environment, stderr=subprocess.PIPE
        )
        self._bus = open_dbus_connection(desktop.environment["AT_SPI_BUS_ADDRESS"])
        self._name = wait("the program is on the accessibility bus", self._find)

    @property
    def _command(self) -> list[str]:
        return [sys.executable, "-m", "siamapp", *self._shared]

    def cli(self, *words: str) -> bytes:
        """What a verb prints, run beside the window."""
        return self.desktop.run(*self._command, *words)

    def close(self) -> str:
        """Close the window as a user does; what the program wrote to stderr."""
        self.desktop.keys("alt+F4")
        _, said = self._process.communicate(timeout=LIMIT_S)
        assert self._process.returncode == 0, said.decode()
        return said.decode()

    def kill(self) -> None:
        """End what a failed test left running, with a picture of it."""
        self._bus.close()
        if self._process.poll() is None:
            self.desktop.save("failed")
            self._process.kill()
            self._process.communicate()

    # --- what is on the screen --------------------------------------------------------------------

    def widgets(self) -> list[Widget]:
        """What is showing, top down."""
        return list(self._walk(_ROOT_PATH))

    def names(self) -> list[str]:
        """Everything that can be read, in words."""
        return [widget.name for widget in self.widgets() if widget.name]

    def says(self, *words: str) -> list[str]:
        """Wait until all these words can be read somewhere; everything that is read then."""

        def all_said() -> list[str]:
            told = self.names()
            return told if all(any(word in name for name in told) for word in words) else []

        return list(wait(f"{words} on the screen", all_said))

    def find(self, name: str, role: str = "") -> Widget:
        """Wait for a widget of this name, and of this role, that can be used.

        A list's entries tell more after their name and a comma.
        """

        def found() -> Widget | None:
            for widget in self.widgets():
                named = widget.name == name or widget.name.startswith(f"{name}, ")
                if named and role in ("", widget.role) and "enabled" in widget.states:
                    return widget
            return None

        return wait(f"{role or 'a widget'} {name!r} that is enabled", found)

    def click(self, name: str, role: str = "", *, holding: str = "") -> None:
        """Click into the middle of a widget, once it lies still."""
        place, before = self._place(name, role), None
        while place != before:
            time.sleep(0.1)
            place, before = self._place(name, role), place
        x, y, width, height = place
        self.desktop.click(x + width // 2, y + height // 2, holding=holding)

    def _place(self, name: str, role: str) -> Sequence[int]:
        """Left, top, width and height on the screen; empty where the widget went meanwhile."""
        told = self._call(self.find(name, role).path, "Component", "GetExtents", "u", (0,))
        return tuple(told[0]) if told else ()

    def fill(self, name: str, text: str) -> None:
        """Click into a field and type over what it holds."""
        self.click(name, "text")
        self.desktop.keys("ctrl+a")
        self.desktop.type(text)

    # --- AT-SPI -----------------------------------------------------------------------------------

    def _walk(self, path: str) -> Iterator[Widget]:
        bits = self._call(path, "Accessible", "GetState")
        if not bits:  # gone meanwhile
            return
        (low, _high) = bits[0]
        states = frozenset(name for name, bit in _STATES.items() if low >> bit & 1)
        if path != _ROOT_PATH and "showing" not in states:
            return
        role, name = self._call(path, "Accessible", "GetRoleName"), self._name_of(path)
        if role:
            yield Widget(path, role[0], name, states)
        for children in self._call(path, "Accessible", "GetChildren"):
            for _owner, child in children:
                yield from self._walk(child)

    def _find(self) -> str:
        (names,) = self._ask_bus("ListNames")
        for name in (name for name in names if name.startswith(":")):
            process = self._ask_bus("GetConnectionUnixProcessID", "s", (name,))
            if list(process) == [self._process.pid]:
                return str(name)
        return ""

    def _ask_bus(self, method: str, signature: str = "", body: Sequence[Any] = ()) -> Sequence[Any]:
        from jeepney import message_bus, new_method_call

        return self._send(new_method_call(message_bus, method, signature, tuple(body)))

    def _call(
        self, path: str, interface: str, method: str, signature: str = "", body: Sequence[Any] = ()
    ) -> Sequence[Any]:
        """A method's answers; none where the widget is gone."""
        from jeepney import DBusAddress, new_method_call

        where = DBusAddress(path, self._name, _ATSPI + interface)
        return self._send(new_method_call(where, method, signature, tuple(body)))

    def _name_of(self, path: str) -> str:
        from jeepney import DBusAddress, Properties

        where = DBusAddress(path, self._name, f"{_ATSPI}Accessible")
        answer = self._send(Properties(where).get("Name"))
        return str(answer[0][1]) if answer else ""

    def _send(self, message: Any) -> Sequence[Any]:
        from jeepney import MessageType

        answer = self._bus.send_and_get_reply(message, timeout=LIMIT_S)
        return () if answer.header.message_type is MessageType.error else answer.body
