"""Whatever the bytes, an image or an error with a code comes out, and nothing else."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pictures import WHOLE

from luodi.core.errors import LuodiError
from luodi.modalities.image.codec import decode


def only_refused(value: object) -> None:
    try:
        found = decode(value, 3)
    except LuodiError as error:
        assert error.code.startswith("rows.image_")
        assert error.text("en") and error.text("zh")
    else:
        assert found.dtype == np.uint8 and found.shape[2] == 3


BEGINNINGS = [b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"BM", b"II*\0", b"MM\0*"]
BEGINNINGS += [bytes(128) + b"DICM", bytes(128) + b"DICM" + WHOLE["DICOM"][132:400]]
FREE = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)


@FREE
@given(st.sampled_from(BEGINNINGS), st.binary(max_size=400))
def test_any_bytes_give_an_image_or_an_error_with_a_code(beginning, rest):
    only_refused(beginning + rest)


@FREE
@given(st.sampled_from(sorted(WHOLE)), st.lists(st.tuples(st.integers(0), st.integers(0, 7)),
                                                min_size=1, max_size=12))  # fmt: skip
def test_any_flipped_bits_give_an_image_or_an_error_with_a_code(kind, flips):
    data = bytearray(WHOLE[kind])
    for at, bit in flips:
        data[at % len(data)] ^= 1 << bit
    only_refused(data)


@FREE
@given(st.sampled_from(sorted(WHOLE)), st.integers(0), st.integers(0), st.binary(max_size=8))
def test_any_piece_put_elsewhere_gives_an_image_or_an_error_with_a_code(kind, start, end, new):
    data = WHOLE[kind]
    start, end = start % len(data), end % len(data)
    only_refused(data[:start] + new + data[end:])


@FREE
@given(st.text(max_size=200))
def test_any_text_gives_an_error_with_a_code(text):
    only_refused(text)
