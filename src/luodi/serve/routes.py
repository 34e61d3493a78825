"""Every path that is answered, written out; a path that is not in the table is not there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from luodi.serve.cases import IMAGE
from luodi.store.ledger.tokens import ROLES

ANY: frozenset[str] = frozenset(ROLES)
PREDICT: frozenset[str] = frozenset({"predict"})
FEEDBACK: frozenset[str] = frozenset({"feedback"})
REVIEW: frozenset[str] = frozenset({"review"})
"""Who sends truths need not see the records that wait for a person."""
ADMIN: frozenset[str] = frozenset({"admin"})
OPEN: frozenset[str] = frozenset()
"""Routes that say only whether the server lives are open to all."""
BACK = {
    "/feedback": "feedback",
    "/reviews/next": "review_next",
    "/reviews/answer": "review_answer",
    "/reviews/skip": "review_skip",
}
"""The action of each path on which something comes back from people."""
_IMAGE = re.compile(IMAGE.format(id="([0-9a-f-]{1,64})").encode())


@dataclass(frozen=True, slots=True)
class Route:
    """One path and method.

    Attributes:
        method: ``GET`` (then HEAD too) or ``POST``.
        action: What is done; the name of a method of the app.
        roles: Roles of the tokens that open it; empty for everybody.
        label: Name for metrics and the log, without any part that a client chose.
        model: The task it is about.
        heavy: Whether it takes one of the places of requests in flight.
    """

    method: str
    action: str
    roles: frozenset[str]
    label: str
    model: str = ""
    heavy: bool = False


def table(names: Iterable[str], feedback: bool) -> dict[bytes, Route]:
    """All routes by path.

    Args:
        names: The tasks that are served; the first one answers where no task is named.
        feedback: Whether outcomes can be kept.
    """
    listed = list(names)
    routes = {
        "/health/live": Route("GET", "live", OPEN, "/health/live"),
        "/health/ready": Route("GET", "ready", OPEN, "/health/ready"),
        "/ping": Route("GET", "ready", OPEN, "/ping"),
        "/v2/health/live": Route("GET", "live", OPEN, "/v2/health/live"),
        "/v2/health/ready": Route("GET", "ready", OPEN, "/v2/health/ready"),
        "/metrics": Route("GET", "metrics", ADMIN, "/metrics"),
        "/openapi.json": Route("GET", "openapi", ANY, "/openapi.json"),
        "/v2": Route("GET", "server", PREDICT, "/v2"),
        "/predict": Route("POST", "predict", PREDICT, "/predict", listed[0], True),
        "/invocations": Route("POST", "invocations", PREDICT, "/invocations", listed[0], True),
    }
    if feedback:
        for path, action in BACK.items():
            opens = FEEDBACK if action == "feedback" else REVIEW
            routes[path] = Route("POST", action, opens, path, heavy=True)
        routes[IMAGE] = Route("GET", "review_image", REVIEW, IMAGE, heavy=True)
    for name in listed:
        label = "/models/{name}/predict"
        routes[f"/models/{name}/predict"] = Route("POST", "predict", PREDICT, label, name, True)
        label = "/models/{name}/invocations"
        routes[f"/models/{name}/invocations"] = Route(
            "POST", "invocations", PREDICT, label, name, True
        )
        routes |= _inference(f"/v2/models/{name}", "/v2/models/{name}", name)
    return {path.encode(): route for path, route in routes.items()}


def versioned(path: bytes) -> tuple[bytes, str] | None:
    """A path of the inference protocol without its version, and the version."""
    before, mark, after = path.partition(b"/versions/")
    if not mark or not before.startswith(b"/v2/models/"):
        return None
    version, slash, rest = after.partition(b"/")
    try:
        return before + slash + rest, version.decode("ascii")
    except UnicodeDecodeError:
        return None


def case_of(path: bytes) -> str | None:
    """The id of the case whose image a path asks for; None for any other path."""
    found = _IMAGE.fullmatch(path)
    return found[1].decode() if found else None


def labels(routes: Iterable[Route]) -> list[str]:
    """Labels of all routes, and the one for what is not there."""
    return sorted({route.label for route in routes} | {"none"})


def _inference(path: str, label: str, name: str) -> dict[str, Route]:
    return {
        path: Route("GET", "about", PREDICT, label, name),
        f"{path}/ready": Route("GET", "model_ready", PREDICT, f"{label}/ready", name),
        f"{path}/infer": Route("POST", "infer", PREDICT, f"{label}/infer", name, True),
    }
