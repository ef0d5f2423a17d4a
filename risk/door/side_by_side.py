"""Several pieces of work at once: threads that prepare and conclude, one crew of workers for all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from functools import partial, wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def one_crew(call: Callable[P, T]) -> Callable[P, T]:
    """Keep the workers of whatever a call simulates until it ends: they are started once."""

    @wraps(call)
    def kept(*words: P.args, **named: P.kwargs) -> T:
        from risk.runs.workers import crew

        with crew():
            return call(*words, **named)

    return kept


def side_by_side(calls: Sequence[Callable[[], T]], jobs: int, ahead: bool = False) -> list[Future[T]]:
    """Carry out calls, begun in their order and a few at a time; what each returned or raised.

    Whatever they simulate is done by one crew of workers, so that none is idle while any call has work for
    it: one more call than there are workers is under way, and the work of the first goes first. With one
    worker they follow one another in this thread, and so they do within such a call. A call may wait for
    those before it, and for no other.

    Parameters
    ----------
    ahead : there will be something to simulate: workers start while it is prepared.

    Raises
    ------
    Interrupted : there was an interrupt. What is under way then ends by itself, unless there is a second one.
    """
    from risk.runs.crew import TURN
    from risk.runs.workers import crew, lent

    if jobs <= 1 or lent():
        return [_at_once(call) for call in calls]
    with crew(jobs) as found, ThreadPoolExecutor(jobs + 1) as threads:
        found.ahead = jobs if ahead else 0

        def begun(place: int, call: Callable[[], T]) -> T:
            found.heed()
            TURN.set(place)
            return call()

        turns = [partial(begun, place, call) for place, call in enumerate(calls)]
        made = [threads.submit(copy_context().run, turn) for turn in turns]
        found.listen(lambda: all(each.done() for each in made))
        found.heed()
        return made


def go_first() -> None:
    """Have the work of this call go first from now on."""
    from risk.runs.crew import TURN

    TURN.set(0)


def heed() -> None:
    """Begin nothing new within a call once there was an interrupt; raises `Interrupted`."""
    from risk.runs.workers import lent

    if (found := lent()) is not None:
        found.heed()


def _at_once(call: Callable[[], T]) -> Future[T]:
    made: Future[T] = Future()
    try:
        made.set_result(call())
    except Exception as error:
        made.set_exception(error)
    return made
