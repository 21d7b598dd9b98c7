"""How tests wait for what comes by itself."""

import time

PAUSE_MIN, PAUSE_MAX = 0.02, 0.3


def looks(seconds):
    """Turns of a loop, in which to look for what is waited for, for so many seconds. Between two of them it pauses for an eighth of
    what has been waited, since a look is a call or a statement: fifty of them a second take the processor from what is waited for."""
    begun = time.monotonic()
    yield
    while (waited := time.monotonic() - begun) < seconds:
        time.sleep(min(max(waited / 8, PAUSE_MIN), PAUSE_MAX))
        yield


def comes_true(condition, seconds=180):
    """Whether the condition holds within that time."""
    return any(condition() for _ in looks(seconds))


def until(condition, what="it never came", seconds=120):
    """What the condition gives, once that is something. `what` is said where it is not, or called for what to say."""
    for _ in looks(seconds):
        if found := condition():
            return found
    raise AssertionError(what() if callable(what) else what)
