from __future__ import annotations

import threading

from siamapp.live.latest import Latest


def test_newest_wins_and_unseen_values_are_counted() -> None:
    box: Latest[int] = Latest()
    assert box.get() is None
    for value in (1, 2, 3):
        box.put(value)
    assert (box.get(), box.get(), box.dropped) == (3, 3, 2)
    box.put(4)  # 3 was seen: nothing lost
    assert (box.take(), box.take(), box.dropped) == (4, None, 2)


def test_wait_gives_each_number_once() -> None:
    box: Latest[str] = Latest()
    assert box.wait(0.0) is None
    box.put("a")
    assert box.wait(0.0) == (1, "a")
    assert box.wait(0.0, after=1) is None
    box.put("b")
    assert box.wait(0.0, after=1) == (2, "b")


def test_offer_waits_for_the_slot_and_loses_nothing() -> None:
    box: Latest[int] = Latest()
    taken: list[int] = []

    def taker() -> None:
        while (value := box.take(5.0)) is not None:
            taken.append(value)

    thread = threading.Thread(target=taker)
    thread.start()
    assert all(box.offer(value, 5.0) for value in range(200))
    box.close()
    thread.join(5.0)
    assert taken == list(range(200))
    assert box.dropped == 0


def test_a_full_or_closed_box_refuses_an_offer_but_gives_up_its_last_value() -> None:
    box: Latest[int] = Latest()
    assert box.offer(1, 0.0)
    assert not box.offer(2, 0.01)
    box.close()
    assert not box.offer(3, 5.0)
    assert (box.take(), box.take(5.0)) == (1, None)


def test_clear_forgets_value_and_drops_and_numbers_go_on() -> None:
    box: Latest[int] = Latest()
    box.put(1)
    box.put(2)
    box.clear()
    assert (box.get(), box.dropped) == (None, 0)
    box.put(3)
    assert box.wait(0.0) == (3, 3)
