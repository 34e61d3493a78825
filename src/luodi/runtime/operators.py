"""What a release's graph may do: operators, versions, inputs, outputs and sizes by modality."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

ELEMENTWISE = frozenset(
    [
        "Add",
        "Sub",
        "Mul",
        "Div",
        "Pow",
        "Mod",
        "Min",
        "Max",
        "Where",
        "Equal",
        "Less",
        "LessOrEqual",
        "Greater",
        "GreaterOrEqual",
        "And",
        "Or",
        "Xor",
        "StringConcat",
    ]
)
UNARY = frozenset(
    [
        "Neg",
        "Abs",
        "Sqrt",
        "Exp",
        "Log",
        "Sigmoid",
        "Softmax",
        "Tanh",
        "Cast",
        "IsNaN",
        "IsInf",
        "Floor",
        "Ceil",
        "Round",
        "Not",
        "Sign",
        "Erf",
        "Sin",
        "Cos",
        "Identity",
        "Clip",
    ]
)
REDUCE = frozenset(["ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin"])
ARGUMENT = frozenset(["ArgMax", "ArgMin"])
LAYOUT = frozenset(
    [
        "Concat",
        "Gather",
        "GatherElements",
        "Reshape",
        "Squeeze",
        "Unsqueeze",
        "Split",
        "Slice",
        "MatMul",
        "Gemm",
        "Constant",
        "Flatten",
        "Transpose",
        "Expand",
        "Shape",
    ]
)
ONNX, ML = "", "ai.onnx.ml"
WINDOWS = frozenset(["Conv", "ConvInteger", "MaxPool", "AveragePool"])
# DynamicQuantizeLinear is left out: it measures over all rows that run together, and an answer
# would depend on the images beside it.
QUANTIZED = frozenset(["QuantizeLinear", "DequantizeLinear", "ConvInteger", "MatMulInteger"])
ACTIVATIONS = frozenset(["Relu", "HardSigmoid", "HardSwish", "LeakyRelu", "Elu", "Gelu"])
WHOLE = frozenset(["GlobalAveragePool", "GlobalMaxPool"])
# Each measures over one image alone, or over nothing: what a batch normalisation measured is given.
NORMALIZED = frozenset(["BatchNormalization", "InstanceNormalization", "LayerNormalization"])
NETWORK = WINDOWS | QUANTIZED | ACTIVATIONS | WHOLE | NORMALIZED | {"PRelu", "Pad", "Resize"}
_IMAGE = (
    NETWORK
    | REDUCE
    | ARGUMENT
    | (ELEMENTWISE - {"Mod", "Where", "Equal", "Xor", "StringConcat"})
    | (UNARY - {"IsNaN", "IsInf", "Sin", "Cos", "Sign"})
    | LAYOUT
)


class Form(NamedTuple):
    """What an output must be: kind of its elements, and dimensions with the rows."""

    kind: str
    rank: int


class Allowed(NamedTuple):
    """What the graphs of one modality may hold.

    Attributes:
        operators: Names by domain; nothing here runs other graphs, so nothing can loop.
        opsets: First and last version by domain.
        inputs: Names of the inputs. The last dimension is written down, those before it are
            open: (rows, columns) of a table, (rows, height, width, channels) of images.
        outputs: Forms of the outputs by name; None is not looked at.
        sizes: What stands for the open dimensions, primes because no other dimension should be
            equal by chance. Where there are several, the graph is worked out with each.
        element: ``TensorProto.DataType`` of the inputs; None for any.
        widths: What the last dimension of an input may be; None for any above 0.
        tables: Whether text may stand in the graph, NaN for "missing", and what mixes rows.
        elements: Most elements in one tensor when a whole chunk of rows runs.
        held: Most elements of the tensors of a chunk that are needed at one time.
        fixed: Most elements in one tensor that follows from constants alone, unless they
            themselves hold more.
        work: Most elements of all tensors of a chunk together; products of matrices, windows
            over images and the comparisons of trees are counted one by one.
        loading: The same of what follows from constants alone; it is done while loading.
    """

    operators: Mapping[str, frozenset[str]]
    opsets: Mapping[str, tuple[int, int]]
    inputs: frozenset[str]
    outputs: Mapping[str, Form | None]
    sizes: tuple[tuple[int, ...], ...]
    element: int | None = None
    widths: frozenset[int] | None = None
    tables: bool = False
    elements: int = 2**27
    held: int = 2**40
    fixed: int = 2**22
    work: int = 2**35
    loading: int = 2**35


ALLOWED = {
    "tabular": Allowed(
        operators={
            ONNX: ELEMENTWISE | UNARY | REDUCE | ARGUMENT | LAYOUT,
            ML: frozenset({"TreeEnsemble", "LabelEncoder"}),
        },
        opsets={ONNX: (18, 24), ML: (4, 5)},
        inputs=frozenset({"numbers", "categories", "times"}),
        outputs=dict.fromkeys(("probabilities", "decision", "review", "value")),
        sizes=((8191,),),  # just below core.session.MOST_CHUNK
        tables=True,
    ),
    # A chunk of images (core.cuts) holds 32 of them, or one of 2**25 pixels: here 31 images that
    # together have as many. So a tensor behind the Resize may have 4 million elements an image
    # (64 channels of 256 x 256), the tensors needed at one time 17 million, and the network
    # 9 * 10**9 products an image, which is twice a ResNet-50 at 224 x 224. One thread then holds
    # 2 GiB at most and takes seconds for an image, not hours.
    "image": Allowed(
        operators={ONNX: _IMAGE},
        opsets={ONNX: (18, 24)},
        inputs=frozenset({"image"}),
        outputs={
            "probabilities": Form("f", 2),
            "decision": Form("i", 1),
            "review": Form("b", 1),
            "value": Form("f", 1),
            "embedding": Form("f", 2),
            "heat": Form("f", 3),
            "strangeness": Form("f", 1),
        },
        sizes=((31, 1039, 1033), (29, 1069, 1063)),
        element=2,
        widths=frozenset({1, 3}),
        held=2**29,
        fixed=2**24,
        work=2**38,
        loading=2**32,
    ),
}
