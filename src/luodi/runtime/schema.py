"""The part of ONNX's message types that a release may use.

Numbers and names are those of onnx.proto (https://github.com/onnx/onnx, IR version 13). What is
left out is refused: data in other files, sub-graphs, functions, sparse tensors, training parts.
"""

from __future__ import annotations

from luodi.runtime.protobuf import Field, Message

MOST_NODES = 20_000

ENTRY = Message(
    "StringStringEntryProto",
    {1: Field("key", "bytes"), 2: Field("value", "bytes")},
    {},
)
TENSOR = Message(
    "TensorProto",
    {
        1: Field("dims", "integer", many=True),
        2: Field("data_type", "integer"),
        4: Field("float_data", "floats"),
        5: Field("int32_data", "integers"),
        6: Field("string_data", "bytes", many=True),
        7: Field("int64_data", "integers"),
        8: Field("name", "bytes"),
        9: Field("raw_data", "bytes"),
        10: Field("double_data", "doubles"),
        12: Field("doc_string", "bytes"),
    },
    {
        3: "segment",
        11: "uint64_data",
        13: "external_data",
        14: "data_location",
        16: "metadata_props",
    },
)
ATTRIBUTE = Message(
    "AttributeProto",
    {
        1: Field("name", "bytes"),
        2: Field("f", "float"),
        3: Field("i", "integer"),
        4: Field("s", "bytes"),
        5: Field("t", "message", of=TENSOR),
        7: Field("floats", "float", many=True),
        8: Field("ints", "integer", many=True),
        9: Field("strings", "bytes", many=True),
        13: Field("doc_string", "bytes"),
        20: Field("type", "integer"),
    },
    {
        6: "g",
        10: "tensors",
        11: "graphs",
        14: "tp",
        15: "type_protos",
        21: "ref_attr_name",
        22: "sparse_tensor",
        23: "sparse_tensors",
    },
)
NODE = Message(
    "NodeProto",
    {
        1: Field("input", "bytes", many=True),
        2: Field("output", "bytes", many=True),
        3: Field("name", "bytes"),
        4: Field("op_type", "bytes"),
        5: Field("attribute", "message", many=True, of=ATTRIBUTE),
        6: Field("doc_string", "bytes"),
        7: Field("domain", "bytes"),
    },
    {8: "overload", 9: "metadata_props", 10: "device_configurations"},
)
DIMENSION = Message(
    "TensorShapeProto.Dimension",
    {1: Field("dim_value", "integer"), 2: Field("dim_param", "bytes")},
    {3: "denotation"},
)
SHAPE = Message("TensorShapeProto", {1: Field("dim", "message", many=True, of=DIMENSION)}, {})
TENSOR_TYPE = Message(
    "TypeProto.Tensor",
    {1: Field("elem_type", "integer"), 2: Field("shape", "message", of=SHAPE)},
    {},
)
TYPE = Message(
    "TypeProto",
    {1: Field("tensor_type", "message", of=TENSOR_TYPE)},
    {
        4: "sequence_type",
        5: "map_type",
        6: "denotation",
        7: "opaque_type",
        8: "sparse_tensor_type",
        9: "optional_type",
    },
)
VALUE = Message(
    "ValueInfoProto",
    {
        1: Field("name", "bytes"),
        2: Field("type", "message", of=TYPE),
        3: Field("doc_string", "bytes"),
    },
    {4: "metadata_props"},
)
GRAPH = Message(
    "GraphProto",
    {
        1: Field("node", "message", many=True, most=MOST_NODES, of=NODE),
        2: Field("name", "bytes"),
        5: Field("initializer", "message", many=True, of=TENSOR),
        10: Field("doc_string", "bytes"),
        11: Field("input", "message", many=True, of=VALUE),
        12: Field("output", "message", many=True, of=VALUE),
        13: Field("value_info", "message", many=True, of=VALUE),
    },
    {14: "quantization_annotation", 15: "sparse_initializer", 16: "metadata_props"},
)
OPSET = Message(
    "OperatorSetIdProto",
    {1: Field("domain", "bytes"), 2: Field("version", "integer")},
    {},
)
MODEL = Message(
    "ModelProto",
    {
        1: Field("ir_version", "integer"),
        2: Field("producer_name", "bytes"),
        3: Field("producer_version", "bytes"),
        4: Field("domain", "bytes"),
        5: Field("model_version", "integer"),
        6: Field("doc_string", "bytes"),
        7: Field("graph", "message", of=GRAPH),
        8: Field("opset_import", "message", many=True, of=OPSET),
        14: Field("metadata_props", "message", many=True, of=ENTRY),
    },
    {20: "training_info", 25: "functions", 26: "configuration"},
)
