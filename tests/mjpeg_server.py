"""A network camera on the loopback: MJPEG that can go black, freeze, fall silent or go."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator, Sequence
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

import cv2
import numpy as np

from siamapp.types import BgrImage

VARIANTS = 16


class Mode(StrEnum):
    PICTURES = "pictures"
    BLACK = "black"
    FROZEN = "frozen"
    SILENT = "silent"
    """The connection stays open and nothing comes."""
    GONE = "gone"
    """Connections are cut and new ones refused with 503."""


def _jpegs(pictures: Sequence[BgrImage]) -> list[bytes]:
    """Each picture several times with the noise of a sensor, so that no two in a row are equal."""
    rng = np.random.default_rng(0)
    out = []
    for bgr, _ in itertools.product(pictures, range(VARIANTS)):
        noisy = np.clip(bgr + rng.normal(0, 3, bgr.shape), 0, 255).astype(np.uint8)
        out.append(cv2.imencode(".jpg", noisy)[1].tobytes())
    return out


class MjpegServer(ThreadingHTTPServer):
    """Serves `pictures` in a loop at `fps` while it is entered; `mode` may be set at any time."""

    daemon_threads = False  # `server_close` waits for them

    def __init__(self, pictures: Sequence[BgrImage] = (), *, fps: float = 25.0) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.mode = Mode.PICTURES
        self.frame_s = 1 / fps
        self.closing = threading.Event()
        self.url = f"http://127.0.0.1:{self.server_port}/live.mjpg"
        grey = np.full((240, 320, 3), 120, np.uint8)
        self._bright = _jpegs(pictures or [grey])
        self._dark = _jpegs([np.full_like(grey, 2)])
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), name="mjpeg")

    def __enter__(self) -> MjpegServer:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.closing.set()
        self.shutdown()
        self._thread.join()
        self.server_close()

    def parts(self) -> Iterator[bytes]:
        """JPEG after JPEG, empty for silence, until the mode is GONE."""
        for n in itertools.count():
            mode = self.mode
            if mode is Mode.GONE or self.closing.wait(self.frame_s):
                return
            if mode is Mode.SILENT:
                yield b""
            elif mode is Mode.FROZEN:
                yield self._bright[0]
            else:
                jpegs = self._dark if mode is Mode.BLACK else self._bright
                yield jpegs[n % len(jpegs)]


class _Handler(BaseHTTPRequestHandler):
    server: MjpegServer

    def do_GET(self) -> None:
        if self.server.mode is Mode.GONE:
            self.send_error(503)
            return
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.end_headers()
        head = b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n"
        try:
            for jpeg in self.server.parts():
                if jpeg:
                    self.wfile.write(head % len(jpeg) + jpeg + b"\r\n")
        except (BrokenPipeError, ConnectionResetError):
            return  # the viewer went

    def log_message(self, *_: object) -> None:
        """Nothing: a test's output is for the test."""
