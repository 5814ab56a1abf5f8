"""`siam-jobs`: the worker thread that owns the gallery, and the way back to the window."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal, Slot

from siamapp.errors import SiamError

T = TypeVar("T")
Task = Callable[[], None]


class _Job:
    """What is asked, and the answer.

    All that either refers to is let go of on the GUI thread: it may be the last to hold an object
    of Qt's, which must not end on another thread. The worker is left with an empty shell.
    """

    def __init__(
        self,
        work: Callable[[], Any],
        done: Callable[[Any], None] | None,
        failed: Callable[[SiamError], None] | None,
    ) -> None:
        self._work, self._done, self._failed = work, done or _ignore, failed or _raise
        self._answer: Task = partial(_ignore, None)

    def run(self) -> None:
        """On the worker."""
        try:
            self._answer = partial(self._done, self._work())
        except SiamError as error:
            self._answer = partial(self._failed, error)
        except Exception as error:  # noqa: BLE001 - a bug: shown by the crash dialog
            self._answer = partial(_raise, error)

    def let_go(self) -> Task:
        """On the GUI thread: the callback that is due."""
        answer = self._answer
        del self._work, self._done, self._failed, self._answer
        return answer


class Jobs(QObject):
    """Runs callables one after another off the GUI thread and their callbacks on it.

    One signal and one list of closures carry every answer back. A `SiamError` goes to `failed`;
    anything else is a bug and is raised on the GUI thread, where the crash dialog shows it.
    """

    _posted = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        self._answers: deque[Task] = deque()
        self._asked: set[Future[Any]] = set()
        self._pending = 0
        """Jobs not answered yet: who measures or tests waits for none."""
        self._closed = False
        self._posted.connect(self._on_posted)
        self._thread = threading.Thread(target=self._work, name="siam-jobs", daemon=True)
        self._thread.start()

    def submit(
        self,
        work: Callable[[], T],
        *,
        done: Callable[[T], None] | None = None,
        failed: Callable[[SiamError], None] | None = None,
    ) -> None:
        """Queue `work`; afterwards one of `done` and `failed` is called on the GUI thread."""
        if self._closed:
            return
        self._pending += 1
        job = _Job(work, done, failed)
        self._tasks.put(partial(self._do, job))

    def post(self, callback: Task) -> None:
        """Run `callback` on the GUI thread, from any thread."""
        self._answers.append(callback)
        if not self._closed:
            self._posted.emit()

    def ask(self, question: Callable[[], T]) -> T:
        """On the worker: run `question` (a dialog) on the GUI thread and wait for its answer.

        Raises:
            concurrent.futures.CancelledError: the window closed meanwhile.
        """
        future: Future[T] = Future()

        def answer() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(question())
            except Exception as error:  # noqa: BLE001 - raised again on the worker, which waits
                future.set_exception(error)

        self._asked.add(future)
        if self._closed:
            future.cancel()
        self.post(answer)
        try:
            return future.result()
        finally:
            self._asked.discard(future)

    def close(self, last: Callable[[], None] | None = None, *, timeout_s: float = 10.0) -> None:
        """Finish what is queued, run `last` on the worker and end the thread."""
        if self._closed:
            return
        self._closed = True
        for future in list(self._asked):
            future.cancel()
        if last is not None:
            self._tasks.put(last)
        self._tasks.put(None)
        self._thread.join(timeout_s)
        self._answers.clear()

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            task()

    def _do(self, job: _Job) -> None:
        job.run()
        self.post(partial(self._finish, job))

    def _finish(self, job: _Job) -> None:
        self._pending -= 1
        job.let_go()()

    @Slot()
    def _on_posted(self) -> None:
        while self._answers and not self._closed:
            self._answers.popleft()()


def _raise(error: Exception) -> None:
    raise error


def _ignore(_: object) -> None: ...
