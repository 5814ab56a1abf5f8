"""Where a network runs: what is there, what is fastest, and whether it computes what the CPU does.

The room that starts onnxruntime, which calls what runs a network an execution provider.
"""

from __future__ import annotations

import ctypes
import io
import statistics
import sys
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from siamapp.errors import ModelIncompatible, ModelMissing
from siamapp.log import log
from siamapp.vision.accelerated import Accelerated, Feed, Session, first_line, in_line
from siamapp.vision.card import plain_bytes

# Builds for Windows apps tell the system's event log, whatever `siamapp/__init__.py` says.
ort.disable_telemetry_events()
# What a provider cannot do is raised, or seen by what runs: onnxruntime's own lines would be noise.
ort.set_default_logger_severity(4)

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

_NVIDIAS: Final = ("cuda", "tensorrt")


@dataclass(frozen=True, slots=True)
class Way:
    """One way of a provider to run a network."""

    provider: str
    precision: str = "fp32"
    """Of the file that it runs."""
    options: tuple[tuple[str, str], ...] = ()
    """The provider's own, by the names of onnxruntime's documentation."""
    memory: str = ""
    """Where buffers are bound; none where it is empty."""
    spare: bool = False
    """Tried only where no way before it serves."""

    @property
    def records(self) -> bool:
        """Whether runs are recorded and replayed (CUDA graphs)."""
        return ("enable_cuda_graph", "1") in self.options


_GRAPHS: Final = (("enable_cuda_graph", "1"),)
WAYS: Final = (
    Way(CPU, "int8"),
    Way(CPU, spare=True),
    Way(CPU, "fp16", spare=True),
    Way("cuda", "fp16", _GRAPHS, "cuda"),
    Way("cuda", "fp32", _GRAPHS, "cuda"),
    Way("cuda", spare=True),  # no recording where an operator must stay on the CPU
    Way("tensorrt", "fp32", (("trt_fp16_enable", "1"),), "cuda"),  # takes fp16 where it is faster
    Way("tensorrt", memory="cuda", spare=True),
    Way("directml", "fp16"),
    Way("directml"),
    Way("coreml", "fp32", (("ModelFormat", "MLProgram"),)),  # knows more operators; macOS 12
    Way("coreml", spare=True),
    Way("openvino"),
)
"""Bound buffers on the CPU cost as much as they gain there (docs/performance.md)."""
LEAST_COSINE: Final = 0.999
"""Of each output with the CPU's, which runs the fp32 file."""
_BATCHES: Final = (1, 1, 1, 1, 3, 3, 3, 3, 1)
"""Of the compared inputs. The third run of a shape is the first with bound buffers, and records;
the last shows that the shapes do not take each other's buffers."""
_ALONE: Final = 4
"""As many, where the graph is fixed to one picture."""


def built_in() -> list[str]:
    """Providers that the installed onnxruntime was built with, the CPU first."""
    available = ort.get_available_providers()
    return [name for name, full in FULL_NAMES.items() if full in available]


def possible() -> list[str]:
    """Those that are worth a try; whether one runs only a session can tell.

    onnxruntime lists CUDA wherever it was built with it: whether a GPU is there the driver tells.
    """
    names = built_in()
    if not set(_NVIDIAS) & set(names):
        return names
    if not _nvidia_gpus():
        return [name for name in names if name not in _NVIDIAS]
    with redirect_stdout(io.StringIO()) as said:  # it prints what it misses: no place for JSON then
        ort.preload_dlls()
    if said.getvalue():
        log.info("CUDA's libraries: %s", said.getvalue().splitlines()[0])
    return names


def _nvidia_gpus() -> int:
    """How many the driver has; 0 where there is no driver."""
    count = ctypes.c_int()
    try:
        driver = ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
        failed = driver.cuInit(0) or driver.cuDeviceGetCount(ctypes.byref(count))
    except (OSError, AttributeError):
        return 0
    return 0 if failed else count.value


def _why_not(name: str) -> str:
    """A provider is not among the possible ones."""
    if name not in built_in():
        return f"The installed onnxruntime was built without {name.upper()}."
    return f"{name.upper()} needs an NVIDIA GPU with its driver, and there is none."


@dataclass(frozen=True, slots=True)
class Chosen:
    """What runs a network."""

    session: Session
    way: Way
    refused: str = ""
    """Why a provider that was tried is not used; empty where none was refused."""
    ms: float = 0.0
    """Median of one run at batch 1, where it was measured."""


def ways(provider: str, precisions: Collection[str]) -> list[Way]:
    """Of a provider, for a network whose files have these precisions; the likeliest first."""
    return [way for way in WAYS if way.provider == provider and way.precision in precisions]


