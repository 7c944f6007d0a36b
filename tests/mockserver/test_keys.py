"""Keys files: made once, read again, refused with one line when they are open to others or no RSA key."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from mockserver.auth.keys import KeysError, keep_keys, read_keys


def write(path: Path, key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> None:
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    path.chmod(0o600)


def test_a_file_is_made_once_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "keys.pem"
    first, second = keep_keys(path), keep_keys(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert first.jwk == second.jwk == read_keys(path).jwk


def test_what_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "keys.pem"
    with pytest.raises(KeysError, match="cannot be read"):
        read_keys(path)
    write(path, ec.generate_private_key(ec.SECP256R1()))
    with pytest.raises(KeysError, match="not an RSA key"):
        keep_keys(path)
    write(path, rsa.generate_private_key(65_537, 1024))
    with pytest.raises(KeysError, match="2048 bits"):
        keep_keys(path)
    path.write_text("")
    with pytest.raises(KeysError, match="PEM"):
        keep_keys(path)
    path.chmod(0o640)
    with pytest.raises(KeysError, match=r"0640.*chmod 600"):
        keep_keys(path)
