"""The Open Inference Protocol: plain JSON, binary tensors, and what does not fit."""

import json
import struct

import numpy as np
import pytest

from luodi.runtime.load import load
from serving import NAME, RECORD, release

RELEASE = load(release())
INFER = f"/v2/models/{NAME}/infer"
TYPES = ["L", "M", "Q"]
TORQUES = [40.0, 70.5, float("nan")]


def tensor(name, data, datatype="FP64", **more):
    return {"name": name, "shape": [len(data)], "datatype": datatype, "data": data} | more


def wanted(torque, kind):
    missing = torque is None or torque != torque
    return RELEASE.predict({"torque": None if missing else torque, "type": kind, "speed": 1500})


def test_metadata_names_every_column_and_output(server):
    assert server.ask("/v2").json["extensions"] == ["binary_tensor_data"]
    about = server.ask(f"/v2/models/{NAME}").json
    assert about["name"] == NAME and about["versions"] == [RELEASE.digest[7:19]]
    assert [(one["name"], one["datatype"]) for one in about["inputs"]] == [
        ("torque", "FP64"),
        ("speed", "FP64"),
        ("type", "BYTES"),
    ]
    assert {one["name"] for one in about["outputs"]} == {
        "decision", "probability", "id", "action", "release", "warnings",
    }  # fmt: skip


def test_json_tensors_are_answered_as_records_are(server):
    speed = tensor("speed", [[1500]] * 3, "INT64") | {"shape": [3, 1]}
    inputs = [tensor("torque", [40.0, 70.5, None]), tensor("type", TYPES, "BYTES"), speed]
    answer = server.ask(INFER, {"id": "mine", "inputs": inputs}).json
    assert (answer["model_name"], answer["id"]) == (NAME, "mine")
    outputs = {one["name"]: one for one in answer["outputs"]}
    expected = [wanted(*pair) for pair in zip([40.0, 70.5, None], TYPES, strict=True)]
    assert outputs["probability"]["data"] == [one["probability_1"] for one in expected]
    assert outputs["decision"] == {
        "name": "decision",
        "shape": [3],
        "datatype": "INT64",
        "data": [one["decision"] for one in expected],
    }
    assert outputs["warnings"]["data"][2] == "unseen_category:type"


def test_binary_tensors_in_and_out(server):
    texts = b"".join(struct.pack("<I", len(t)) + t.encode() for t in TYPES)
    numbers = np.array(TORQUES, "<f8").tobytes()
    inputs = [
        {"name": "type", "shape": [3], "datatype": "BYTES"},
        {"name": "torque", "shape": [3, 1], "datatype": "FP64"},
        tensor("speed", [1500, 1500, 1500]),
    ]
    inputs[0]["parameters"] = {"binary_data_size": len(texts)}
    inputs[1]["parameters"] = {"binary_data_size": len(numbers)}
    outputs = [
        {"name": "probability", "parameters": {"binary_data": True}},
        {"name": "action", "parameters": {"binary_data": True}},
        {"name": "decision"},
    ]
    head = json.dumps({"inputs": inputs, "outputs": outputs}).encode()
    length = {"Inference-Header-Content-Length": str(len(head))}
    answer = server.ask(INFER, head + texts + numbers, headers=length)
    size = int(answer.headers["inference-header-content-length"])
    given = json.loads(answer.body[:size])
    expected = [wanted(*pair) for pair in zip(TORQUES, TYPES, strict=True)]
    probabilities = np.frombuffer(answer.body[size : size + 24], "<f8").tolist()
    assert probabilities == [one["probability_1"] for one in expected]
    assert given["outputs"][0]["parameters"] == {"binary_data_size": 24}
    assert b"review" in answer.body[size + 24 :]
    assert given["outputs"][2]["data"] == [one["decision"] for one in expected]