def choose(
    wanted: str,
    precisions: Collection[str],
    start: Callable[[Way], Session],
    feed_of: Callable[[Session], Feed],
) -> Chosen:
    """The session to use.

    A provider is used only where it really runs and its outputs are the CPU's; of its ways, and
    for "auto" of those of all providers and of the CPU, the fastest, as measured here and now. What
    cannot be used gives way to the CPU: the reason is logged, and shown where the models are.

    Args:
        wanted: "auto" or a provider.
        precisions: of the network's files.
        start: makes a session of the file of a way's precision.
        feed_of: zeros of the inputs' shapes at batch 1.

    Raises:
        ModelIncompatible: the CPU cannot run it either.
    """
    way = ways(CPU, precisions)[0]
    on_cpu = Chosen(start(way), way)
    if wanted == CPU:
        return on_cpu
    there, right = possible(), []
    refused = "" if wanted in ("auto", *there) else _why_not(wanted)
    for name in TRIED if wanted == "auto" else (wanted,):
        own: list[Chosen] = []
        reason = refused
        for way in ways(name, precisions) if name in there else ():
            if way.spare and own:
                continue
            try:
                own.append(_tried(way, start, feed_of))
            except ModelIncompatible as error:
                log.warning("%s (%s)", error.message, way)
                reason = error.message
        right += own
        refused = refused if own else reason
    if right and wanted == "auto":
        ms = latency_ms(on_cpu.session, feed_of(on_cpu.session))
        right.append(replace(on_cpu, ms=ms))
    return replace(min(right, key=lambda one: one.ms, default=on_cpu), refused=refused)


def _tried(
    way: Way,
    start: Callable[[Way], Session],
    feed_of: Callable[[Session], Feed],
) -> Chosen:
    """Raises ModelIncompatible where it does not run, or computes something else."""
    name, session = way.provider.upper(), start(way)
    if running(session) != way.provider:
        raise ModelIncompatible(f"{name} does not start here: a library that it needs is missing.")
    feed = feed_of(session)
    least, ms = likeness(session, start(Way(CPU)), feed), latency_ms(session, feed)
    if reason := trouble(session, way):
        raise ModelIncompatible(reason)
    if not least >= LEAST_COSINE:
        raise ModelIncompatible(
            f"{name} computes something else here than the CPU (cosine {least:.4f})."
        )
    return Chosen(session, way, ms=ms)


def running(session: Session) -> str:
    """What a session really runs on, by what it says itself."""
    first = session.get_providers()[0]
    return next((name for name, full in FULL_NAMES.items() if full == first), first)


def trouble(session: Session, way: Way) -> str:
    """Why the CPU took over from an accelerator; empty where none did."""
    reason = getattr(session, "failed", "")
    return f"{way.provider.upper()} fails here: {reason}." if reason else ""


def likeness(session: Session, other: Session, feed: Feed) -> float:
    """The least cosine of the sessions' outputs, each over drawn inputs of several batch sizes.

    Over all inputs at once, because a single number has no angle.
    """
    rng = np.random.default_rng(0)
    fixed = session.get_inputs()[0].shape[0] == 1
    drawn = [
        {
            name: rng.standard_normal((batch, *zeros.shape[1:]), np.float32)
            for name, zeros in feed.items()
        }
        for batch in (_BATCHES[:_ALONE] if fixed else _BATCHES)
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


def start_session(name: str, data: bytes, way: Way, threads: int) -> Session:
    """A session of the model `name`; what a provider cannot do is left to the CPU.

    Raises:
        ModelIncompatible: it cannot be started.
    """
    options = _options(threads)
    if way.provider == CPU:
        return _started(name, data, way, options)

    def instead() -> Session:
        return _started(name, data, Way(CPU), _options(threads))

    if way.provider == "directml":  # it plans its memory itself (onnxruntime's page on DirectML)
        options.enable_mem_pattern = False
    session = in_line(partial(_started, name, data, way, options))
    return Accelerated(session, instead, memory=way.memory, records=way.records)


def _started(name: str, data: bytes, way: Way, options: ort.SessionOptions) -> Session:
    # TensorRT leaves what it cannot do to CUDA, everything else to the CPU.
    after = {CPU: [], "tensorrt": ["cuda", CPU]}.get(way.provider, [CPU])
    chain = [(FULL_NAMES[way.provider], dict(way.options)), *((FULL_NAMES[n], {}) for n in after)]
    try:
        # Its own fallback would print to stdout, and go on elsewhere without a word to us.
        session: Session = ort.InferenceSession(data, options, providers=chain, enable_fallback=0)
    except Exception as error:
        raise ModelIncompatible(
            f"The model {name} cannot be started on {way.provider}: {first_line(error)}.",
            "Reinstall it or choose another.",
        ) from error
    return session


def bare_session(path: Path, *, threads: int = 1) -> ort.InferenceSession:
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
