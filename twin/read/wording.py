"""What pydantic finds wrong in a document, worded for people and put on its line."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ValidationError

from twin.problems import Problem, did_you_mean, fault_in_words
from twin.read.document import Document, Path_

_TYPES = {"integer": "a whole number", "string": "a text", "object": "a mapping", "array": "a list"}


def problems_of(error: ValidationError, document: Document, model: type[BaseModel]) -> list[Problem]:
    """Turn pydantic's errors into problems that name file and line."""
    problems = []
    for detail in error.errors(include_url=False):
        if detail["type"] == "too_short" and len(detail["input"]) >= detail["ctx"]["min_length"]:
            # items that are wrong themselves are told; they are not too few
            continue
        path = _path_in(document.content, detail["loc"])
        parts = schema_at(model, document.content, path[:-1])
        problems.append(document.problem(path, _text(detail, str(path[-1]) if path else "", parts)))
    return problems


def truths(document: Document, model: type[BaseModel]) -> Iterator[Problem]:
    """Yield every true or false that stands where a whole number is expected, which pydantic takes for 1 or 0."""

    def walk(node: Any, path: Path_) -> Iterator[Path_]:
        if isinstance(node, bool):
            yield path
        parts = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
        for key, value in parts:
            yield from walk(value, (*path, key))

    for path in walk(document.content, ()):
        kind = schema_at(model, document.content, path).get("type")
        if kind in ("integer", "number"):
            yield document.problem(path, "true or false is not a number, expected one such as 3")


def schema_at(model: type[BaseModel], content: Any, path: Path_) -> dict[str, Any]:
    """Return the part of a model's JSON Schema that describes a place in a document; empty when none does."""
    schema, definitions = _schema(model), _schema(model).get("$defs", {})
    node = content
    for part in (None, *path):
        if part is not None:
            schema = _below(schema, part)
            node = _part(node, part)
        schema = _resolved(schema, definitions, node)
    return schema


@lru_cache(maxsize=8)
def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema()


def _part(node: Any, part: str | int) -> Any:
    """Return a value or item of plain data; None when there is none."""
    if isinstance(node, dict):
        return node.get(str(part))
    return node[part] if isinstance(node, list) and isinstance(part, int) and part < len(node) else None


def _below(schema: dict[str, Any], part: str | int) -> dict[str, Any]:
    """Return what a schema says of one key or item."""
    named = schema.get("properties", {}).get(part) or schema.get("additionalProperties") or schema.get("items")
    return named if isinstance(named, dict) else {}


def _resolved(schema: dict[str, Any], definitions: dict[str, Any], node: Any) -> dict[str, Any]:
    """Follow references, optional values and the kinds of a union to the schema that a value is meant for."""
    while True:
        mapping = schema.get("discriminator", {}).get("mapping")
        real = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
        if "$ref" in schema:
            schema = definitions[schema["$ref"].rsplit("/", 1)[1]]
        elif mapping is not None:
            tag = node.get(schema["discriminator"]["propertyName"]) if isinstance(node, dict) else None
            schema = {"$ref": mapping[tag]} if isinstance(tag, str) and tag in mapping else {}
        elif len(real) == 1:
            schema = {**schema, **real[0], "anyOf": ()}
        elif "oneOf" in schema and isinstance(node, dict):
            # told apart by the keys that are written
            kinds = [definitions[one["$ref"].rsplit("/", 1)[1]] for one in schema["oneOf"] if "$ref" in one]
            schema = max(kinds, key=lambda kind: len(kind.get("properties", {}).keys() & node.keys()), default={})
        else:
            return schema


def _path_in(content: Any, loc: tuple[int | str, ...]) -> Path_:
    """Return an error's path without the parts that only the schema has, such as a union's tag."""
    path: list[int | str] = []
    for place, part in enumerate(loc):
        if _part(content, part) is not None or (isinstance(content, dict | list) and place == len(loc) - 1):
            path.append(part)
            content = _part(content, part)
    return tuple(path)


def _text(detail: Any, name: str, parts: dict[str, Any]) -> str:
    """Word one error for people; ``parts`` is the schema of what the name stands in."""
    kind, context = detail["type"], detail.get("ctx", {})
    known = parts.get("properties", {})
    if kind == "missing":
        wanted = known.get(name, {})
        choices = " or ".join(map(str, wanted.get("enum", ())))
        expected = wanted.get("description") or wanted.get("const") or choices or _TYPES.get(wanted.get("type"))
        cure = f", expected {expected}" if expected else "; `gigatwin schema` says what belongs there"
        return f"'{name}' is missing here{cure}"
    if kind == "extra_forbidden":
        return f"unknown key '{name}'{did_you_mean(name, known)}"
    if kind == "union_tag_invalid":
        tags = [word.strip(" '") for word in context["expected_tags"].split(",")]
        return f"no {context['discriminator'].strip(chr(39))} '{context['tag']}'{did_you_mean(context['tag'], tags)}"
    if kind == "union_tag_not_found":
        return f"needs {context['discriminator']} to say which kind it is"
    return fault_in_words(detail)
