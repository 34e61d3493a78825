"""What can be true of an answer: its own release knows, whatever is in service by now."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from luodi.core.codec import Codec
from luodi.modalities.codecs import codec
from luodi.runtime.container import open_release
from luodi.store import lookup
from luodi.store.home import Home


class Codecs:
    """Codecs by answer. It is an object because each is read from its release once.

    Args:
        home: The home with releases and ledger.
    """

    def __init__(self, home: Home) -> None:
        self._home = home
        self._known: dict[str, Codec] = {}

    def of(self, ids: Collection[str]) -> Mapping[str, Codec]:
        """The codec of the release that gave each of these answers; unknown ids are left out.

        Raises:
            LuodiError: ``ledger.unreachable``, ``store.*``, ``release.*``.
        """
        digests = lookup.releases_of(self._home.ledger, ids)
        if new := {*digests.values()} - self._known.keys():
            blobs = {release.digest: release.blob for release in self._home.ledger.releases()}
            for digest in new:
                members = open_release(self._home.blobs.get(blobs[digest]))
                self._known[digest] = codec(members.json["codec.json"])
        return {name: self._known[digest] for name, digest in digests.items()}
