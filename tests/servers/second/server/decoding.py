"""From bytes to JSON: media type, size, and what counts as JSON at all."""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

from servers.second.server.messages import Received, RefusedError, Violation, invalid

DEEPEST = 64
STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)


class Decoder:
    """Reads the body of a request."""

    def read(self, request: Received) -> Any:
        self.media_type(request)
        if request.too_large:
            raise RefusedError(413, "PAYLOADTOOLARGE", "The body is larger than 1 MiB.")
        return self.decoded(self.text(request.body))

    def media_type(self, request: Received) -> None:
        essence, _, parameters = (request.one("content-type") or "").partition(";")
        charset = re.search(r"charset\s*=\s*\"?([\w-]+)", parameters, re.IGNORECASE)
        plain = (request.one("content-encoding") or "identity").lower() == "identity"
        utf_8 = charset is None or charset[1].lower() in {"utf-8", "utf8", "us-ascii"}
        if essence.strip().lower() != "application/json" or not plain or not utf_8:
            raise RefusedError(415, "UNSUPPORTEDMEDIATYPE", "Send plain, uncompressed application/json in UTF-8.")

    def text(self, content: bytes) -> str:
        try:
            return content.decode("utf-8")
        except UnicodeDecodeError as error:
            raise self.refused("The body is not UTF-8.", "body-json") from error

    def decoded(self, text: str) -> Any:
        if text.startswith("\ufeff"):
            raise self.refused("The body starts with a byte order mark.", "strict-json")
        if self.depth(text) > DEEPEST:
            raise self.refused(f"The body is nested deeper than {DEEPEST} levels.", "body-depth")
        try:
            value = json.loads(
                text,
                object_pairs_hook=self.pairs,
                parse_constant=self.constant,
                parse_float=self.number,
                parse_int=self.integer,
            )
        except json.JSONDecodeError as error:
            raise self.refused(f"The body is not JSON: {error}.", "body-json") from error
        self.encodable(value)
        return value

    def refused(self, message: str, clause: str) -> RefusedError:
        return invalid([Violation("", message, clause)])

    def depth(self, text: str) -> int:
        level = deepest = 0
        for sign in re.findall(r"[\[\]{}]", STRINGS.sub("", text)):
            level += 1 if sign in "[{" else -1
            deepest = max(deepest, level)
        return deepest

    def pairs(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise self.refused("A member name stands twice in one object.", "strict-json")
        return found

    def constant(self, name: str) -> NoReturn:
        raise self.refused(f"{name} is no JSON number.", "strict-json")

    def number(self, digits: str) -> float:
        value = float(digits)
        if math.isinf(value):
            raise self.refused("A number is out of range.", "numbers-exact")
        return value

    def integer(self, digits: str) -> int:
        if len(digits) > 400:
            raise self.refused("A number is out of range.", "numbers-exact")
        return int(digits)

    def encodable(self, value: Any) -> None:
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            raise self.refused("A text holds a lone surrogate.", "strict-json") from error
