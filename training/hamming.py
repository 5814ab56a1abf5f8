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
    best, hinge = _best_codes(real.detach())
    bound = hinge + (best * real).sum(dim=(1, 2)) - real.abs().sum(dim=(1, 2))
    return bound.mean()


@torch.no_grad()
def _best_codes(real: Tensor) -> tuple[Tensor, Tensor]:
    """The codes `(t, q, 3)` that reach the bound's maximum for `real` of that shape, and their
    triplet loss `(t,)`.
    """
    count, bits, _ = real.shape
    signs = _SIGNS.to(real)
    gains = real @ signs.T  # (t, q, 8): what each sign pattern of one bit brings
    differs = (signs[:, 0] != signs[:, 1]).int() - (signs[:, 0] != signs[:, 2]).int()
    tops, patterns = [], []
    for change in (-1, 0, 1):
        own = torch.nonzero(differs == change).flatten()
        top = gains[..., own].max(dim=-1)
        tops.append(top.values)
        patterns.append(own[top.indices])
    best = real.new_full((count, 2 * bits + 3), -torch.inf)  # with a column of nothing each side
    middle = bits + 1
    best[:, middle] = 0
    came = torch.zeros((bits, count, 2 * bits + 1), dtype=torch.int8, device=real.device)
    for bit in range(bits):
        down, stay, up = (top[:, bit, None] for top in tops)
        first, end = middle - bit - 1, middle + bit + 2  # what so many bits can reach
        ways = torch.stack(
            [
                best[:, first + 1 : end + 1] + down,
                best[:, first:end] + stay,
                best[:, first - 1 : end - 1] + up,
            ]
        )
        best[:, first:end], way = ways.max(dim=0)
        came[bit, :, first - 1 : end - 1] = way
    losses = (torch.arange(-bits, bits + 1, device=real.device) + 1).clamp(min=0).to(real)
    at = (best[:, 1:-1] + losses).argmax(dim=1)
    loss, rows = losses[at], torch.arange(count, device=real.device)
    chosen = torch.empty((count, bits), dtype=torch.int64, device=real.device)
    for bit in reversed(range(bits)):
        way = came[bit, rows, at].long()
        chosen[:, bit] = torch.stack([pattern[:, bit] for pattern in patterns])[way, rows]
        at = at - (way - 1)
    return signs[chosen], loss


def codes(real: Float) -> Uint8:
    """Packed codes `(n, q / 8)` of real vectors `(n, q)`, q a multiple of 8."""
    if real.shape[1] % 8:
        raise ValueError(f"{real.shape[1]} bits do not fill whole bytes")
    return np.packbits(real > 0, axis=1)


def hamming_distances(probe: Uint8, gallery: Uint8) -> np.ndarray:
    """Differing bits `(n,)` of one packed code `(q / 8,)` and each of `(n, q / 8)`."""
    return np.bitwise_count(probe ^ gallery).sum(axis=1, dtype=np.int64)
