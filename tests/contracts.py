"""What everything of a kind must do, said once and asked of each."""

from __future__ import annotations

import itertools

import numpy as np

from siamapp.live.source import FrameSource
from siamapp.types import Frame


def check_source(source: FrameSource, *, at_least: int) -> list[Frame]:
    """The contract of a FrameSource; returns the first `at_least` frames of its first opening."""
    assert source.name
    assert source.realtime or not source.live, "a live source cannot wait for us"
    source.close()  # without open
    openings = []
    for _ in range(2):  # it can be opened again
        source.open()
        openings.append([frame for _ in range(at_least) if (frame := source.read())])
        source.close()
        source.close()  # twice
    for frames in openings:
        assert len(frames) == at_least
        for frame in frames:
            assert type(frame.bgr) is np.ndarray
            assert frame.bgr.dtype == np.uint8
            assert frame.bgr.ndim == 3
            assert frame.bgr.shape[2] == 3
            assert frame.bgr.flags.c_contiguous
            assert not frame.bgr.flags.writeable
        for before, after in itertools.pairwise(frames):
            assert after.index == before.index + 1
            assert after.time_s > before.time_s
    assert openings[0][0].index == 0
    if not source.live:  # a recording says the same each time
        for first, second in zip(*openings, strict=True):
            assert (first.index, first.time_s) == (second.index, second.time_s)
            assert np.array_equal(first.bgr, second.bgr)
        source.open()  # and what may be passed over changes nothing in what is given
        passed = source.read(not_before_s=openings[0][-1].time_s)
        source.close()
        assert passed is not None
        (same,) = [f for f in openings[0] if f.index == passed.index]
        assert passed.time_s == same.time_s
        assert np.array_equal(passed.bgr, same.bgr)
    return openings[0]
