"""E-mail addresses by RFC 5321 and RFC 6531, held to a library, and checks that no length makes expensive."""

from __future__ import annotations

import gc
import tracemalloc
from email.headerregistry import Address
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from spec.schema.texts.addresses import LONGEST_EMAIL, is_email, is_http_url
from spec.schema.texts.formats import FORMATS

ADDRESSES = [
    "somebody@example.com",
    "some.body+tag@sub.example.org",
    "root@localhost",
    "a@x.local",
    "a@b.invalid",
    "a@b.test",
    "a@b.onion",
    "a@1.168.192.in-addr.arpa",
    "o'brien!#$%&*/=?^_`{|}~-@example.com",
    '"some body"@example.com',
    '"a@b"@example.com',
    '"\\"quoted\\""@example.com',
    '""@example.com',
    "a@[192.0.2.1]",
    "a@[IPv6:2001:db8::1]",
    "a@[ipv6:::ffff:192.0.2.1]",
    "a@123",
    "josé@example.com",
    "josé@münchen.example",
    "ящик@пример.рф",
    "a@xn--mnchen-3ya.example",
    "x" * 64 + "@example.com",
    "a@" + "b" * 63 + ".example",
    "a@" + ("b" * 63 + ".") * 3 + "c" * (LONGEST_EMAIL - 2 - 192),
]
NO_ADDRESSES = [
    "",
    "@",
    "nobody",
    "@example.com",
    "a@",
    "a@b@example.com",
    "a..b@example.com",
    ".a@example.com",
    "a.@example.com",
    "a b@example.com",
    "a@exa mple.com",
    "a@example.com.",
    "a@.example.com",
    "a@-example.com",
    "a@example-.com",
    "a@exa_mple.com",
    "a@example.com\n",
    "a\n@example.com",
    "Some Body <a@example.com>",
    '"a"b"@example.com',
    '"a\x7f"@example.com',
    '"a@example.com',
    "a@[192.0.2.256]",
    "a@[192.0.2]",
    "a@[IPv6:2001:db8:::1]",
    "a@[IPv6:fe80::1%eth0]",
    "a@[future:x]",
    "a@[]",
    "a@☃.example",
    "a@MÜNCHEN.example",
    "x" * 65 + "@example.com",
    "é" * 33 + "@example.com",
    "a@" + "b" * 64 + ".example",
    "a@" + ("b" * 63 + ".") * 3 + "c" * (LONGEST_EMAIL - 1 - 192),
    "\ud800@example.com",
]


@pytest.mark.parametrize("text", ADDRESSES)
def test_addresses(text: str) -> None:
    assert is_email(text)


@pytest.mark.parametrize("text", NO_ADDRESSES)
def test_no_addresses(text: str) -> None:
    assert not is_email(text)


WORD = st.text("abAB09!#.-+_", min_size=1, max_size=12)


@given(WORD, WORD)
@example("a", "b.c")
def test_ascii_addresses_are_those_that_a_reader_of_mail_headers_takes(local: str, domain: str) -> None:
    text = f"{local}@{domain}"
    try:
        read: Any = Address(addr_spec=text)
        taken = (read.username, read.domain) == (local, domain)
    except Exception:  # noqa: BLE001 - the reader of headers raises whatever it meets
        taken = False
    labels = all(one[:1].isalnum() and one[-1:].isalnum() for one in domain.split(".")) and not set("!#+_") & set(
        domain
    )
    assert is_email(text) is (taken and labels)


@pytest.mark.parametrize("name", FORMATS)
def test_no_check_keeps_long_texts(name: str) -> None:
    check = FORMATS[name]
    longs = [f"https://example.com/{index}" + "x" * 20_000 for index in range(40)]
    longs += [f"2026-01-31T09:00:00.{index:04}" + "1" * 20_000 for index in range(40)]
    longs += ["a" * 20_000 + f"{index}@example.com" for index in range(40)]
    check("warm up")
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for index in range(len(longs)):
        check(longs[index] + "x")  # a text of its own, which nobody else keeps
    gc.collect()
    kept = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert kept < 100_000


def test_urls_of_any_length_are_urls() -> None:
    assert is_http_url("https://example.com/" + "x" * 1_000_000)
