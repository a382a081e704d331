"""Certificates made on the spot by the openssl program."""

from __future__ import annotations

import hashlib
import shutil
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Authority:
    """A certificate authority in a folder of its own."""

    folder: Path

    @property
    def certificate(self) -> Path:
        return self.folder / "ca.pem"

    def issue(
        self, name: str, *, names: str = "DNS:localhost,IP:127.0.0.1", days: int = 2, client: bool = False
    ) -> tuple[Path, Path]:
        """(certificate, key) for these names; negative days have already run out."""
        certificate, key, extensions = (self.folder / f"{name}{end}" for end in (".pem", ".key", ".ext"))
        extensions.write_text("extendedKeyUsage=clientAuth\n" if client else f"subjectAltName={names}\n")
        _openssl(self.folder, "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", str(key),
                 "-out", f"{name}.csr", "-subj", f"/CN={name}")  # fmt: skip
        _openssl(self.folder, "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
                 "-out", str(certificate), "-extfile", str(extensions), "-days", str(days))  # fmt: skip
        return certificate, key

    def server(self, name: str = "server", *, wants_client: bool = False, **options: object) -> ssl.SSLContext:
        """TLS settings of a server with a certificate of this authority."""
        certificate, key = self.issue(name, **options)  # type: ignore[arg-type]  # passed through
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        if wants_client:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(self.certificate)
        return context


def make_authority(folder: Path) -> Authority:
    """A new authority; skips the test where there is no openssl program."""
    if shutil.which("openssl") is None:
        pytest.skip("needs the openssl program")
    folder.mkdir(parents=True, exist_ok=True)
    _openssl(folder, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "ca.key",
             "-out", "ca.pem", "-days", "2", "-subj", "/O=Test authority/CN=Test authority", "-addext", "keyUsage=critical,keyCertSign,cRLSign")  # fmt: skip
    return Authority(folder)


def fingerprint(certificate: Path) -> str:
    """SHA-256 of a certificate, in hex."""
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(certificate.read_text())).hexdigest()


def _openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)
