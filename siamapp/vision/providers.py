"""Where a network runs: what is there, what is fastest, and whether it computes what the CPU does.

The only room that knows onnxruntime, which calls what runs a network an execution provider.
"""

from __future__ import annotations

import ctypes
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from siamapp.errors import ModelIncompatible, ModelMissing
from siamapp.log import log
from siamapp.vision.card import plain_bytes

# Builds for Windows apps tell the system's event log, whatever `siamapp/__init__.py` says.
ort.disable_telemetry_events()

Session: TypeAlias = ort.InferenceSession
Feed: TypeAlias = Mapping[str, NDArray[Any]]
CPU: Final = "cpu"
FULL_NAMES: Final = {
    CPU: "CPUExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "tensorrt": "TensorrtExecutionProvider",
    "directml": "DmlExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
    "openvino": "OpenVINOExecutionProvider",
}
TRIED: Final = ("cuda", "directml", "coreml", "openvino")
"""By "auto". TensorRT compiles a network at each start, which only who asks for it waits for: a
plan kept on the disk would be run without being verified."""
LEAST_COSINE: Final = 0.999
"""Of each output with the CPU's, both over the same file."""
PROBES: Final = 4


def built_in() -> list[str]:
    """Providers that the installed onnxruntime was built with, the CPU first."""
    available = ort.get_available_providers()
    return [name for name, full in FULL_NAMES.items() if full in available]


def possible() -> list[str]:
    """Those that are worth a try; whether one runs only a session can tell.

    onnxruntime lists CUDA wherever it was built with it, and complains at length where there is no
    driver: so the driver is asked for first.
    """
    names = built_in()
    if "cuda" in names or "tensorrt" in names:
        try:
            ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
        except OSError:
            return [name for name in names if name not in ("cuda", "tensorrt")]
        ort.preload_dlls()
    return names


def choose(
    wanted: str,
    start: Callable[[str], Session],
    same_on_cpu: Callable[[], Session],
    feed_of: Callable[[Session], Feed],
) -> tuple[Session, str]:
    """The session to use, and why one that was tried is not used ("" where none was refused).

    A provider is used only where it really runs and its outputs are the CPU's; "auto" takes the
    fastest of those and of the CPU, as measured here and now. What cannot be used gives way to the
    CPU: the reason is logged, and shown where the models are.

    Args:
        wanted: "auto" or a provider.
        start: makes a session on a provider, of the file that is best there.
        same_on_cpu: makes one on the CPU of the file that the other providers run.
        feed_of: zeros of the inputs' shapes, which times and outputs are compared on.

    Raises:
        ModelIncompatible: the CPU cannot run it either.
    """
    best, refused = start(CPU), ""
    best_ms = 0.0
    if wanted == CPU:
        return best, refused
    there = possible()
    for name in TRIED if wanted == "auto" else (wanted,):
        if name not in there:
            continue
        try:
            session = start(name)
        except ModelIncompatible as error:
            refused = error.message
            continue
        feed = feed_of(session)
        if running(session) != name:
            refused = f"{name.upper()} does not start here."
        elif not (least := likeness(session, same_on_cpu(), feed)) >= LEAST_COSINE:
            refused = (
                f"{name.upper()} computes something else here than the CPU (cosine {least:.4f})."
            )
        elif wanted == name:
            return session, ""
        else:
            best_ms = best_ms or latency_ms(best, feed)
            if (took_ms := latency_ms(session, feed)) < best_ms:
                best, best_ms = session, took_ms
    if refused:
        log.warning("%s", refused)
    return best, refused


def running(session: Session) -> str:
    """What a session really runs on, by what it says itself."""
    first = session.get_providers()[0]
    return next((name for name, full in FULL_NAMES.items() if full == first), first)


def likeness(session: Session, other: Session, feed: Feed) -> float:
    """The least cosine of the sessions' outputs, each over a few drawn inputs shaped like `feed`.

    Over all inputs at once, because a single number has no angle.
    """
    rng = np.random.default_rng(0)
    drawn = [
        {name: rng.standard_normal(zeros.shape, np.float32) for name, zeros in feed.items()}
        for _ in range(PROBES)
    ]
    ours, theirs = _answers(session, drawn), _answers(other, drawn)
    return min(_cosine(a, b) for a, b in zip(ours, theirs, strict=True))


def _answers(session: Session, inputs: Sequence[Feed]) -> list[NDArray[Any]]:
    """Each output over all inputs, flat."""
    runs = [session.run(None, dict(one)) for one in inputs]
    return [np.concatenate([np.ravel(out) for out in outs]) for outs in zip(*runs, strict=True)]


def _cosine(first: NDArray[Any], second: NDArray[Any]) -> float:
    lengths = float(np.linalg.norm(first) * np.linalg.norm(second))
    return float(first @ second) / lengths if lengths else float(np.array_equal(first, second))


def latency_ms(session: Session, feed: Feed, repeats: int = 20) -> float:
    """Median milliseconds of one run, after one that is not counted."""
    times = []
    for _ in range(repeats + 1):
        start = time.perf_counter()
        session.run(None, dict(feed))
        times.append(time.perf_counter() - start)
    return 1000 * statistics.median(times[1:])


def start_session(name: str, data: bytes, provider: str, threads: int) -> Session:
    """A session of the model `name`; what a provider cannot do is left to the CPU.

    Raises:
        ModelIncompatible: it cannot be started.
    """
    chain = [FULL_NAMES[provider], *([] if provider == CPU else [FULL_NAMES[CPU]])]
    options = _options(threads)
    if provider == "directml":  # it plans its memory itself (onnxruntime's page on DirectML)
        options.enable_mem_pattern = False
    try:
        return ort.InferenceSession(data, options, providers=chain)
    except Exception as error:
        reason = str(error).splitlines()[0][:200]
        raise ModelIncompatible(
            f"The model {name} cannot be started on {provider}: {reason}.",
            "Reinstall it or choose another.",
        ) from error


def bare_session(path: Path, *, threads: int = 1) -> Session:
    """A session on the CPU over a file without a card, to measure a peer with; never to recognise.

    Raises:
        ModelMissing: there is no such file.
    """
    if not path.is_file():
        raise ModelMissing(f"There is no file {path}.", "Give the folder of the peers' ONNX files.")
    return ort.InferenceSession(
        plain_bytes(path, None), _options(threads), providers=[FULL_NAMES[CPU]]
    )


def _options(threads: int) -> ort.SessionOptions:
    """The same for a peer as for our models, or comparing them would say nothing."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # A spinning pool fights the camera and the window for the cores (measured in the design notes).
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 4
    return options
