"""Read the text of a YAML or JSON file as mappings, lists and texts, and as nothing else.

Whatever is written for machines (anchors, tags, several documents) is refused, and every value
stays the text it is: printed digits remain as they were printed.
"""

import json
from typing import Any, NoReturn

from backprop_core.reading import printable, quoted

__all__ = ["described", "read_tree"]

MOST_BYTES = 100_000
DEEPEST = 8


def read_tree(text: bytes | str, name: str) -> Any:
    """Read a tree of mappings, lists and texts.

    Parameters and errors are those of `backprop_core.published.read_example`.

    Examples
    --------
    >>> read_tree("x: [0.50, 1]", "The file")
    {'x': ['0.50', '1']}
    """
    size = len(text if isinstance(text, bytes) else text.encode(errors="replace"))
    if size > MOST_BYTES:
        most = f"{MOST_BYTES:,}"  # how many more is not known: a page sends the beginning alone
        raise ValueError(f"{name} has more than {most} bytes, but expected at most {most}.")
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8-sig")
        except UnicodeDecodeError as problem:
            raise ValueError(
                f"{name} has the byte {text[problem.start]:#04x} at place {problem.start + 1:,}, "
                "but expected text in UTF-8."
            ) from None
    text = text.removeprefix("\N{BYTE ORDER MARK}")
    if not text.strip():
        raise ValueError(f"{name} is empty, but expected an example in YAML or JSON.")
    return _json_tree(text, name) if text.lstrip().startswith("{") else _yaml_tree(text, name)


def _too_deep(name: str) -> NoReturn:
    raise ValueError(f"{name} is nested too deep, but expected at most {DEEPEST} levels.")


def _json_tree(text: str, name: str) -> Any:
    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for key, value in found:
            if key in mapping:
                raise ValueError(f"{name} has the key {quoted(key)} twice, but expected it once.")
            mapping[key] = value
        return mapping

    def texts(value: Any, depth: int) -> Any:
        if depth > DEEPEST:
            _too_deep(name)
        if isinstance(value, dict):
            return {key: texts(entry, depth + 1) for key, entry in value.items()}
        if isinstance(value, list):
            return [texts(entry, depth + 1) for entry in value]
        return (
            {True: "true", False: "false", None: ""}[value] if not isinstance(value, str) else value
        )

    try:
        tree = json.loads(
            text, parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=pairs
        )
    except json.JSONDecodeError as problem:
        raise ValueError(
            f"{name} is not JSON at line {problem.lineno}, column {problem.colno}: "
            f"{problem.msg[0].lower()}{problem.msg[1:]}."
        ) from None
    except RecursionError:
        _too_deep(name)
    return texts(tree, 0)


def _yaml_tree(text: str, name: str) -> Any:
    """The tree that YAML's events tell, where anchors, aliases and tags are refused."""
    import yaml  # a page that is opened has no use for it yet

    stack: list[Any] = []
    keys: list[str | None] = []  # of the mappings on the stack: the key that waits for its value
    roots: list[Any] = []

    def put(value: Any, line: int) -> None:
        if not stack:
            roots.append(value)
        elif isinstance(stack[-1], list):
            stack[-1].append(value)
        elif keys[-1] is not None:
            stack[-1][keys[-1]] = value
            keys[-1] = None
        elif not isinstance(value, str):
            raise ValueError(
                f"{name}, line {line}, has {described(value)} as a key, but expected a text."
            )
        elif value in stack[-1]:
            raise ValueError(
                f"{name}, line {line}, has the key {quoted(value)} again, but expected it once."
            )
        else:
            keys[-1] = value

    try:
        for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            line = event.start_mark.line + 1 if event.start_mark else 1
            tag = getattr(event, "tag", None)
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise ValueError(f"{name}, line {line}, has an anchor or alias, but expected none.")
            if tag:
                raise ValueError(
                    f"{name}, line {line}, has the tag {quoted(tag)}, but expected none."
                )
            if isinstance(event, yaml.DocumentStartEvent) and roots:
                raise ValueError(
                    f"{name}, line {line}, begins a second document, but expected one."
                )
            if isinstance(event, yaml.ScalarEvent):
                put(event.value, line)
            elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
                value: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
                put(value, line)
                stack.append(value)
                keys.append(None)
                if len(stack) > DEEPEST:
                    _too_deep(name)
            elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                stack.pop()
                keys.pop()
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        where = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise ValueError(f"{name} is not YAML{where}: {printable(str(problem.problem))}.") from None
    except yaml.YAMLError as problem:
        found = printable(str(problem).partition("\n")[0])
        raise ValueError(f"{name} is not YAML: {found}.") from None
    except RecursionError:
        _too_deep(name)
    return roots[0] if roots else None


def described(value: Any) -> str:
    """A part of a tree, as it may stand in a sentence."""
    if isinstance(value, dict):
        return "a mapping"
    return "a list" if isinstance(value, list) else quoted(value)
