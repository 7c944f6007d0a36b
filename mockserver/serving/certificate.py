"""A certificate for TLS: that of two files, or one that is made at the start and vouched for by a CA made with it."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.x509 import GeneralName

_DAYS = 30


@dataclass(frozen=True, slots=True)
class Certificate:
    """The files of a certificate chain and its key, as PEM; ``ca`` is the text of the CA, if that was made here."""

    chain: Path
    key: Path
    ca: str | None = None


class CertificateError(Exception):
    """Files cannot be used as certificate and key; the message is one line."""


def certified(
    made: bool, chain: Path | None, key: Path | None, names: Iterable[str], folder: Path | None
) -> Certificate | None:
    """The certificate of two files, or one that is ``made`` in a folder, if asked for. Raises CertificateError."""
    if chain is None and key is None:
        return make_certificate(names, folder) if made and folder is not None else None
    if chain is None or key is None:
        raise CertificateError("--tls-cert and --tls-key go together; give both, or --tls to have a certificate made.")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(chain, key, password=_unasked)
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        reason = getattr(error, "strerror", None) or str(error)
        raise CertificateError(f"{chain}, {key}: cannot be used as certificate and key: {reason}.") from None
    return Certificate(chain, key)


def _unasked() -> str:
    raise ValueError("the key is encrypted, and nobody is there to be asked for its password")


def make_certificate(names: Iterable[str], folder: Path) -> Certificate:
    """A certificate for host names and addresses, valid for 30 days, in files of a folder that is ours alone."""
    from cryptography import x509  # only who asks for TLS waits for it
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    now = datetime.datetime.now(datetime.UTC)
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "invigilate mock, a CA for tests")])
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "invigilate mock")])

    def builder(name: x509.Name, public: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(issuer)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(minutes=5))
            .not_valid_after(now + datetime.timedelta(days=_DAYS))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False
            )
        )

    may_sign = x509.KeyUsage(
        digital_signature=True, key_cert_sign=True, crl_sign=True, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    authority = (
        builder(issuer, authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(may_sign, critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    own = (
        builder(subject, key.public_key())
        .add_extension(x509.SubjectAlternativeName([_name(one) for one in dict.fromkeys(names)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    chain, secret = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(own.public_bytes(pem) + authority.public_bytes(pem))
    secret.touch(mode=0o600)
    secret.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return Certificate(chain, secret, authority.public_bytes(pem).decode())


def _name(text: str) -> GeneralName:
    from cryptography.x509 import DNSName, IPAddress

    try:
        return IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return DNSName(text)
