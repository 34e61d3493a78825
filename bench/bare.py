"""The plainest fast server there is: raw ASGI, msgspec and onnxruntime around the same graph.

It checks nothing, keeps nothing and knows one model; ``bench.serve`` measures beside it.
Run as ``python -m bench.bare SERVER PORT RELEASE``, SERVER being uvicorn or granian.
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import numpy as np
import onnxruntime as ort

from luodi.runtime.container import open_release

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


def answering(path: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """What answers one record with the graph of a release."""
    members = open_release(path)
    codec = members.json["codec.json"]
    numbers = [column["name"] for column in codec["numbers"]]
    texts = [column["name"] for column in codec["categories"]]
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = ort.InferenceSession(members.model, options, providers=["CPUExecutionProvider"])
    names = ["probabilities", "decision"]

    def answer(record: dict[str, Any]) -> dict[str, Any]:
        feeds = {"numbers": np.array([[record[name] for name in numbers]], np.float64)}
        if texts:
            feeds["categories"] = np.array([[record[name] for name in texts]], str)
        probabilities, decision = session.run(names, feeds)
        return {"decision": int(decision[0]), "probability": float(probabilities[0, 1])}

    return answer


def app_of(path: str) -> Callable[[dict[str, Any], Receive, Send], Awaitable[None]]:
    """The ASGI app for the graph of a release."""
    answer = answering(path)
    decode, encode = msgspec.json.Decoder().decode, msgspec.json.Encoder().encode
    headers = [(b"content-type", b"application/json")]

    async def app(scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        content = encode(answer(decode(body)))
        length = [(b"content-length", str(len(content)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers + length})
        await send({"type": "http.response.body", "body": content})

    return app


def main(server: str, port: int, path: str) -> int:
    """Serve until killed."""
    if server == "uvicorn":
        import uvicorn

        uvicorn.run(
            app_of(path), host="127.0.0.1", port=port, log_level="error", lifespan="off",
            http="httptools", access_log=False,
        )  # fmt: skip
        return 0
    import asyncio

    from granian.constants import Interfaces
    from granian.server.embed import Server

    asyncio.run(
        Server(app_of(path), address="127.0.0.1", port=port, interface=Interfaces.ASGINL).serve()
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
