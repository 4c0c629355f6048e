"""What makes a mapping a node: the operations and blocks that there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inception_graph.spec.tree import Mapping

if TYPE_CHECKING:
    from collections.abc import Collection

    from inception_graph.ops.base import Operation


ENTRY = "entry"
"""The key of a join for a node that its branches read by this name."""


@dataclass(frozen=True)
class Vocabulary:
    """The words that a node's operation can be.

    Attributes:
        operations: Every operation by its key.
        blocks: Names of the spec's blocks.
    """

    operations: dict[str, type[Operation]]
    blocks: Collection[str]

    def is_node(self, tree: Mapping) -> bool:
        """A mapping that holds an operation is a node; one of mere scalars is meant to be one."""
        for key, (_, value) in tree.entries.items():
            operation = self.operations.get(key)
            if key in self.blocks or (operation is not None and operation.many):
                return True
            if operation is None:
                continue
            options = (
                isinstance(value, Mapping) and value.entries.keys() <= operation.model_fields.keys()
            )
            if options or not (isinstance(value, Mapping) and self._words(value)):
                return True
        return not any(isinstance(value, Mapping) for _, value in tree.entries.values())

    def _words(self, tree: Mapping) -> list[str]:
        """The keys of a mapping that name an operation or a block."""
        return [key for key in tree.entries if key in self.operations or key in self.blocks]

    def operation_keys(self, tree: Mapping) -> list[str]:
        """The keys that can be a node's operation: 'activation' beside 'conv' is a field."""
        keys = self._words(tree)
        if len(keys) < 2:
            return keys
        fields = {
            key: self.operations[key].model_fields if key in self.operations else () for key in keys
        }
        heads = [key for key in keys if all(other == key or other in fields[key] for other in keys)]
        if heads:
            return heads
        # 'activation' beside 'concat' is meant as a field too, though concat has none.
        optional = {
            name for operation in self.operations.values() for name in operation.model_fields
        }
        heads = [key for key in keys if key not in optional]
        return heads if len(heads) == 1 else keys
