"""Clients that others wrote, and a tool that knows only the published document."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from image_serving import image_home, image_release, photo, text
from luodi.runtime.load import load
from promise import count
from serving import NAME, release, running

EXAMPLES = count(15, 100)
CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance",
    "response_schema_conformance", "response_headers_conformance",
)  # fmt: skip
RELEASE = load(release())


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running(tmp_path_factory.mktemp("served"), auth=False) as started:
        yield started


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A server of images."""
    folder = tmp_path_factory.mktemp("images")
    image_home(folder / "home").close()
    with running(folder, auth=False) as started:
        yield started


@pytest.fixture
def triton(server):
    client = pytest.importorskip("tritonclient.http", reason="pip install 'luodi[conformance]'")
    with client.InferenceServerClient(f"127.0.0.1:{server.port}") as connected:
        yield client, connected


def tensors(client, binary):
    torque = client.InferInput("torque", [3, 1], "FP64")
    torque.set_data_from_numpy(np.array([[40.0], [70.5], [np.nan]]), binary_data=binary)
    kind = client.InferInput("type", [3], "BYTES")
    kind.set_data_from_numpy(np.array(["L", "新", "M"], object), binary_data=binary)
    speed = client.InferInput("speed", [3], "INT64")
    speed.set_data_from_numpy(np.array([1500, 1500, 1500]), binary_data=binary)
    return [torque, kind, speed] if binary else [kind, speed]


def expected(binary):
    torques = [40.0, 70.5, None] if binary else [None] * 3
    pairs = zip(torques, ["L", "新", "M"], strict=True)
    return [RELEASE.predict({"torque": t, "type": k, "speed": 1500}) for t, k in pairs]


def test_the_triton_client_finds_server_and_model(triton):
    _, connected = triton
    assert connected.is_server_live() and connected.is_server_ready()
    assert connected.is_model_ready(NAME)
    assert connected.get_server_metadata()["name"] == "luodi"
    assert {one["name"] for one in connected.get_model_metadata(NAME)["inputs"]} == {
        "torque",
        "speed",
        "type",
    }


@pytest.mark.parametrize("binary", [True, False])
def test_the_triton_client_gets_the_answers_of_the_release(triton, binary):
    client, connected = triton
    result = connected.infer(NAME, tensors(client, binary), request_id="7")
    wanted = expected(binary)
    assert result.get_response()["id"] == "7"
    assert result.as_numpy("probability").tolist() == [one["probability_1"] for one in wanted]
    assert result.as_numpy("decision").tolist() == [one["decision"] for one in wanted]
    actions = [text.decode() for text in result.as_numpy("action")]
    assert actions == [one["action"] for one in wanted]
    only = [client.InferRequestedOutput("decision", binary_data=not binary)]
    chosen = connected.infer(
        NAME, tensors(client, binary), outputs=only, model_version=RELEASE.digest[7:19]
    )
    assert chosen.as_numpy("decision").tolist() == [one["decision"] for one in wanted]
    assert chosen.as_numpy("action") is None


def test_the_triton_client_is_told_what_is_wrong(triton):
    client, connected = triton
    with pytest.raises(Exception, match=r"serve\.no_route"):
        connected.infer("other", tensors(client, True))
    wrong = client.InferInput("torque", [1], "BYTES")
    wrong.set_data_from_numpy(np.array(["much"], object))
    with pytest.raises(Exception, match=r"rows\.not_a_number"):
        connected.infer(NAME, [wrong])


def test_the_triton_client_sends_images_as_bytes_and_as_text(shop):
    client = pytest.importorskip("tritonclient.http", reason="pip install 'luodi[conformance]'")
    files = [photo("JPEG", (30, 40), 1), photo("PNG", (50, 20), 2)]
    release = load(image_release())
    wanted = [release.predict({"image": data})["decision"].encode() for data in files]
    with client.InferenceServerClient(f"127.0.0.1:{shop.port}") as connected:
        for binary, elements in ((True, files), (False, [*map(text, files)])):
            image = client.InferInput("image", [2, 1], "BYTES")
            image.set_data_from_numpy(np.array(elements, object)[:, None], binary_data=binary)
            assert connected.infer(NAME, [image]).as_numpy("decision").tolist() == wanted


@pytest.mark.promise("Schemathesis on the published OpenAPI: no unplanned 5xx")
@pytest.mark.parametrize("served", ["server", "shop"])
def test_answers_are_as_the_published_document_says(served, request, tmp_path, promise):
    server = request.getfixturevalue(served)
    pytest.importorskip("schemathesis", reason="pip install 'luodi[conformance]'")
    tool = Path(sys.executable).with_name("schemathesis")
    if not tool.exists() and not shutil.which("schemathesis"):
        pytest.skip("the program schemathesis is not beside this Python")
    address = f"http://127.0.0.1:{server.port}/openapi.json"
    command = [str(tool), "run", address, "--checks", ",".join(CHECKS), "-n", str(EXAMPLES)]
    command += ["--seed", "1", "--phases", "examples,coverage,fuzzing", "--no-color"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=550)
    print("\n".join(done.stdout.splitlines()[-12:]))
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    generated = re.search(r"(\d+) generated", done.stdout)
    assert generated is not None
    promise(int(generated[1]))
