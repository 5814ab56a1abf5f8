"""Begin a run from an exported embedder: its weights, with normalisation put back in.

An export folds every batch normalisation into the layer before it (`training.export.fused`). What
is folded cannot be read back, but any statistics give the same function when the scale undoes them,
so those that the weights have on real views are measured and put in: in evaluation the network is
the exported one to rounding, and in training it normalises as if it had never been exported.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from siamapp.vision.card import load_card
from training.data import Uint8
from training.networks import FaceResNet, to_input

_Norm = nn.BatchNorm1d | nn.BatchNorm2d


def start_from(network: FaceResNet, folder: Path, rgb: Uint8) -> None:
    """Give `network` the fp32 weights of the model in `folder`; `rgb` `(n, 112, 112, 3)` are views.

    Raises:
        ValueError: the model has other layers than the network.
    """
    model = onnx.load(folder / load_card(folder).file("fp32").name)
    stored = {i.name: torch.from_numpy(np.array(numpy_helper.to_array(i))) for i in
              model.graph.initializer if re.search(r"\.(weight|bias)$", i.name)}  # fmt: skip
    norms = {
        **{f"{name}.0": module[1] for name, module in network.named_modules() if _is_pair(module)},
        "head": network.head_norm,
    }
    layers = dict(network.named_modules())
    if stored.keys() != {f"{name}.{kind}" for name in norms for kind in ("weight", "bias")}:
        raise ValueError(f"{folder.name} has other layers than the config's network")
    with torch.no_grad():
        for name, norm in norms.items():
            weight, bias = layers[name].weight, stored[f"{name}.bias"]
            if weight.shape != stored[f"{name}.weight"].shape:
                raise ValueError(f"{folder.name} has another {name} than the config's network")
            weight.copy_(stored[f"{name}.weight"])
            assert isinstance(norm, _Norm)
            norm.reset_running_stats()  # mean 0, variance 1
            norm.weight.fill_((1 + norm.eps) ** 0.5)
            norm.bias.copy_(bias)
        _put_statistics_back(network, [n for n in norms.values() if isinstance(n, _Norm)], rgb)


def _is_pair(module: nn.Module) -> bool:
    """A convolution followed by its normalisation (`training.networks.conv_bn`, and the pool)."""
    return (
        isinstance(module, nn.Sequential)
        and len(module) == 2
        and isinstance(module[1], nn.BatchNorm2d)
    )


def _put_statistics_back(network: FaceResNet, norms: list[_Norm], rgb: Uint8) -> None:
    """Measure what enters each normalisation while they all do nothing, then let them do it."""
    seen: dict[_Norm, tuple[Tensor, Tensor]] = {}

    def look(norm: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        assert isinstance(norm, _Norm)
        axes = [axis for axis in range(inputs[0].ndim) if axis != 1]
        seen[norm] = torch.var_mean(inputs[0], dim=axes)

    hooks = [norm.register_forward_pre_hook(look) for norm in norms]
    training = network.training
    network.eval()(to_input(torch.from_numpy(rgb)).contiguous())
    network.train(training)
    for hook in hooks:
        hook.remove()
    for norm, (variance, mean) in seen.items():
        assert norm.running_mean is not None
        assert norm.running_var is not None
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(variance)
        norm.bias.add_(mean)
        norm.weight.copy_((variance + norm.eps).sqrt())
