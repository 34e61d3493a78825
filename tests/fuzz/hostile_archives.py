"""Files that pretend to be releases: every way an archive, a manifest or a seal can lie."""

from __future__ import annotations

import io
import json
import os
import struct
import tarfile
import zipfile
from collections.abc import Iterator

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fuzz.release_maker import good, manifest, members, release
from luodi.core.manifest import CONTENTS, MANIFEST, MEMBERS, SEAL, Manifest, canonical_json
from luodi.runtime import archive
from luodi.runtime.seal import envelope, statement, to_sign

Case = tuple[str, bytes]
# What unpickling would run; no test ever unpickles it.
PICKLE_BOMB = b"cos\nsystem\n(S'touch /tmp/luodi-was-here'\ntR."
LOCAL_FIELDS = {
    "version": (4, "<H", 20),
    "encrypted": (6, "<H", 1),
    "data-descriptor": (6, "<H", 8),
    "strong-encryption": (6, "<H", 0x41),
    "utf8-flag": (6, "<H", 0x800),
    "deflated": (8, "<H", 8),
    "lzma": (8, "<H", 14),
    "time": (10, "<H", 1),
    "date": (12, "<H", 0x5A00),
    "crc": (14, "<I", 1),
    "packed-size-larger": (18, "<I", 2**31),
    "size-zero": (22, "<I", 0),
    "size-zip64": (22, "<I", 2**32 - 1),
    "name-length": (26, "<H", 400),
    "extra-length": (28, "<H", 4),
}
CENTRAL_FIELDS = {
    "made-by-unix": (4, "<H", 0x031E),
    "flags": (8, "<H", 1),
    "method": (10, "<H", 8),
    "crc": (16, "<I", 1),
    "size": (24, "<I", 7),
    "extra": (30, "<H", 8),
    "comment": (32, "<H", 3),
    "disk": (34, "<H", 2),
    "text": (36, "<H", 1),
    "symlink": (38, "<I", 0o120777 << 16),
    "folder": (38, "<I", 0x10),
    "executable": (38, "<I", 0o100755 << 16),
    "offset-overlap": (42, "<I", 0),
    "offset-outside": (42, "<I", 2**31),
}
END_FIELDS = {
    "disk": (4, "<H", 1),
    "count-here": (8, "<H", 1),
    "count": (10, "<H", 65535),
    "size": (12, "<I", 0),
    "offset": (16, "<I", 0),
    "offset-zip64": (16, "<I", 2**32 - 1),
    "comment": (20, "<H", 9),
}
EVIL_NAMES = (
    "../evil",
    "../../../../tmp/evil",
    "/etc/passwd",
    "C:\\evil.exe",
    "..\\evil",
    "\\\\host\\share",
    "MODEL.ONNX",
    "Manifest.json",
    "model.onnx ",
    "model.onnx\x00.txt",
    "model．onnx",
    "./model.onnx",
    "members/model.onnx",
    "",
    "con",
    "\x1b[2J",
)


def archives() -> Iterator[Case]:
    """Spoiled containers around good members."""
    whole = release()
    yield from _fields(whole)
    yield from _names()
    yield from _whole_files(whole)
    yield from _truncated(whole)


def _patched(data: bytes, at: int, kind: str, value: int) -> bytes:
    spoiled = bytearray(data)
    struct.pack_into(kind, spoiled, at, value)
    return bytes(spoiled)


def _fields(whole: bytes) -> Iterator[Case]:
    starts = {
        "local": (whole.index(b"PK\x03\x04", 10), LOCAL_FIELDS),
        "central": (whole.index(b"PK\x01\x02", whole.index(b"PK\x01\x02") + 4), CENTRAL_FIELDS),
        "end": (whole.rindex(b"PK\x05\x06"), END_FIELDS),
    }
    for part, (start, fields) in starts.items():
        for name, (offset, kind, value) in fields.items():
            yield f"{part}-{name}", _patched(whole, start + offset, kind, value)


def _names() -> Iterator[Case]:
    for name in EVIL_NAMES:
        content = {**members(), name: b"x"}
        yield f"extra-{name!r}", _zip(list(content.items()))
        renamed = [(name if key == "plan.json" else key, data) for key, data in members().items()]
        yield f"renamed-{name!r}", _zip(renamed)


