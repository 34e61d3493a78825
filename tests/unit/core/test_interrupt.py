"""Ctrl-C is put off for as long as work needs to end well, and no longer."""

from __future__ import annotations

import signal
import threading

import pytest

from luodi.core.interrupt import deferred, either


def press() -> None:
    signal.raise_signal(signal.SIGINT)


def test_the_first_ctrl_c_is_noted_and_the_second_is_raised():
    with pytest.raises(KeyboardInterrupt), deferred() as pressed:
        assert not pressed()
        press()
        assert pressed()
        press()


def test_after_the_block_ctrl_c_is_what_it_was_and_is_still_known():
    with deferred() as pressed:
        press()
    assert pressed()
    with pytest.raises(KeyboardInterrupt):
        press()


def test_a_program_with_its_own_handler_keeps_it():
    heard: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: heard.append(number))
    try:
        with deferred() as pressed:
            press()
        assert heard == [signal.SIGINT] and not pressed()
    finally:
        signal.signal(signal.SIGINT, before)


def test_another_thread_is_left_alone():
    found: list[bool] = []

    def work() -> None:
        with deferred() as pressed:
            found.append(pressed())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == [False]


def test_a_stop_of_two_comes_with_the_first():
    assert either(lambda: False, lambda: True)() and not either(lambda: False, lambda: False)()
