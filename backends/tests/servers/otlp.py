"""Spans in an OTLP trace request, from its protobuf or JSON form, without a library.

Of each span: `traceId`, `spanId`, `parentSpanId`, `name` and its textual attributes.
"""

from __future__ import annotations

# Field numbers of opentelemetry/proto: request → resource spans → scope spans → span.
_RESOURCE_SPANS, _SCOPE_SPANS, _SPANS = 1, 2, 2
_TRACE_ID, _SPAN_ID, _PARENT, _NAME, _ATTRIBUTES = 1, 2, 4, 5, 9


def from_protobuf(data):
    found = []
    for resource in _all(data, _RESOURCE_SPANS):
        for scope in _all(resource, _SCOPE_SPANS):
            found += [_span(span) for span in _all(scope, _SPANS)]
    return found


def from_json(body):
    return [
        {
            "traceId": span["traceId"], "spanId": span["spanId"], "parentSpanId": span.get("parentSpanId", ""),
            "name": span["name"],
            "attributes": {a["key"]: a["value"].get("stringValue") for a in span.get("attributes", [])},
        }
        for resource in body["resourceSpans"] for scope in resource["scopeSpans"] for span in scope["spans"]
    ]


def _span(data):
    def first(number):
        return next(iter(_all(data, number)), b"")

    attributes = {}
    for pair in _all(data, _ATTRIBUTES):
        name = next(iter(_all(pair, 1)), b"").decode()
        value = next(iter(_all(pair, 2)), b"")
        attributes[name] = next((text.decode() for text in _all(value, 1)), None)
    return {
        "traceId": first(_TRACE_ID).hex(), "spanId": first(_SPAN_ID).hex(), "parentSpanId": first(_PARENT).hex(),
        "name": first(_NAME).decode(), "attributes": attributes,
    }


def _all(data, wanted):
    """The length-delimited values of one field of a message."""
    found, at = [], 0
    while at < len(data):
        tag, at = _varint(data, at)
        number, kind = tag >> 3, tag & 7
        if kind == 2:
            length, at = _varint(data, at)
            if number == wanted:
                found.append(data[at : at + length])
            at += length
        elif kind == 0:
            _, at = _varint(data, at)
        else:
            at += {1: 8, 5: 4}[kind]
    return found


def _varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at
