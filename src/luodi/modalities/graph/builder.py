"""A small writer of ONNX graphs: operators in, names out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import onnx

OPSETS = {"": 21, "ai.onnx.ml": 5}
IR_VERSION = 10


class Builder:
    """Collects nodes and initializers under fresh names; equal constants are kept once."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []
        self._kept: dict[tuple[str, tuple[int, ...], bytes], str] = {}
        self._count = 0

    def name(self, stem: str) -> str:
        """A name that is not taken."""
        self._count += 1
        return f"{stem}_{self._count}"

    def constant(self, array: Any) -> str:
        """The name of an initializer with this content."""
        from onnx import numpy_helper

        value = np.asarray(array)
        key = (value.dtype.str, value.shape, value.tobytes())
        if value.dtype == object or key not in self._kept:
            name = self.name("constant")
            self.initializers.append(numpy_helper.from_array(value, name))
            if value.dtype == object:
                return name
            self._kept[key] = name
        return self._kept[key]

    def __call__(
        self,
        operator: str,
        *inputs: str,
        to: str | None = None,
        domain: str = "",
        **attributes: Any,
    ) -> str:
        """Add an operator of one output and return the output's name."""
        from onnx import helper

        output = to or self.name(operator.lower())
        node = helper.make_node(operator, list(inputs), [output], domain=domain, **attributes)
        self.nodes.append(node)
        return output

    def cast(self, name: str, dtype: Any) -> str:
        """A cast to a numpy type."""
        from onnx import helper

        output = self.name("cast")
        to = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
        self.nodes.append(helper.make_node("Cast", [name], [output], to=to))
        return output

    def add(self, nodes: Sequence[Any], initializers: Sequence[Any]) -> None:
        """Add nodes that were made elsewhere."""
        self.nodes.extend(nodes)
        self.initializers.extend(initializers)

    def model(
        self, inputs: Sequence[Any], outputs: Sequence[Any], metadata: dict[str, str]
    ) -> bytes:
        """The finished model, checked, as bytes.

        Args:
            inputs: Value infos of the graph's inputs.
            outputs: Value infos of its outputs.
            metadata: Texts to carry along.
        """
        import onnx
        from onnx import helper

        graph = helper.make_graph(self.nodes, "luodi", inputs, outputs, self.initializers)
        used = {node.domain for node in self.nodes}
        imports = [
            helper.make_opsetid(name, OPSETS[name]) for name in OPSETS if name in {"", *used}
        ]
        model = helper.make_model(
            graph, opset_imports=imports, ir_version=IR_VERSION, producer_name="luodi"
        )
        helper.set_model_props(model, metadata)
        onnx.checker.check_model(model)
        return bytes(model.SerializeToString(deterministic=True))
