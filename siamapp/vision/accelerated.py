"""A session on an accelerator: its data stay where they were, one thread runs it, the CPU waits.

Left alone, onnxruntime moves what a run takes and gives through fresh memory of the device, and
launches every operator anew. Bound to buffers (IO binding) nothing is allocated twice, and CUDA can
replay what it recorded as it ran with them (CUDA graphs). Either answers wrongly where a shape or
an address changes, so each shape has buffers and a recording of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import Any, Final, Protocol, TypeAlias, TypeVar

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from siamapp.log import log

Feed: TypeAlias = Mapping[str, NDArray[Any]]
Shapes: TypeAlias = tuple[tuple[str, tuple[int, ...], str], ...]
MOST_SHAPES: Final = 8
"""With buffers of their own: a recording keeps its memory for as long as its session lives."""
T = TypeVar("T")
_GRAPH: Final = "gpu_graph_id"
_UNRECORDED: Final = -1
_IN_SOURCE: Final = re.compile(r"/\S+:\d+ [^)]*\)(?: \[with [^\]]*\])? ?")
"""Place and signature that onnxruntime puts before what a library said."""


class Session(Protocol):
    """What runs a network; onnxruntime's own session is one."""

    def get_inputs(self) -> Sequence[Any]: ...
    def get_outputs(self) -> Sequence[Any]: ...
    def get_providers(self) -> Sequence[str]: ...
    def run(self, names: None, feed: dict[str, NDArray[Any]], /) -> Sequence[NDArray[Any]]: ...


def in_line(work: Callable[[], T]) -> T:
    """Do it in the one thread of the process that starts and runs sessions on accelerators.

    A session that records may be run from one thread only (onnxruntime's page on CUDA), nothing
    else may work on the device meanwhile, and DirectML takes one run of a session at a time.
    """
    return _thread().submit(work).result()


@cache
def _thread() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="siam-accelerator")


class Accelerated:
    """A `Session` that several threads may ask.

    A run that fails with bound buffers is done again without them, and one that fails then on the
    CPU, as is whatever comes after it: `failed` says why.
    """

    def __init__(
        self,
        session: ort.InferenceSession,
        instead: Callable[[], Session],
        *,
        memory: str = "",
        records: bool = False,
    ) -> None:
        """Starts nothing.

        Args:
            session: on the accelerator.
            instead: starts the same network on the CPU.
            memory: where its buffers lie, as onnxruntime calls it ("cuda"); "" binds none.
            records: the session was started to record CUDA graphs.
        """
        self.failed = ""
        self._session: Session = session
        self._instead = instead
        self._memory = memory
        self._records = records
        self._seen: set[Shapes] = set()
        self._bound: dict[Shapes, _Bound] = {}

    def get_inputs(self) -> Sequence[Any]:
        """Names and shapes, as of onnxruntime's session; so are the next two."""
        return self._session.get_inputs()

    def get_outputs(self) -> Sequence[Any]:
        return self._session.get_outputs()

    def get_providers(self) -> Sequence[str]:
        return self._session.get_providers()

    def run(self, names: None, feed: dict[str, NDArray[Any]], /) -> Sequence[NDArray[Any]]:
        """All outputs, in arrays of their own.

        The first runs of a shape are plain: they say how large the outputs are, and a shape that
        comes once (a photo's) is not worth buffers.
        """
        return in_line(partial(self._run, feed))

    def _run(self, feed: dict[str, NDArray[Any]]) -> Sequence[NDArray[Any]]:
        shapes = tuple((name, value.shape, value.dtype.str) for name, value in feed.items())
        if (bound := self._bound.get(shapes)) is not None:
            try:
                return bound(feed)
            except Exception as error:  # noqa: BLE001 - a driver's error may be of any kind
                self._unbind(error)
        outputs = self._plainly(feed)
        if self._memory and shapes in self._seen and len(self._bound) < MOST_SHAPES:
            self._bind(shapes, feed, outputs)
        self._seen.add(shapes)
        return outputs

    def _plainly(self, feed: dict[str, NDArray[Any]]) -> Sequence[NDArray[Any]]:
        options = [_recording(_UNRECORDED)] if self._records else []
        try:
            return self._session.run(None, feed, *options)
        except Exception as error:
            if self.failed:
                raise
            instead = self._instead()
            outputs = instead.run(None, feed)  # where the fault is the input's, this raises too
            self.failed = first_line(error)
            log.warning("The CPU takes over from %s: %s", self.get_providers()[0], self.failed)
            self._session, self._records = instead, False
            self._memory, self._bound = "", {}
            return outputs

    def _bind(self, shapes: Shapes, feed: Feed, outputs: Sequence[NDArray[Any]]) -> None:
        recording = _recording(len(self._bound) + 1) if self._records else None
        try:
            self._bound[shapes] = _Bound(self._session, feed, outputs, self._memory, recording)
        except Exception as error:  # noqa: BLE001 - as above
            self._unbind(error)

    def _unbind(self, error: Exception) -> None:
        log.warning("No bound buffers on %s: %s", self.get_providers()[0], first_line(error))
        self._memory, self._bound = "", {}


class _Bound:
    """The buffers of one shape, and what was recorded with them."""

    def __init__(
        self,
        session: Any,
        feed: Feed,
        outputs: Sequence[NDArray[Any]],
        memory: str,
        recording: ort.RunOptions | None,
    ) -> None:
        self._session = session
        self._recording = recording
        self._binding = session.io_binding()
        self._inputs: dict[str, ort.OrtValue] = {}
        for name, value in feed.items():
            # A copy: in the CPU's memory the buffer would be the caller's own array.
            buffer = ort.OrtValue.ortvalue_from_numpy(value.copy(), memory, 0)
            self._binding.bind_ortvalue_input(name, buffer)
            self._inputs[name] = buffer
        for output, value in zip(session.get_outputs(), outputs, strict=True):
            buffer = ort.OrtValue.ortvalue_from_shape_and_type(
                value.shape, value.dtype.type, memory, 0
            )
            self._binding.bind_ortvalue_output(output.name, buffer)

    def __call__(self, feed: Feed) -> list[NDArray[Any]]:
        for name, value in feed.items():
            # Checks the number of bytes only: shape and dtype are in the key of these buffers.
            self._inputs[name].update_inplace(np.ascontiguousarray(value))
        self._session.run_with_iobinding(self._binding, self._recording)
        return list(self._binding.copy_outputs_to_cpu())


def _recording(number: int) -> ort.RunOptions:
    """What a run is recorded as, then replayed from; -1: not at all (0 is onnxruntime's own)."""
    options = ort.RunOptions()
    options.add_run_config_entry(_GRAPH, str(number))
    return options


def first_line(error: Exception) -> str:
    """Of a driver's many, without where in its source it was and on which host."""
    said = _IN_SOURCE.sub("", str(error)).partition(" ; GPU=")[0].strip()
    return (said.splitlines() or [type(error).__name__])[0].rstrip(".")[:200]
