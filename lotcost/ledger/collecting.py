"""The garbage collector while a ledger is booked."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_collecting() -> Iterator[None]:
    """Keep the garbage collector still, and leave it as it was whatever happens.

    A ledger's entries are hundreds of thousands of objects that live as long as it does. Each
    time the plugin has made a quarter as many more the collector walks all of them, and finds
    nothing to free: on a large ledger that took as long as the booking itself. What is made
    here is freed by its reference count, as nothing of it points back at itself.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            # What was made lives on, and goes to what is old without a walk through it. Where
            # somebody froze what there was, it stays frozen.
            if not gc.get_freeze_count():
                gc.freeze()
                gc.unfreeze()
            gc.enable()
