"""What all tests share: no screen, no home of the user's, no thread or widget left behind."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import siamapp  # noqa: F401 - switches onnxruntime's telemetry off before a test loads it

# Before any import of Qt: tests never open a real window.
os.environ["QT_QPA_PLATFORM"] = os.environ.get("SIAMAPP_TEST_PLATFORM", "offscreen")
if os.name == "nt":  # its offscreen platform knows no fonts of the system's
    os.environ.setdefault("QT_QPA_FONTDIR", str(Path(os.environ["SYSTEMROOT"], "Fonts")))

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("SIAMAPP_DATA", ROOT.parent / "shared" / "data"))
PEERS = Path(os.environ.get("SIAMAPP_PEERS", ROOT.parent / "shared" / "peers"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever asks for Qt is a test of the window."""
    for item in items:
        if {"qtbot", "qapp"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.gui)


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of whoever runs the tests is read or written."""
    monkeypatch.setenv("SIAMAPP_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SIAMAPP_KEY_FILE", raising=False)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")


@pytest.fixture(autouse=True)
def _no_thread_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """A thread that outlives its test is a leak."""
    before = set(threading.enumerate())
    yield
    if request.node.get_closest_marker("allow_threads"):
        return
    until = time.monotonic() + 5
    while (left := _leaked(before)) and time.monotonic() < until:
        time.sleep(0.02)
    assert not left, f"threads left running: {', '.join(thread.name for thread in left)}"


def _leaked(before: set[threading.Thread]) -> list[threading.Thread]:
    """New threads that live; Python's view of a foreign thread (Qt's) is no thread of ours."""
    return [
        thread
        for thread in threading.enumerate()
        if thread not in before
        and thread.is_alive()
        and not isinstance(thread, threading._DummyThread)
        and not thread.name.startswith("siam-accelerator")  # the process' one, waiting
    ]


@pytest.fixture
def data_dir() -> Path:
    """The data of DATA.md."""
    if not DATA.is_dir():
        pytest.skip(f"no data in {DATA.name}; name its folder in SIAMAPP_DATA")
    return DATA


@pytest.fixture
def peers_dir() -> Path:
    """The reference models of DATA.md."""
    if not PEERS.is_dir():
        pytest.skip(f"no reference models in {PEERS.name}; name their folder in SIAMAPP_PEERS")
    return PEERS
