"""How long each network takes on each provider, one picture and many, and how far that is from the
least that the hardware allows (the roofline of Williams, Waterman, Patterson 2009).

    python benchmarks/gpu.py [--provider NAME ...] [--batch 1 64] [--json]
    python benchmarks/gpu.py --provider cuda --peak fp32=494 --peak fp16=989 --bandwidth 4800 \
        --peaks-from "NVIDIA's H200 data sheet, SXM, dense, TF32 for fp32"

Every way that the app may run a network is timed (`siamapp.vision.providers.WAYS`), and on the CPU
bound buffers too; the ways of a network take turns. A run is timed as the app does it: from numpy
arrays to numpy arrays, copies to the device and back in it. On the CPU it is this process' CPU
time, elsewhere the clock on the wall, so nothing else should run.

The least time is that of the multiply-adds of convolutions and matrix products at the given peak,
or of reading and writing what each of them takes and gives at the given bandwidth, whichever is
longer. Without --peak the CPU's fp32 is measured: a matrix product and a copy in numpy (set
OPENBLAS_NUM_THREADS=1), which caches help where the networks do not.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx

from siamapp.errors import ModelIncompatible
from siamapp.paths import assets_dir
from siamapp.vision.accelerated import Accelerated, Session
from siamapp.vision.card import load_card, verified_bytes
from siamapp.vision.providers import (
    CPU,
    FULL_NAMES,
    Way,
    likeness,
    possible,
    running,
    start_session,
    ways,
)

MODELS = ("siamface-v1", "siamdetect-v1", "siampresence-v1", "siamocclusion-v1")
DETECTED = (256, 320)
"""Height and width of what a detector sees of a 4:3 picture."""
WIDTHS = {"fp32": 4, "fp16": 2, "int8": 1}
"""Bytes of a number."""


@dataclass(frozen=True)
class Network:
    """A network by the precisions of its files."""

    name: str
    files: dict[str, bytes]
    sides: tuple[int, int]

    def feed(self, batch: int) -> dict[str, Any]:
        graph = onnx.load_model_from_string(self.files["fp32"]).graph
        rng = np.random.default_rng(0)
        shape = (batch, 3, *self.sides)
        return {view.name: rng.standard_normal(shape, np.float32) for view in graph.input}


def networks() -> Iterator[Network]:
    """Those that the app comes with."""
    for name in MODELS:
        folder = assets_dir() / "models" / name
        card = load_card(folder)
        sides = (card.input.height or DETECTED[0], card.input.width or DETECTED[1])
        files: dict[str, bytes] = {
            file.precision: verified_bytes(folder, file) for file in card.files
        }
        yield Network(name, files, sides)
        if (closer := card.refinement) is not None:
            data = verified_bytes(folder, closer)
            yield Network(f"{name}, closer look", {"fp32": data}, (closer.side_px,) * 2)


def cost(network: Network, batch: int) -> tuple[int, int]:
    """Floating-point operations of a run, and the numbers that its layers read and write."""
    model = onnx.load_model_from_string(network.files["fp32"])
    for view in model.graph.input:
        for dim, side in zip(
            view.type.tensor_type.shape.dim, (batch, 3, *network.sides), strict=True
        ):
            dim.dim_value = side
    del model.graph.value_info[:]
    for view in model.graph.output:
        view.type.tensor_type.ClearField("shape")
    inferred = onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True).graph
    shapes = {
        value.name: [dim.dim_value for dim in value.type.tensor_type.shape.dim]
        for value in (*inferred.input, *inferred.value_info, *inferred.output)
    }
    shapes |= {weight.name: list(weight.dims) for weight in inferred.initializer}
    operations = numbers = 0
    for node in inferred.node:
        if node.op_type not in ("Conv", "Gemm", "MatMul"):
            continue
        takes, weights, gives = (shapes[name] for name in (*node.input[:2], node.output[0]))
        attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        deep = math.prod(weights[1:]) if node.op_type == "Conv" else takes[-1]
        if attributes.get("transA"):
            raise ValueError(f"{node.name} is transposed")
        operations += 2 * math.prod(gives) * deep
        numbers += math.prod(takes) + math.prod(weights) + math.prod(gives)
    return operations, numbers


@dataclass
class Runner:
    """One way to run a network, with the milliseconds that it took."""

    how: str
    way: Way
    session: Session
    least_cosine: float
    ms: list[float]


def runners(network: Network, providers: list[str], threads: int) -> list[Runner]:
    """Every way of these providers that starts here and is right."""
    files = network.files
    reference = start_session(network.name, files["fp32"], Way(CPU), threads)
    feed, found = network.feed(1), []
    for way in (way for provider in providers for way in ways(provider, files)):
        try:
            session = start_session(network.name, files[way.precision], way, threads)
        except ModelIncompatible as error:
            print(error.message)
            continue
        cosine = likeness(session, reference, feed)
        if running(session) != way.provider:
            print(f"{network.name}: {way} does not run here.")
            continue
        how = ", recorded" if way.records else ", bound" if way.memory else ""
        found.append(Runner(f"{way.provider} {way.precision}{how}", way, session, cosine, []))
        if way.provider == CPU and not way.spare:

            def never() -> Session:
                raise AssertionError

            bound = Accelerated(session, never, memory="cpu")
            found.append(Runner(f"cpu {way.precision}, bound", way, bound, cosine, []))
    return found


def timed(runner: Runner, feed: dict[str, Any], *, counts: bool) -> None:
    clock = time.process_time if runner.way.provider == CPU else time.perf_counter
    start = clock()
    runner.session.run(None, dict(feed))
    if counts:
        runner.ms.append(1000 * (clock() - start))


def measured_peaks() -> tuple[float, float]:
    """Of numpy on one core: fp32 operations a second, bytes read and written a second."""
    square = np.ones((512, 512), np.float32)
    large, out = np.ones(1 << 25, np.float32), np.empty(1 << 25, np.float32)

    def best_s(work: Any) -> float:
        times = []
        for _ in range(50):
            start = time.process_time()
            work()
            times.append(time.process_time() - start)
        return min(times)

    return (
        2 * 512**3 / best_s(lambda: square @ square),
        2 * large.nbytes / best_s(lambda: np.copyto(out, large)),
    )


def measure(asked: argparse.Namespace) -> dict[str, Any]:
    peaks = {name: 1e12 * float(value) for name, value in (p.split("=") for p in asked.peak)}
    bandwidth, source = 1e9 * asked.bandwidth, asked.peaks_from
    if not peaks and asked.provider == [CPU]:
        peaks["fp32"], bandwidth = measured_peaks()
        source = "numpy on this core: a product of 512x512 matrices, a copy of 128 MB"
    rows = []
    for network in networks():
        if asked.network and asked.network not in network.name:
            continue
        own = runners(network, asked.provider, asked.threads)
        fixed = own[0].session.get_inputs()[0].shape[0] == 1
        for batch in [1] if fixed else asked.batch:
            operations, numbers = cost(network, batch)
            feed = network.feed(batch)
            for runner in own:
                runner.ms.clear()
            for index in range(-3, max(3, asked.repeats // batch)):
                for runner in own:
                    timed(runner, feed, counts=index >= 0)
            for runner in own:
                row: dict[str, Any] = {
                    "network": network.name, "how": runner.how, "batch": batch,
                    "ms": statistics.median(runner.ms),
                    "least_cosine": runner.least_cosine,
                    "gflop": operations / 1e9,
                    "mbytes": numbers * WIDTHS[runner.way.precision] / 1e6,
                }  # fmt: skip
                row["per_second"] = 1000 * batch / row["ms"]
                if bandwidth and (peak := peaks.get(runner.way.precision)):
                    least_s = max(operations / peak, 1e6 * row["mbytes"] / bandwidth)
                    row |= {"roofline_ms": 1000 * least_s, "share": 1000 * least_s / row["ms"]}
                rows.append(row)
    return {
        "rows": rows,
        "peaks": {"flops": peaks, "bytes_per_second": bandwidth, "from": source},
        "threads": asked.threads,
    }


def table(report: dict[str, Any]) -> Iterator[str]:
    yield "| network | how | batch | ms | pictures/s | GFLOP | MB | roofline, ms | share of it |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for row in report["rows"]:
        least = f"{row['roofline_ms']:.3g} | {row['share']:.0%}" if "share" in row else " | "
        yield (
            f"| {row['network']} | {row['how']} | {row['batch']} | {row['ms']:.3g} |"
            f" {row['per_second']:.4g} | {row['gflop']:.3g} | {row['mbytes']:.3g} | {least} |"
        )
    peaks = report["peaks"]
    for name, value in peaks["flops"].items():
        yield (
            f"\n{name}: {value / 1e12:.3g} TFLOP/s, {peaks['bytes_per_second'] / 1e9:.3g} GB/s"
            f" ({peaks['from']})"
        )


def main(argv: list[str] | None = None) -> dict[str, Any]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--provider", nargs="+", choices=tuple(FULL_NAMES), default=possible())
    parser.add_argument("--network", default="", metavar="TEXT", help="only with this in the name")
    parser.add_argument("--batch", nargs="+", type=int, default=[1, 64])
    parser.add_argument("--threads", type=int, default=1, help="of the CPU, in an operator")
    parser.add_argument("--repeats", type=int, default=200, help="pictures timed, three runs least")
    parser.add_argument(
        "--peak", action="append", default=[], metavar="PRECISION=TFLOPS", help="of the hardware"
    )
    parser.add_argument("--bandwidth", type=float, default=0.0, metavar="GB/S")
    parser.add_argument("--peaks-from", default="not named", metavar="SOURCE")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(argv)
    report = measure(asked)
    print(json.dumps(report, indent=2) if asked.json else "\n".join(table(report)))
    return report


if __name__ == "__main__":
    main()
