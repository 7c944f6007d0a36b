"""Keys files: made once, read again, refused with one line when they are open to others or no RSA key."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from mockserver.auth.keyfile import KeysError, keep_keys, read_keys

ROOT = Path(__file__).resolve().parents[2]


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
    path.write_text("PEM")
    with pytest.raises(KeysError, match="PEM"):
        keep_keys(path)
    path.chmod(0o640)
    with pytest.raises(KeysError, match=r"0640.*chmod 600"):
        keep_keys(path)


def test_an_empty_file_stands_for_none(tmp_path: Path) -> None:
    path = tmp_path / "keys.pem"
    path.touch(0o644)
    with pytest.raises(KeysError, match="empty"):
        read_keys(path)
    made = keep_keys(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert keep_keys(path).jwk == made.jwk
    assert [one.name for one in tmp_path.iterdir()] == ["keys.pem"]


def test_a_link_stays_a_link_and_what_is_no_file_is_left_alone(tmp_path: Path) -> None:
    path, link = tmp_path / "keys.pem", tmp_path / "link.pem"
    path.touch(0o600)
    link.symlink_to(path)
    assert keep_keys(link).jwk == read_keys(path).jwk
    assert link.is_symlink()
    with pytest.raises(KeysError, match="keys file"):
        keep_keys(Path("/dev/null"))
    assert not Path("/dev/null").is_file()
    with pytest.raises(KeysError, match="cannot be created"):
        keep_keys(tmp_path / "nowhere" / "keys.pem")


@pytest.mark.parametrize("empty", [False, True])
def test_many_that_start_at_once_with_one_new_file_have_one_key(tmp_path: Path, empty: bool) -> None:
    path = tmp_path / "keys.pem"
    if empty:
        path.touch(0o600)
    with ThreadPoolExecutor(8) as pool:
        made = [one.result().kid for one in [pool.submit(keep_keys, path) for _ in range(8)]]
    assert set(made) == {read_keys(path).kid}
    assert [one.name for one in tmp_path.iterdir()] == ["keys.pem"]


def test_a_file_system_without_hard_links_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_link(source: str, target: str) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("os.link", no_link)
    path = tmp_path / "keys.pem"
    with ThreadPoolExecutor(4) as pool:
        made = {one.result().kid for one in [pool.submit(keep_keys, path) for _ in range(4)]}
    assert made == {read_keys(path).kid}


def test_a_process_that_is_killed_while_it_makes_keys_blocks_nobody(tmp_path: Path) -> None:
    path = tmp_path / "keys.pem"
    script = (
        "import os, signal; from pathlib import Path; from mockserver.auth import keyfile as keys\n"
        "keys.os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"keys.keep_keys(Path({str(path)!r}))"
    )
    killed = subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False)
    assert killed.returncode == -9
    assert not path.exists()
    assert keep_keys(path).kid == read_keys(path).kid