def test_versions_lead_to_the_release_in_use_and_nowhere_else(server):
    version = RELEASE.digest[7:19]
    body = {"inputs": [tensor("torque", [1.0])]}
    assert server.ask(f"/v2/models/{NAME}/versions/{version}/infer", body).status == 200
    assert server.ask(f"/v2/models/{NAME}/versions/{version}").status == 200
    for other in ("1", version.upper() + "x", "..", "%2e%2e", ""):
        answer = server.ask(f"/v2/models/{NAME}/versions/{other}/infer", body)
        assert answer.status == 404 and answer.json["error"] == answer.json["code"]


@pytest.mark.parametrize(
    "change",
    [
        {"inputs": []},
        {"inputs": None},
        {"inputs": [7]},
        {"inputs": [tensor("torque", [1.0], "FP63")]},
        {"inputs": [tensor("torque", [1.0]) | {"shape": [2]}]},
        {"inputs": [tensor("torque", [1.0]) | {"shape": [1, 2]}]},
        {"inputs": [tensor("torque", [1.0]) | {"shape": [-1]}]},
        {"inputs": [tensor("torque", [1.0]) | {"shape": [True]}]},
        {"inputs": [tensor("torque", ["1"])]},
        {"inputs": [tensor("torque", [1.0]), tensor("torque", [1.0])]},
        {"inputs": [tensor("torque", [1.0]), tensor("speed", [1.0, 2.0])]},
        {"inputs": [tensor("torque", [1.0], parameters={"binary_data_size": 8})]},
        {"inputs": [tensor("torque", [1.0], parameters=[])]},
        {"inputs": [tensor("torque", [1.0])], "outputs": [{"name": "no such"}]},
        {"inputs": [tensor("torque", [1.0])], "outputs": [{}]},
        {"inputs": [tensor("torque", [1.0])], "id": 7},
    ],
)
def test_tensors_that_do_not_fit_are_refused(server, change):
    answer = server.ask(INFER, change)
    assert (answer.status, answer.json["code"]) == (400, "serve.tensors")


@pytest.mark.parametrize("length", ["-1", "x", "999999999", "99999999999999999999"])
def test_a_length_of_the_json_that_lies_is_refused(server, length):
    body = {"inputs": [tensor("torque", [1.0])]}
    answer = server.ask(INFER, body, headers={"Inference-Header-Content-Length": length})
    assert (answer.status, answer.json["code"]) == (400, "serve.tensors")


def test_infinity_in_bytes_is_refused(server):
    head = json.dumps(
        {
            "inputs": [
                {
                    "name": "torque",
                    "shape": [1],
                    "datatype": "FP64",
                    "parameters": {"binary_data_size": 8},
                }
            ]
        }
    ).encode()
    body = head + struct.pack("<d", float("inf"))
    answer = server.ask(INFER, body, headers={"Inference-Header-Content-Length": str(len(head))})
    assert (answer.status, answer.json["code"]) == (400, "serve.tensors")


FORMS = {
    "dataframe_split": {"columns": list(RECORD), "data": [list(RECORD.values())]},
    "dataframe_records": [RECORD],
    "instances": [RECORD],
    "inputs": {name: [value] for name, value in RECORD.items()},
}


@pytest.mark.parametrize("form", FORMS)
def test_mlflow_clients_are_answered(server, form):
    answer = server.ask("/invocations", {form: FORMS[form]})
    assert [one["decision"] for one in answer.json["predictions"]] == [0]
    assert answer.json["predictions"][0]["release"] == RELEASE.digest
    assert server.ask("/ping", role=None).status == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"dataframe_split": {"columns": ["a", "a"], "data": []}},
        {"dataframe_split": {"columns": ["a"], "data": [[1, 2]]}},
        {"dataframe_split": {"columns": ["a"], "data": [7]}},
        {"dataframe_split": []},
        {"dataframe_records": {}},
        {"dataframe_records": [7]},
        {"inputs": {"a": [1], "b": [1, 2]}},
        {"inputs": {"a": [1], "b": 2}},
        {"inputs": [RECORD], "instances": [RECORD]},
        {"inputs": [RECORD], "else": 1},
    ],
)
def test_what_is_in_no_form_of_mlflow_is_refused(server, body):
    answer = server.ask("/invocations", body)
    assert (answer.status, answer.json["code"]) == (422, "serve.not_records")
