"""What a stranger's ONNX file says, read before anything of it is run: the only door to `onnx`."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, Final

import onnx
from google.protobuf.message import DecodeError

from siamapp.errors import ModelIncompatible
from siamapp.vision.card import ModelCard, ModelFile, RefinementSpec

_DOMAINS: Final = frozenset({"", "ai.onnx", "com.microsoft"})
"""Standard operators, and onnxruntime's own, which quantised files use."""
_REFUSED_OPS: Final = frozenset({"Loop", "Scan", "If", "SequenceMap", "PyOp"})
"""No network that looks at one face needs them; they can run for ever, or hide what runs."""
_MOST_NODES: Final = 20_000
_MOST_SIDE: Final = 4096
_MOST_WEIGHTS: Final = 500_000_000
_HINT: Final = "Do not use this file; ask for it where it came from."


def inspect_graph(data: bytes, card: ModelCard, file: ModelFile | RefinementSpec) -> None:
    """Refuse what could read other files, run other code, or ask for the whole memory.

    Raises:
        ModelIncompatible: says what is wrong, in one line.
    """
    try:
        model = onnx.load_model_from_string(data)
    except (DecodeError, ValueError, RecursionError) as error:
        raise ModelIncompatible(f"{file.name} is not an ONNX model.", _HINT) from error
    graph = model.graph
    if not graph.node or not graph.output:
        raise ModelIncompatible(f"{file.name} is not an ONNX model: it computes nothing.", _HINT)
    if model.functions or model.training_info:
        _refuse(file, "brings functions of its own", "Export it with its functions inlined.")
    if len(graph.node) > _MOST_NODES:
        _refuse(file, f"has {len(graph.node):,} operators")
    for node in graph.node:
        if node.domain not in _DOMAINS:
            _refuse(file, f"needs the custom operator {node.op_type!r:.80} of {node.domain!r:.80}")
        if node.op_type in _REFUSED_OPS:
            _refuse(file, f"uses the operator {node.op_type!r}, which no face network needs")
        for attribute in node.attribute:
            if attribute.HasField("g") or attribute.graphs:
                _refuse(file, f"hides a graph in the operator {node.op_type!r:.80}")
    _check_weights(_tensors(model), file)
    _check_inputs(graph, card, file)


def _tensors(model: Any) -> Iterable[Any]:
    """Every tensor with data: weights, sparse weights, constants inside operators."""
    yield from model.graph.initializer
    for sparse in model.graph.sparse_initializer:
        yield sparse.values
        yield sparse.indices
    for node in model.graph.node:
        for attribute in node.attribute:
            if attribute.HasField("t"):
                yield attribute.t
            yield from attribute.tensors
            if attribute.HasField("sparse_tensor") or attribute.sparse_tensors:
                for sparse in (attribute.sparse_tensor, *attribute.sparse_tensors):
                    yield sparse.values
                    yield sparse.indices


def _check_weights(tensors: Iterable[Any], file: ModelFile | RefinementSpec) -> None:
    total = 0
    for tensor in tensors:
        if tensor.external_data or tensor.data_location == onnx.TensorProto.EXTERNAL:
            _refuse(file, "keeps weights in another file", "Save it as one file.")
        if any(side < 0 for side in tensor.dims):
            _refuse(file, "has a weight of negative size")
        total += math.prod(tensor.dims)
        if total > _MOST_WEIGHTS:
            _refuse(file, f"claims more than {_MOST_WEIGHTS:,} weights")


def _check_inputs(graph: Any, card: ModelCard, file: ModelFile | RefinementSpec) -> None:
    """One picture, or a presence check's two views of it; of the size that the card says."""
    weights = {tensor.name for tensor in graph.initializer}
    inputs = [value for value in graph.input if value.name not in weights]
    wanted = 2 if card.task == "presence" else 1
    if len(inputs) != wanted:
        _refuse(file, f"takes {len(inputs)} inputs, not {wanted}")
    for value in inputs:
        _check_picture(value.type.tensor_type, card, file)


def _check_picture(kind: Any, card: ModelCard, file: ModelFile | RefinementSpec) -> None:
    if kind.elem_type != onnx.TensorProto.FLOAT or len(kind.shape.dim) != 4:
        _refuse(file, "does not take float32 pictures (n, 3, height, width)")
    batch, channels, height, width = (_side(dim) for dim in kind.shape.dim)
    wanted = (
        (file.side_px, file.side_px)
        if isinstance(file, RefinementSpec)
        else (card.input.height, card.input.width)
    )
    if channels not in (3, None) or batch not in (1, None):
        _refuse(file, f"takes {batch or 'n'} x {channels} planes, not pictures of 3 colours")
    for side, want in zip((height, width), wanted, strict=True):
        if side is not None and not 0 < side <= _MOST_SIDE:
            _refuse(file, f"takes pictures of {side} px")
        if side is not None and want and side != want:
            _refuse(file, f"takes pictures of {side} px where its card says {want}")


def _side(dim: Any) -> int | None:
    """None where the graph leaves it open."""
    return int(dim.dim_value) if dim.HasField("dim_value") else None


def _refuse(file: ModelFile | RefinementSpec, what: str, hint: str = _HINT) -> None:
    raise ModelIncompatible(f"{file.name} {what}.", hint)