def _zip(items: list[tuple[str, bytes]], method: int = zipfile.ZIP_STORED) -> bytes:
    """A zip as the standard library writes it, dated like ours."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as made:
        for name, data in items:
            made.writestr(zipfile.ZipInfo(name or "x"), data, method)
    return buffer.getvalue()


def _whole_files(whole: bytes) -> Iterator[Case]:
    items = list(members().items())
    yield "empty", b""
    yield "pickle", PICKLE_BOMB
    yield "gzip", b"\x1f\x8b\x08" + bytes(50)
    yield "zip-without-members", _zip([])
    yield "another-writer", _zip(items)
    yield "deflated", _zip(items, zipfile.ZIP_DEFLATED)
    yield "bomb", _zip([(n, bytes(30_000_000)) for n in MEMBERS], zipfile.ZIP_DEFLATED)
    yield "order", _zip(items[::-1])
    yield "missing-member", _zip(items[:-1])
    yield "no-manifest", _zip(items[1:])
    yield "trailing-byte", whole + b"\x00"
    yield "trailing-zip", whole + whole
    yield "leading-byte", b"\x00" + whole
    yield "leading-script", b"#!/bin/sh\n" + whole
    yield "comment", whole[:-2] + b"\x03\x00abc"
    yield "gap", _gap(whole)
    yield "directory-twice", whole + whole[whole.index(b"PK\x01\x02") :]
    yield "tar", _tar()
    yield "headers-only", b"".join(b"PK\x03\x04" + bytes(26) for _ in range(5000))
    yield "repeated-5000", _overlapping(5000)
    for name in MEMBERS:
        yield f"twice-{name}", _twice(name)
        yield f"swapped-{name}", _swapped(name)


def _gap(whole: bytes) -> bytes:
    at = whole.index(b"PK\x03\x04", 10)
    return whole[:at] + b"hidden" + whole[at:]


def _twice(name: str) -> bytes:
    items = list(members().items())
    at = MEMBERS.index(name)
    return _zip([*items[: at + 1], items[at], *items[at + 1 :]])


def _swapped(name: str) -> bytes:
    """A member replaced by a pickle while manifest and seal stay."""
    return archive.encode({**members(), name: PICKLE_BOMB})


def _overlapping(count: int) -> bytes:
    """One member, listed thousands of times by the directory."""
    whole = release()
    start, end = whole.index(b"PK\x01\x02"), whole.rindex(b"PK\x05\x06")
    entry = whole[start : whole.index(b"PK\x01\x02", start + 4)]
    tail = bytearray(whole[end:])
    struct.pack_into("<HHI", tail, 8, count, count, count * len(entry))
    return whole[:start] + entry * count + bytes(tail)


def _tar() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as made:
        link = tarfile.TarInfo("model.onnx")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        made.addfile(link)
    return buffer.getvalue()


def _truncated(whole: bytes) -> Iterator[Case]:
    cuts = {1, 3, 4, 20, 29, 30, 40, 60, len(whole) - 1, len(whole) - 22, len(whole) - 23}
    cuts |= {len(whole) * part // 17 for part in range(1, 17)}
    for cut in sorted(cuts):
        yield f"truncated-{cut}", whole[:cut]


def manifests() -> Iterator[Case]:
    """Manifests that lie, in good containers."""
    value = json.loads(members()[MANIFEST])
    entry = value["members"]["plan.json"]
    spoiled = {
        "schema-0": {"schema": 0},
        "schema-2": {"schema": 2},
        "schema-true": {"schema": True},
        "schema-text": {"schema": "1"},
        "schema-float": {"schema": 1.0},
        "name-path": {"name": "../../etc"},
        "name-upper": {"name": "Ä"},
        "name-empty": {"name": ""},
        "name-number": {"name": 7},
        "name-long": {"name": "a" * 65},
        "goal": {"goal": "rm -rf"},
        "other-goal": {"goal": "regress"},
        "modality": {"modality": "../x"},
        "digest": {"digest": "sha256:" + "0" * 64},
        "extra-key": {"command": "x"},
        "members-list": {"members": []},
        "member-extra": {"members": {**value["members"], "x.py": entry}},
        "member-missing": {"members": {k: v for k, v in value["members"].items() if k[0] != "p"}},
        "member-size": {"members": {**value["members"], "plan.json": {**entry, "size": 1}}},
        "member-negative": {"members": {**value["members"], "plan.json": {**entry, "size": -1}}},
        "member-huge": {"members": {**value["members"], "plan.json": {**entry, "size": 10**30}}},
        "member-hash": {
            "members": {**value["members"], "card.json": {**entry, "sha256": "A" * 64}}
        },
        "member-wrong": {
            "members": {**value["members"], "card.json": {**entry, "sha256": "a" * 64}}
        },
    }
    for name, change in spoiled.items():
        yield f"manifest-{name}", _with(MANIFEST, canonical_json({**value, **change}))
    text = members()[MANIFEST]
    yield "manifest-spaces", _with(MANIFEST, json.dumps(value).encode())
    yield "manifest-twice", _with(MANIFEST, text.replace(b'{"digest"', b'{"goal":"x","digest"', 1))
    yield "manifest-nan", _with(MANIFEST, text.replace(b'"schema":1', b'"schema":NaN'))
    yield "manifest-list", _with(MANIFEST, b"[]")
    yield "manifest-bom", _with(MANIFEST, b"\xef\xbb\xbf" + text)
    yield "manifest-utf16", _with(MANIFEST, text.decode().encode("utf-16"))
    yield "manifest-newline", _with(MANIFEST, text + b"\n")
    yield "manifest-for-images", _resealed({"modality": "image"})
    yield "manifest-for-values", _resealed({"goal": "regress"})


def _with(name: str, data: bytes) -> bytes:
    return archive.encode({**members(), name: data})


def _resealed(change: dict[str, str]) -> bytes:
    """A consistent release whose manifest claims something else."""
    fields = {"name": "t", "goal": "classify", "modality": "tabular"} | change
    listed = Manifest.of(contents=good(), **fields)
    sealed = envelope(statement(listed, None), None, None)
    return archive.encode({MANIFEST: listed.to_bytes(), **good(), SEAL: sealed})


def texts() -> Iterator[Case]:
    """Members that should be JSON and are not, with digests that hold."""
    spoiled = {
        "pickle": PICKLE_BOMB,
        "pickle-4": b"\x80\x04\x95" + bytes(20),
        "empty": b"",
        "nested": b"[" * 100_000,
        "nested-object": b'{"a":' * 50_000,
        "nan": b'{"a":NaN}',
        "infinity": b'{"a":Infinity}',
        "overflow": b'{"a":1e400}',
        "digits": b'{"a":' + b"9" * 5000 + b"}",
        "surrogate": b'{"a":"\\ud800"}',
        "utf8": b'{"a":"\xff"}',
        "twice": b'{"a":1,"a":2}',
        "python": b"__import__('os').system('id')",
        "yaml": b"!!python/object/apply:os.system [id]",
        "two-documents": b"{}{}",
    }
    yield "card-huge", release(card=b'{"a":"' + b"x" * (33 * 2**20) + b'"}')
    for member in ("codec", "golden", "card", "plan", "provenance", "reference"):
        for name, data in spoiled.items():
            if member in ("codec", "card") or name in ("pickle", "nan", "nested"):
                yield f"{member}-{name}", release(**{member: data})


def records() -> Iterator[Case]:
    """Codecs and golden rows that do not belong to the graph."""
    codec, golden = json.loads(good()["codec.json"]), json.loads(good()["golden.json"])
    answers = golden["answers"]
    wrong = [*answers["probabilities"][:-1], [0.5, 0.5]]
    goldens = {
        "empty": {},
        "no-rows": {"rows": [], "answers": {}},
        "too-many-rows": {"rows": golden["rows"] * 65, "answers": answers},
        "no-answers": {**golden, "answers": {}},
        "other-answer": {**golden, "answers": {**answers, "probabilities": wrong}},
        "other-decision": {**golden, "answers": {**answers, "decision": [1, 1, 1, 1]}},
        "other-review": {**golden, "answers": {**answers, "review": [True] * 4}},
        "text-answer": {**golden, "answers": {**answers, "decision": ["x"] * 4}},
        "ragged": {**golden, "answers": {**answers, "probabilities": [[1], [1, 2], [], []]}},
        "unknown-answer": {**golden, "answers": {**answers, "__class__": 1}},
        "long-text": {**golden, "rows": [{"type": "x" * 50_000}] * 4},
        "strange-rows": {**golden, "rows": [{"torque": {"$ne": 1}}] * 4},
        "rows-are-text": {**golden, "rows": "x" * 4},
        "rows-are-lists": {**golden, "rows": [[1]] * 4},
        "extra-key": {**golden, "command": "x"},
    }
    for name, value in goldens.items():
        yield f"golden-{name}", release(golden=canonical_json(value))
    codecs = {
        "empty": {},
        "format": {**codec, "format": "tabular/99"},
        "no-columns": {**codec, "numbers": [], "categories": []},
        "more-columns": {**codec, "numbers": codec["numbers"] * 3},
        "thousands-of-columns": {**codec, "categories": codec["categories"] * 3000},
        "other-goal": {**codec, "goal": "regress"},
        "unknown-goal": {**codec, "goal": "hack"},
        "no-classes": {**codec, "classes": []},
        "columns-are-text": {**codec, "numbers": "abc"},
        "unknown-key": {**codec, "numbers": [{**codec["numbers"][0], "code": "x"}]},
        "text-limits": {**codec, "numbers": [{**c, "seen_low": "x"} for c in codec["numbers"]]},
    }
    for name, value in codecs.items():
        yield f"codec-{name}", release(codec=canonical_json(value))


def seals() -> Iterator[Case]:
    """Seals that lie about a good release."""
    key, other = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes_raw()
    listed = manifest(good())
    payload = statement(listed, public)
    signature = key.sign(to_sign(payload))
    renamed = Manifest.of("other", "classify", "tabular", good())
    foreign = statement(renamed, public)
    good_seal = json.loads(envelope(payload, public, signature))
    entry = good_seal["signatures"][0]
    spoiled = {
        "wrong-signature": envelope(payload, public, bytes(64)),
        "another-keys-signature": envelope(payload, public, other.sign(to_sign(payload))),
        "signed-without-encoding": envelope(payload, public, key.sign(payload)),
        "about-another": envelope(foreign, public, key.sign(to_sign(foreign))),
        "payload-only": envelope(payload, None, None),
        "short-signature": envelope(payload, public, signature[:63]),
        "no-key": envelope(statement(listed, None), public, signature),
        "zero-key": envelope(statement(listed, bytes(32)), bytes(32), signature),
        "empty": b"{}",
        "not-json": PICKLE_BOMB,
        "payload-number": canonical_json({**good_seal, "payload": 1}),
        "payload-not-base64": canonical_json({**good_seal, "payload": "\x00"}),
        "type": canonical_json({**good_seal, "payloadType": "application/json"}),
        "two-signatures": canonical_json({**good_seal, "signatures": [entry, entry]}),
        "signatures-text": canonical_json({**good_seal, "signatures": "x"}),
        "keyid": canonical_json({**good_seal, "signatures": [{**entry, "keyid": "x"}]}),
        "extra": canonical_json({**good_seal, "extra": 1}),
    }
    for name, data in spoiled.items():
        yield f"seal-{name}", _with(SEAL, data)
    changed = {**members(key=key), "card.json": canonical_json({"title": "better"})}
    yield "seal-card-changed", archive.encode(changed)
    for name in CONTENTS:
        if name not in ("model.onnx", "golden.json"):
            contents = {**good(), name: canonical_json({"changed": True})}
            resealed = members(contents)
            kept = {**resealed, SEAL: members(key=key)[SEAL]}
            yield f"seal-kept-{name}", archive.encode(kept)


def noise() -> Iterator[Case]:
    """Random bytes, bare and behind a good beginning."""
    whole = release()
    for number in range(8):
        data = os.urandom(2000)
        yield f"noise-{number}", data
        yield f"noise-behind-header-{number}", whole[: 30 * number + 4] + data
