"""What a release's graph may do: operators, versions, inputs, outputs and sizes by modality."""

from __future__ import annotations

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


class Allowed(NamedTuple):
    """What the graphs of one modality may hold.

    Attributes:
        operators: Names by domain; nothing here runs other graphs, so nothing can loop.
        opsets: First and last version by domain.
        inputs: Names of the inputs; each has shape (rows, columns).
        outputs: Names of the outputs.
        elements: Most elements in one tensor when a whole chunk of rows runs.
        fixed: Most elements in one tensor that follows from constants alone, unless they
            themselves hold more.
        work: Most elements of all tensors of a chunk together; products of matrices and the
            comparisons of trees are counted one by one.
    """

    operators: dict[str, frozenset[str]]
    opsets: dict[str, tuple[int, int]]
    inputs: frozenset[str]
    outputs: frozenset[str]
    elements: int = 2**27
    fixed: int = 2**22
    work: int = 2**35


ALLOWED = {
    "tabular": Allowed(
        operators={
            ONNX: ELEMENTWISE | UNARY | REDUCE | ARGUMENT | LAYOUT,
            ML: frozenset({"TreeEnsemble", "LabelEncoder"}),
        },
        opsets={ONNX: (18, 24), ML: (4, 5)},
        inputs=frozenset({"numbers", "categories", "times"}),
        outputs=frozenset({"probabilities", "decision", "review", "value"}),
    )
}
