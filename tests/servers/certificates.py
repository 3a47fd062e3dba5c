"""Certificates of an authority that only the tests know."""

import datetime
import ipaddress

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from deploy.local.broker import TlsFiles


def certificates(folder, address="127.0.0.1"):
    """An authority, and a certificate of it for an address, as PEM files."""
    folder.mkdir()
    now = datetime.datetime.now(datetime.UTC)

    def write(name, key, subject, issuer, signer, extensions):
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
        )
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        path = folder / f"{name}.pem"
        path.write_bytes(builder.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
        (folder / f"{name}.key").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return path

    authority, broker = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    constraint = (x509.BasicConstraints(ca=True, path_length=None), True)
    ca = write("ca", authority, "Isoloir tests", "Isoloir tests", authority, [constraint])
    name = (x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), False)
    certificate = write("broker", broker, "broker", "Isoloir tests", authority, [name])
    return TlsFiles(ca, certificate, folder / "broker.key")
