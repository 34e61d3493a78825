"""A stream gives the same with any number of threads, holds little, and ends with its caller."""

from __future__ import annotations

import threading

import numpy as np
from sources import CLASSES, laid

from luodi.modalities.image.read import read, stream
from luodi.modalities.image.read.value import Picture, Pictures


def test_threads_change_neither_order_nor_pixels(tmp_path):
    found = read(laid(tmp_path, {**CLASSES, "cat/broken.png": b"no image"}))
    alone, together = (list(stream(found, 3, None, threads)) for threads in (1, 3))
    assert [d.number for d in alone] == [d.number for d in together] == list(range(7))
    for one, other in zip(alone, together, strict=True):
        assert np.array_equal(one.pixels, other.pixels)
    broken = next(d for d in together if d.error)
    assert found.rows[broken.number].key == "cat/broken.png"
    assert broken.error.facts["row"] == broken.number and "row" in broken.error.text("en").lower()


def test_only_what_is_asked_for_is_decoded(tmp_path):
    found = read(laid(tmp_path, CLASSES))
    assert [d.number for d in stream(found, 1, [4, 1], 2)] == [4, 1]


class Counting:
    """A store that counts what is taken from it."""

    def __init__(self):
        self.taken = 0
        self.lock = threading.Lock()

    def load(self, place):
        with self.lock:
            self.taken += 1
        return np.zeros((2, 2), np.uint8)


def test_no_more_is_read_ahead_than_two_images_a_thread():
    store = Counting()
    found = Pictures(tuple(Picture(str(n), None, None, n) for n in range(100)), store, "x")
    images = stream(found, 1, None, 2)
    for done in range(1, 20):
        next(images)
        assert store.taken <= done + 4
    images.close()
    assert store.taken <= 24 and threading.active_count() < 20
