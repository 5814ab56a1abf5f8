"""A large gallery answers as a small one does, and people join and leave it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from siamapp.identity import large, search
from siamapp.identity.decide import Policy
from siamapp.identity.gallery import Gallery
from siamapp.identity.index import Index
from siamapp.identity.large import LargeGallery, sized
from siamapp.identity.look_alikes import look_alikes
from siamapp.identity.match import match
from siamapp.identity.search import look
from siamapp.types import FloatArray, Outcome
from siamapp.vision.card import FusionSpec

PEOPLE, EACH = 15_000, 2
POLICY = Policy(
    threshold=0.9, fmr=1e-3, leave_threshold=0.95, runner_up_margin=0.02, agree_frames=1
)


def unit(vectors: np.ndarray) -> FloatArray:
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def centres() -> FloatArray:
    # 46 dimensions hold what 128 show: so alike are strangers to the shipped embedder.
    random = np.random.default_rng(3)
    return unit(random.standard_normal((PEOPLE, 46)) @ random.standard_normal((46, 128)))


@pytest.fixture(scope="module")
def plain(centres: FloatArray) -> Gallery:
    noise = np.random.default_rng(4).standard_normal((PEOPLE * EACH, 128))
    vectors = unit(np.repeat(centres, EACH, axis=0) + 0.05 * noise)
    owners = np.repeat(np.arange(PEOPLE), EACH)
    names = {i: f"person {i}" for i in range(PEOPLE)}
    rejected = {7: unit(centres[7:8])}
    fusion = FusionSpec(rule="nearer_half", offsets=(0.0, -0.05))
    return Gallery("e" * 16, vectors, owners, names, rejected=rejected, fusion=fusion)


@pytest.fixture(scope="module")
def many(plain: Gallery) -> LargeGallery:
    return LargeGallery(plain)


@pytest.fixture(scope="module")
def probes(centres: FloatArray) -> FloatArray:
    """Sixty looks at people enrolled, from near to far, and twenty strangers."""
    random = np.random.default_rng(5)
    spread = np.linspace(0.02, 0.12, 60)[:, None]
    known = unit(centres[: 60 * 200 : 200] + spread * random.standard_normal((60, 128)))
    return np.concatenate([known, unit(random.standard_normal((20, 128)))])


def test_only_a_large_gallery_is_sketched(
    plain: Gallery, many: LargeGallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sized(plain) is plain
    assert sized(many) is many
    monkeypatch.setattr(large, "SKETCH_FROM", PEOPLE * EACH)
    assert isinstance(sized(plain), LargeGallery)


def test_everybody_compared_is_what_a_plain_gallery_answers(
    plain: Gallery, many: LargeGallery, probes: FloatArray
) -> None:
    for probe in probes:
        ours = search.search(probe, many, "l2", every=True)
        theirs = match(probe, plain, "l2")
        assert [c.person_id for c in ours] == [c.person_id for c in theirs]
        assert [c.distance for c in ours] == pytest.approx([c.distance for c in theirs], abs=2e-4)
        assert [c.denied for c in ours] == [c.denied for c in theirs]


@pytest.mark.parametrize("metric", ["l2", "cosine", "l1", "exp_l1"])
def test_few_weighed_up_are_the_answer_of_all_weighed_up(
    plain: Gallery, centres: FloatArray, metric: str
) -> None:
    some = plain.part(range(300))
    random = np.random.default_rng(8)
    near = unit(centres[:12] + 0.06 * random.standard_normal((12, 128)))
    between = unit(centres[:6] + centres[6:12])  # nobody stands out: more must be weighed up
    for probe in (*near, *between, *unit(random.standard_normal((6, 128)))):
        for top in (2, 5):
            ours = search.search(probe, some, metric, top=top)
            assert ours == match(probe, some, metric, top=top)
    asked = unit(centres[7] + 0.01 * random.standard_normal(128))
    assert match(asked, plain, metric, top=len(plain))[-1].denied


def test_the_sketch_finds_the_nearest(
    plain: Gallery, many: LargeGallery, probes: FloatArray
) -> None:
    same = [
        search.search(probe, many, "l2")[0].person_id == match(probe, plain, "l2")[0].person_id
        for probe in probes[:60]
    ]
    assert np.mean(same) > 0.98


def test_decisions_are_those_of_a_plain_gallery(
    plain: Gallery, many: LargeGallery, probes: FloatArray
) -> None:
    ours = [look(probe, many, "l2", POLICY) for probe in probes]
    theirs = [look(probe, plain, "l2", POLICY) for probe in probes]
    assert [d.outcome for d in ours] == [d.outcome for d in theirs]
    assert {d.outcome for d in ours} == {Outcome.MATCH, Outcome.UNKNOWN}


def test_a_sketch_that_misses_the_nearest_never_names_the_second(
    many: LargeGallery, probes: FloatArray, monkeypatch: pytest.MonkeyPatch
) -> None:
    probe = probes[0]
    nearest = search.search(probe, many, "l2")[0].person_id
    away = many.changed(nearest, many.part([]))
    second = away.templates(search.search(probe, away, "l2")[0].person_id)[0]
    beside = unit(probe + 0.4 * second)  # now within the threshold of both
    whole = Index.near

    def blind(index: Index, vector: FloatArray) -> np.ndarray:
        rows = whole(index, vector)
        owner = many.people[np.searchsorted(many.starts, rows, side="right") - 1]
        return np.asarray(rows[owner != nearest])

    lenient = Policy(
        threshold=0.95, fmr=0.1, leave_threshold=1.0, runner_up_margin=0.0, agree_frames=1
    )
    honest = look(beside, many, "l2", lenient)
    monkeypatch.setattr(Index, "near", blind)
    assert search.search(beside, many, "l2")[0].person_id != nearest
    assert look(beside, many, "l2", lenient).person_id == honest.person_id == nearest


def test_people_join_and_leave_and_nobody_else_notices(
    many: LargeGallery, probes: FloatArray
) -> None:
    newcomer = Gallery(
        many.embedder_id, probes[-2:], np.array([PEOPLE] * 2), {PEOPLE: "new"}, fusion=many.fusion
    )
    more = many.changed(PEOPLE, newcomer)
    assert (len(many), len(more)) == (PEOPLE, PEOPLE + 1)
    assert search.search(probes[-1], more, "l2")[0].name == "new"
    assert search.search(probes[-1], many, "l2")[0].name != "new"
    assert np.shares_memory(more.index._coarse, many.index._coarse)
    assert np.allclose(more.only("new").vectors, probes[-2:], atol=2e-5)

    again = many.changed(PEOPLE, newcomer.part([]))  # a second branch from the same gallery
    other = many.changed(PEOPLE, newcomer.changed(PEOPLE, newcomer))
    assert len(again) == PEOPLE
    assert len(other.templates(PEOPLE)) == 2
    assert np.allclose(more.templates(PEOPLE), probes[-2:], atol=2e-5)

    fewer = more.changed(PEOPLE, more.part([]))
    assert "new" not in fewer.names.values()
    assert len(fewer.everybody().vectors) == PEOPLE * EACH
    for every in (True, False):
        assert search.search(probes[-1], fewer, "l2", every=every)[0].name != "new"


def test_what_compares_everybody_passes_over_who_left() -> None:
    vectors = unit(np.random.default_rng(11).standard_normal((90, 16)))
    plain = Gallery("e" * 16, vectors, np.repeat(np.arange(30), 3), {i: str(i) for i in range(30)})
    several = LargeGallery(plain).changed(7, plain.part([7]))  # as after "this is not 7"
    found, wanted = (look_alikes(some, "l2", within=1.0, top=9) for some in (several, plain))
    assert [(p.first_id, p.second_id) for p in found] == [(p.first_id, p.second_id) for p in wanted]
    assert len(found) == 9
    for someone in range(20):
        several = several.changed(someone, plain.part([]))
    assert search.search(vectors[88], several, "l2")[0].person_id == 29
    assert search.search(vectors[0], several, "l2")[0].person_id >= 20


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), max_size=8))
def test_a_gallery_after_changes_is_the_gallery_of_what_it_then_holds(
    changes: list[tuple[int, int]],
) -> None:
    random = np.random.default_rng(9)
    gallery, held = Gallery.empty("e" * 16, 4), dict[int, FloatArray]()
    for person, count in changes:
        held.pop(person, None)
        part = Gallery.empty("e" * 16, 4)
        if count:
            held[person] = unit(random.standard_normal((count, 4)))
            owners = np.full(count, person)
            part = Gallery("e" * 16, held[person], owners, {person: f"p{count}"})
        gallery = gallery.changed(person, part)
        people = sorted(held)
        assert gallery.people.tolist() == people
        assert sorted(gallery.names) == people
        for each in people:
            assert np.array_equal(gallery.templates(each), held[each])
            assert gallery.names[each] == f"p{len(held[each])}"
        assert len(gallery.vectors) == sum(map(len, held.values()))


def test_a_change_of_a_small_gallery_is_the_gallery_of_what_is_left(probes: FloatArray) -> None:
    names = {1: "a", 2: "b"}
    gallery = Gallery("e" * 16, probes[:4], np.array([1, 1, 2, 2]), names)
    renamed = Gallery("e" * 16, probes[4:5], np.array([2]), {2: "c"})
    assert gallery.changed(2, renamed).names == {1: "a", 2: "c"}
    assert np.array_equal(gallery.changed(2, renamed).only("c").vectors, probes[4:5])
    assert gallery.changed(1, gallery.part([])).names == {2: "b"}
    assert len(gallery) == 2


@pytest.mark.parametrize("dimension", [64, 96, 512])
def test_an_index_finds_a_vector_that_it_holds(dimension: int) -> None:
    vectors = unit(np.random.default_rng(6).standard_normal((30_000, dimension)))
    index = Index.of(vectors[:10_000]).appended(vectors[10_000:])
    for row in (0, 9_999, 10_000, 29_999):
        assert row in index.near(vectors[row])
        assert np.allclose(index.vectors(np.array([row]))[0], vectors[row], atol=2e-5)
    assert index.nbytes < 1.3 * 2 * vectors.size


def test_who_joins_a_large_gallery_needs_no_new_directions(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are a decomposition each: most of what a person cost who was enrolled."""
    vectors = unit(np.random.default_rng(7).standard_normal((2_000, 96)))
    index = Index.of(vectors[:1_000])
    monkeypatch.setattr(np.linalg, "qr", None)
    joined = index.appended(vectors[1_000:])
    assert 1_999 in joined.near(vectors[1_999])
