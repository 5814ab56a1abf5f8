"""From a network to `model.onnx`, and from that to `model.int8.onnx` and `model.fp16.onnx`."""

from __future__ import annotations

import copy
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx.reference import ReferenceEvaluator
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process
from torch import nn
from torch.nn.utils import fusion

from siamapp.vision.align import CROP_PX
from training.data import Float, Uint8
from training.networks import INPUT_MEAN, INPUT_STD, FaceResNet

INPUT, OUTPUT = "input", "embedding"


def onnx_input(rgb: Uint8) -> Float:
    """`(n, 112, 112, 3)` RGB to the graph's `(n, 3, 112, 112)` float32 in -1..1."""
    scaled = (rgb.astype(np.float32) - INPUT_MEAN) / INPUT_STD
    return np.ascontiguousarray(scaled.transpose(0, 3, 1, 2), dtype=np.float32)


def fused(network: FaceResNet) -> FaceResNet:
    """A copy with every normalisation folded into the layer before it."""
    network = copy.deepcopy(network).eval()
    for parent in list(network.modules()):
        if isinstance(parent, nn.Sequential) and len(parent) == 2:
            conv, norm = parent
            if isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                parent[0], parent[1] = fusion.fuse_conv_bn_eval(conv, norm), nn.Identity()
    if isinstance(network.head_norm, nn.BatchNorm1d):
        network.head = fusion.fuse_linear_bn_eval(network.head, network.head_norm)
    network.head_norm = nn.Identity()
    return network


def export_onnx(network: FaceResNet, path: Path, facts: dict[str, str]) -> None:
    """Write one self-contained file, batch size free, with `facts` as its metadata_props."""
    example = torch.zeros(2, 3, CROP_PX, CROP_PX)
    program = torch.onnx.export(
        fused(network),
        (example,),
        dynamo=True,
        external_data=False,
        input_names=[INPUT],
        output_names=[OUTPUT],
        dynamic_shapes=({0: torch.export.Dim("n", min=1)},),
        verbose=False,
    )
    assert program is not None  # with dynamo=True it always is
    model = program.model_proto
    describe(model, facts)
    onnx.checker.check_model(model, full_check=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(model.SerializeToString())


def describe(model: onnx.ModelProto, facts: dict[str, str]) -> None:
    """Put `facts` into the model, in place of what the exporter notes of its source code.

    Its stack traces name the files and folders of the machine that it ran on.
    """
    graph = model.graph
    values = (*graph.input, *graph.output, *graph.value_info, *graph.initializer)
    for part in (model, graph, *graph.node, *values, *model.functions):
        del part.metadata_props[:]
    onnx.helper.set_model_props(model, facts)
    model.producer_name = "siamapp training"


class _Crops(CalibrationDataReader):
    """Hands single crops to the quantiser's range finder."""

    def __init__(self, rgb: Uint8) -> None:
        self._batches: Iterator[dict[str, Float]] = (
            {INPUT: onnx_input(crop[None])} for crop in rgb
        )

    def get_next(self) -> dict[str, Float] | None:
        return next(self._batches, None)


def quantize(fp32: Path, int8: Path, rgb: Uint8, facts: dict[str, str]) -> None:
    """Static int8, activations u8 and weights s8 per channel, ranges by min-max on `rgb`.

    Weights take 7 of the 8 bits: on CPUs without VNNI the products of u8 and s8 saturate otherwise.
    The head and the normalisation stay in fp32: they cost nothing and set the last digits.
    """
    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.onnx"
        quant_pre_process(fp32, prepared, skip_symbolic_shape=True)
        quantize_static(
            prepared,
            int8,
            _Crops(rgb),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=["Conv", "Relu", "Add"],
            per_channel=True,
            reduce_range=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=CalibrationMethod.MinMax,
        )
    model = onnx.load(int8)
    onnx.helper.set_model_props(model, facts)
    int8.write_bytes(model.SerializeToString())


def halve(fp32: Path, fp16: Path, facts: dict[str, str]) -> None:
    """Half precision from the first layer to the last; input, output and the unit length are fp32.

    A vector's squares may be too large for half precision.
    """
    model = onnx.load(fp32)
    graph = model.graph
    last = max(at for at, node in enumerate(graph.node) if node.op_type == "Gemm")
    layers = graph.node[: last + 1]
    taken = {name for node in layers for name in node.input}
    for tensor in graph.initializer:
        if tensor.name in taken and tensor.data_type == onnx.TensorProto.FLOAT:
            half = onnx.numpy_helper.to_array(tensor).astype(np.float16)
            tensor.CopyFrom(onnx.numpy_helper.from_array(half, tensor.name))
    for node in layers:
        node.input[:] = [f"{INPUT}_half" if name == INPUT else name for name in node.input]
    whole = graph.node[last].output[0]
    graph.node[last].output[0] = f"{whole}_half"
    cast, types = onnx.helper.make_node, onnx.TensorProto
    graph.node.insert(last + 1, cast("Cast", [f"{whole}_half"], [whole], to=types.FLOAT))
    graph.node.insert(0, cast("Cast", [INPUT], [f"{INPUT}_half"], to=types.FLOAT16))
    del graph.value_info[:]  # they say fp32 of what is in between
    onnx.helper.set_model_props(model, facts)
    onnx.checker.check_model(model, full_check=True)
    fp16.write_bytes(model.SerializeToString())


def sums_in_half(fp16: Path, rgb: Uint8) -> Float:
    """Vectors of `(n, 112, 112, 3)` RGB by onnx's reference, a second of CPU each."""
    reference = ReferenceEvaluator(str(fp16))
    runs = (reference.run(None, {INPUT: onnx_input(one[None])}) for one in rgb)
    return np.concatenate([np.asarray(outputs)[0] for outputs in runs])
