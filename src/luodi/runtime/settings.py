"""Settings of a network's operators: only those that are known, each with a value that is."""

from __future__ import annotations

from collections.abc import Set
from typing import Any

from luodi.runtime.tensors import Node, Unknown


def ask(holds: bool, what: str) -> None:
    """Refuse the node unless something holds.

    Args:
        holds: Whether it does.
        what: The setting or input that is to blame.

    Raises:
        Unknown: with what is to blame.
    """
    if not holds:
        raise Unknown(what)


def only(node: Node, names: Set[str], **values: Any) -> None:
    """Refuse a node with other settings than these.

    Args:
        node: The node.
        names: Settings that it may have.
        values: Settings that it may have with this value alone.

    Raises:
        Unknown: with the setting that is to blame.
    """
    for name, value in node.attributes.items():
        ask(name in names or name in values, "unknown setting")
        if name in values:
            ask(type(value) is type(values[name]) and value == values[name], name)
