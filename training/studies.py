"""The verbs that compare: every method, the recipe's parts, codes of several lengths."""

from __future__ import annotations

import json
import sys
from argparse import Namespace

import numpy as np

from siamapp.vision.embed import Embedder
from training.config import TrainConfig, load_config
from training.data import Float, Ints, Split, central, class_means, rows_of
from training.verbs import REFERENCE, embed, embedding_spec, on_cpu, prepare

ABLATION_PAIRS = 2000


def reproduce(parsed: Namespace) -> int:
    """Measure every method, and write the report; what was measured before is not done again."""
    import torch

    from training import reproduce as rows
    from training.reproduce_report import manifold, write_report

    if parsed.digits == (parsed.data is not None):
        print("Give either --data att_faces.tar or --digits.", file=sys.stderr)
        return 2
    pictures = rows.load_digits() if parsed.digits else rows.load_att(parsed.data)
    name = "digits" if parsed.digits else "reproduction"
    torch.set_num_threads(1)
    steps = parsed.steps or (80 if parsed.digits else 400)
    measured = parsed.out / f"{name}.jsonl"
    if parsed.fresh:
        measured.unlink(missing_ok=True)
    branches = (parsed.network,) if parsed.network else rows.BRANCHES
    size, groups = rows.GROUP, parsed.groups
    if parsed.digits:  # in a minute: one group, and the network of 2005 takes four times as long
        size, groups, branches = rows.UNSEEN_DIGITS, 1, ("resnet",)
    rows.reproduce(
        pictures, measured, steps=steps, seed=parsed.seed, size=size, groups=groups,
        branches=branches, only=parsed.only,
    )  # fmt: skip
    option = "--digits" if parsed.digits else "--data att_faces.tar"
    command = f"python -m training reproduce {option} --steps {steps} --seed {parsed.seed}"
    data = "scikit-learn's digits" if parsed.digits else "AT&T's 400 pictures of 40 people"
    outcomes = rows.read_outcomes(measured)
    report = parsed.out / f"{name}.md"
    write_report(outcomes, report, command=command, data=data, published=not parsed.digits)
    if parsed.digits:
        manifold(pictures, parsed.out / "digits.png")
    return 0


def ablate(parsed: Namespace) -> int:
    """Train the recipe with one thing changed at a time, and write the table."""
    from training import ablate as rows
    from training.pair_test import PairTest
    from training.pairs import make_pairs
    from training.reproduce_report import replace_marked
    from training.views import Views, make_views

    config = load_config(parsed.config, parsed.set)
    crops, vectors, splits = prepare(parsed, config)
    chosen = make_pairs(
        crops,
        splits["calibration"],
        class_means(crops, vectors),
        count=ABLATION_PAIRS,
        seed=config.data.split_seed,
    )
    few = rows.few_people(crops, splits["train"], parsed.people, config.data.split_seed)

    def views(one: TrainConfig) -> Views:
        return make_views(crops, few, one.data, one.seed, parsed.peers / REFERENCE, parsed.cache)

    test = PairTest.of(chosen, crops)
    done = rows.ablate(
        parsed.config, parsed.set, views, test, parsed.run, people=parsed.people, only=parsed.only
    )
    if parsed.out:
        command = (
            f"python -m training ablate --people {parsed.people} --data DIR --peers DIR --run RUN"
        )
        lines = [
            f"Trained on {len(few)} crops of {parsed.people} people for {config.optim.steps} steps"
            f" of {config.optim.people_per_batch * config.optim.views_per_person} views; judged on"
            f" {len(chosen)} pairs of calibration people.",
            "",
            *rows.table(done, command),
        ]
        replace_marked(parsed.out, "ablations", lines, title="# Ablations")
    return 0


def codes(parsed: Namespace) -> int:
    """Learn binary codes over the embedder, and say how well they find its nearest neighbour."""
    from training import coarse

    crops, _, splits = prepare(parsed, load_config(parsed.config, parsed.set))
    embedder = Embedder(on_cpu(parsed.model, "int8"))
    own: dict[Split, tuple[Float, Ints]] = {}
    for split in ("train", "calibration"):
        rows = rows_of(crops, splits[split])[: parsed.crops]
        own[split] = embed(embedder, central(crops.rgb[rows])), crops.person[rows]
    (seen, person), (unseen, _) = own["train"], own["calibration"]
    probes, gallery = unseen[::4], np.delete(unseen, slice(None, None, 4), axis=0)
    metric = embedding_spec(embedder.model.card).metric
    for bits in parsed.bits:
        index = coarse.Coarse.of(*coarse.learn_codes(seen, person, bits), gallery)
        shares = {
            f"top_{n}": coarse.agreement(index, probes, metric, count=n) for n in (1, 10, 50, 100)
        }
        print(json.dumps({"bits": bits, "gallery": len(gallery), "probes": len(probes), **shares}))
    return 0
