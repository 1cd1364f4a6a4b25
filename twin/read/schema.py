"""The JSON Schema of line files, for editors."""

from __future__ import annotations

from typing import Any

from twin.line import Line
from twin.read.provenance import CONFIDENCE

_SOURCED = {"$ref": "#/$defs/SourcedNumber"}
_NOTHING = {"type": "null"}


def schema_of_line_files() -> dict[str, Any]:
    """Return the JSON Schema of line files as people write them.

    A file that extends another says only what it changes, so nothing is required of it; null removes anything; a
    number may come with its range and source.
    """
    schema = Line.model_json_schema()
    whole = schema["required"]
    schema = dict(_loosened(schema))
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "gigatwin line file"
    schema["$defs"]["SourcedNumber"] = _sourced_number()
    schema["properties"]["extends"] = {
        "description": "files that this one builds on, relative to it; later ones win",
        "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
    }
    schema["if"] = {"required": ["extends"]}
    schema["else"] = {"required": whole}
    return schema


def _loosened(node: Any) -> Any:
    """Return a schema that also takes parts of what it describes, null, and sourced numbers."""
    if isinstance(node, list):
        return [_loosened(one) for one in node]
    if not isinstance(node, dict):
        return node
    if node.get("type") == "object" and node.get("required") == ["value"] and "properties" not in node:
        # what a quantity's own schema says of a sourced number
        return dict(_SOURCED)
    loose: dict[str, Any] = {}
    for key, value in node.items():
        if key in ("properties", "$defs"):
            parts = {name: _loosened(one) for name, one in value.items()}
            loose[key] = parts if key == "$defs" else {name: _removable(one) for name, one in parts.items()}
        elif key == "additionalProperties" and isinstance(value, dict):
            loose[key] = _removable(_loosened(value))
        elif key == "oneOf":
            # a step that changes one parameter does not say its kind again
            loose["anyOf"] = _loosened(value)
        elif key not in ("required", "discriminator", "default", "minProperties", "minItems"):
            loose[key] = _loosened(value) if key in ("anyOf", "items", "prefixItems") else value
    if loose.get("type") in ("integer", "number"):
        return {"anyOf": [loose, dict(_SOURCED)]}
    return loose


def _removable(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema that also takes null, which removes what a file builds on."""
    if "anyOf" in schema:
        return {**schema, "anyOf": [*schema["anyOf"], dict(_NOTHING)]}
    return {"anyOf": [schema, dict(_NOTHING)]}


def _sourced_number() -> dict[str, Any]:
    number = {"type": ["number", "string", "null"]}
    value = {"type": ["number", "string", "array", "null"]}
    return {
        "title": "number with its source",
        "type": "object",
        "properties": {
            "value": {**value, "description": "with its unit, such as 70 m/min; a table has rows"},
            "low": {**number, "description": "low end of the plausible range, in the unit of the value"},
            "high": {**number, "description": "high end of the plausible range, in the unit of the value"},
            "source": {
                "description": "keys of sources.yaml",
                "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
            },
            "confidence": {"enum": list(CONFIDENCE)},
            "basis": {"type": "string"},
            "ref": {"type": "string", "description": "place in the reference data that it was carried over from"},
            "note": {"type": "string"},
        },
        "additionalProperties": False,
    }
