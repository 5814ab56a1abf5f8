"""Bound buffers, on the CPU, where they can be looked at: the same answers, whoever asks."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

import numpy as np
import pytest

from siamapp.paths import assets_dir
from siamapp.vision.accelerated import MOST_SHAPES, Accelerated
from siamapp.vision.card import load_card, verified_bytes
from siamapp.vision.providers import CPU, FULL_NAMES, Way, running, start_session

FACE, DETECT = "siamface-v1", "siamdetect-v1"


def session_of(model: str = FACE) -> Any:
    folder = assets_dir() / "models" / model
    data = verified_bytes(folder, load_card(folder).file("fp32"))
    return start_session(model, data, Way(CPU), 1)


class Watched:
    """onnxruntime's session as an accelerator would be, its runs counted; some may fail."""

    def __init__(self, *, fails: tuple[str, ...] = ()) -> None:
        self._session = session_of()
        self._fails = fails
        self.runs: Counter[str] = Counter()
        self.threads: set[str] = set()
        self.recordings: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)

    def get_providers(self) -> list[str]:
        return [FULL_NAMES["cuda"]]

    def run(self, names: None, feed: dict[str, Any], *options: Any) -> Any:
        self._note("plain", *options)
        return self._session.run(names, feed, *options)

    def run_with_iobinding(self, binding: Any, options: Any) -> None:
        self._note("bound", *([options] if options else []))
        self._session.run_with_iobinding(binding, options)

    def _note(self, kind: str, *options: Any) -> None:
        self.runs[kind] += 1
        self.threads.add(threading.current_thread().name)
        self.recordings += [one.get_run_config_entry("gpu_graph_id") for one in options]
        if kind in self._fails:
            raise RuntimeError("the driver says no\nand much more")


def faces(count: int, seed: int) -> dict[str, Any]:
    drawn = np.random.default_rng(seed).standard_normal((count, 3, 112, 112), np.float32)
    return {"input": drawn}


@pytest.fixture(scope="module")
def plain() -> Any:
    return session_of()


def never() -> Any:
    raise AssertionError("the CPU was started")


def test_answers_are_the_plain_sessions_whatever_shape_comes_and_stay_as_given(plain) -> None:
    watched = Watched()
    session = Accelerated(watched, never, memory="cpu")
    given = []
    for seed, count in enumerate([1, 1, 1, 3, 3, 1, 3, 2, 3, 1]):
        given.append((faces(count, seed), session.run(None, faces(count, seed))))
    for feed, outputs in given:
        assert np.array_equal(outputs[0], plain.run(None, feed)[0])
    assert watched.runs == {"plain": 5, "bound": 5}, "two of each shape, then its buffers"
    assert [one.name for one in session.get_inputs()] == ["input"]
    assert session.failed == ""


def test_several_outputs_and_a_view_with_strides_come_out_right() -> None:
    plain = session_of(DETECT)
    session = Accelerated(session_of(DETECT), never, memory="cpu")
    name = plain.get_inputs()[0].name
    for seed in range(4):
        wide = np.random.default_rng(seed).standard_normal((1, 3, 64, 192), np.float32)
        feed = {name: wide[..., ::2]}
        for one, other in zip(session.run(None, feed), plain.run(None, feed), strict=True):
            assert np.array_equal(one, other)


def test_an_input_of_another_dtype_is_refused_and_not_read_as_if_it_were_not(plain) -> None:
    session = Accelerated(Watched(), session_of, memory="cpu")
    for seed in range(3):
        session.run(None, faces(1, seed))
    with pytest.raises(Exception, match="Unexpected input data type"):
        session.run(None, {"input": faces(1, 0)["input"].astype(np.float64)})
    assert session.failed == "", "the fault was the input's"
    assert np.array_equal(session.run(None, faces(1, 7))[0], plain.run(None, faces(1, 7))[0])


def test_buffers_are_made_for_some_shapes_only() -> None:
    watched = Watched()
    session = Accelerated(watched, never, memory="cpu")
    counts = range(1, MOST_SHAPES + 3)
    for _ in range(3):
        for count in counts:
            assert len(session.run(None, faces(count, 0))[0]) == count
    assert watched.runs["bound"] == MOST_SHAPES
    assert watched.runs["plain"] == 3 * len(counts) - MOST_SHAPES


def test_each_shape_has_a_recording_of_its_own_and_plain_runs_none() -> None:
    watched = Watched()
    session = Accelerated(watched, never, memory="cpu", records=True)
    for count in (1, 1, 1, 2, 2, 2, 1):
        session.run(None, faces(count, 0))
    assert watched.recordings == ["-1", "-1", "1", "-1", "-1", "2", "1"]


def test_threads_get_the_answers_to_what_they_asked_and_one_thread_runs(plain) -> None:
    watched = Watched()
    session = Accelerated(watched, never, memory="cpu")
    wrong: list[int] = []

    def ask(count: int) -> None:
        feed = faces(count, count)
        [expected] = plain.run(None, feed)
        for _ in range(25):
            if not np.array_equal(session.run(None, feed)[0], expected):
                wrong.append(count)

    threads = [threading.Thread(target=ask, args=(count,)) for count in (1, 1, 2, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert watched.threads == {"siam-accelerator_0"}


@pytest.mark.parametrize(
    ("fails", "provider", "runs"),
    [
        (("bound",), "cuda", {"plain": 4, "bound": 1}),
        (("plain", "bound"), CPU, {"plain": 1}),
    ],
)
def test_what_fails_gives_way_to_plain_runs_and_then_to_the_cpu(
    plain, caplog, fails: tuple[str, ...], provider: str, runs: dict[str, int]
) -> None:
    watched = Watched(fails=fails)
    session = Accelerated(watched, session_of, memory="cpu", records=True)
    for seed in range(4):
        [vectors] = session.run(None, faces(1, seed))
        assert np.array_equal(vectors, plain.run(None, faces(1, seed))[0])
    assert watched.runs == runs
    assert running(session) == provider
    assert session.failed == ("the driver says no" if provider == CPU else "")
    assert "the driver says no" in caplog.text
