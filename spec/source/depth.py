"""How deeply a JSON value is nested, told without recursion."""

from __future__ import annotations

from spec.source.pointer import Json, escape


def deeper_than(limit: int, value: Json) -> str | None:
    """The pointer of a container with ``limit`` or more others around it, or None: ``[[1]]`` is 2 levels deep."""
    level = [value] if isinstance(value, (dict, list)) else []
    for _ in range(limit):
        if not level:
            return None
        level = [
            child
            for container in level
            for child in (container.values() if isinstance(container, dict) else container)
            if isinstance(child, (dict, list))
        ]
    if not level:
        return None
    return _first_below(value, limit)


def _first_below(value: Json, limit: int) -> str | None:
    stack: list[tuple[str, Json, int]] = [("", value, 1)]
    while stack:
        pointer, here, depth = stack.pop()
        if depth > limit:
            return pointer
        named = here.items() if isinstance(here, dict) else enumerate(here)
        stack.extend(
            (f"{pointer}/{escape(name)}", child, depth + 1) for name, child in named if isinstance(child, (dict, list))
        )
    return None
