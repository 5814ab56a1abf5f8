"""Hamming distance metric learning: binary codes whose Hamming distances rank as people do.

Norouzi, Fleet and Salakhutdinov 2012, NIPS. A code is the sign of a real vector f; the triplet loss
on codes has no useful gradient, so a piecewise smooth upper bound of it is lowered instead.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from training.data import Float, Uint8

_SIGNS = torch.tensor([[a, b, c] for a in (-1.0, 1.0) for b in (-1.0, 1.0) for c in (-1.0, 1.0)])


def hamming_triplet_loss(anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
    """Mean upper bound of `max(0, |h - h+| - |h - h-| + 1)` (eqs. 2 and 6).

    Arguments are real vectors `(t, q)` whose signs are the codes. The bound is
    `max_g { loss(g, g+, g-) + g.f + g+.f+ + g-.f- } - |f| - |f+| - |f-|` (L1 norms), the maximum
    over all codes found exactly: the loss only sees the codes through one whole number between -q
    and q, so a sum over bits is built up number by number (section 3.1: O(q^2)).
    """
    real = torch.stack([anchor, positive, negative], dim=-1)
    signs = _SIGNS.to(real)
    gains = real @ signs.T  # (t, q, 8): what each sign pattern of one bit brings
    differs = (signs[:, 0] != signs[:, 1]).int() - (signs[:, 0] != signs[:, 2]).int()
    by_step = torch.stack([gains[..., differs == m].amax(dim=-1) for m in (-1, 0, 1)], dim=-1)
    count, bits = anchor.shape
    best = real.new_full((count, 2 * bits + 1), -torch.inf)
    best[:, bits] = 0
    nothing = real.new_full((count, 1), -torch.inf)
    for bit in range(bits):
        down, stay, up = by_step[:, bit].unsqueeze(-1).unbind(dim=1)
        best = torch.stack(
            [
                torch.cat([best[:, 1:] + down, nothing], dim=1),
                best + stay,
                torch.cat([nothing, best[:, :-1] + up], dim=1),
            ]
        ).amax(dim=0)
    hinge = (torch.arange(-bits, bits + 1, device=real.device) + 1).clamp(min=0).to(real)
    bound = (best + hinge).amax(dim=1) - real.abs().sum(dim=(1, 2))
    return bound.mean()


def codes(real: Float) -> Uint8:
    """Packed codes `(n, q / 8)` of real vectors `(n, q)`, q a multiple of 8."""
    if real.shape[1] % 8:
        raise ValueError(f"{real.shape[1]} bits do not fill whole bytes")
    return np.packbits(real > 0, axis=1)


def hamming_distances(probe: Uint8, gallery: Uint8) -> np.ndarray:
    """Differing bits `(n,)` of one packed code `(q / 8,)` and each of `(n, q / 8)`."""
    return np.bitwise_count(probe ^ gallery).sum(axis=1, dtype=np.int64)
