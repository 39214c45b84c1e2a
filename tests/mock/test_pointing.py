"""What `serve` prints for a client is taken as it stands, and the client reaches the mock."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from amazonpay_conformance.mock.pointing import CLIENTS
from amazonpay_conformance.mock.serving import ServedMock, served

EXAMPLES = Path(__file__).parents[2] / "examples"
ROWS = {row.client: row for row in CLIENTS}
TRUSTS = ("NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE")
"""What else this machine may have set: only what is printed is to count."""


@pytest.fixture(scope="module")
def mock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedMock]:
    with served(tmp_path_factory.mktemp("pointing"), region=None) as mock:
        yield mock


def words(client: str, mock: ServedMock) -> tuple[str, str]:
    """How a client is pointed at the mock, and what makes it trust its CA."""
    row, given = ROWS[client], {"host": mock.host, "url": mock.base_url, "ca": mock.ca_file, "proxy": ""}
    return row.how.format(**given), row.trust.format(**given)


def said(command: list[str], trust: str, where: Path) -> str:
    """What a program says that trusts whom it is told to."""
    name, _, value = trust.partition("=")
    environment = {key: text for key, text in os.environ.items() if key not in TRUSTS} | {name: value}
    ran = subprocess.run(command, env=environment, cwd=where, capture_output=True, text=True, timeout=120)
    return ran.stdout + ran.stderr


def configured(mock: ServedMock, text: str) -> str:
    return text.replace("ITS_ID", mock.public_key_id).replace("FILE", str(mock.private_key_file))


def test_amazonpayclient(mock: ServedMock, tmp_path: Path) -> None:
    if find_spec("AmazonPay") is None:
        pytest.skip("amazonpayclient is not installed: make example-amazonpayclient")
    how, trust = words("amazonpayclient", mock)
    code = f"""
from AmazonPay import Client
client = Client("ITS_ID", "FILE", "jp", True)
{how}
print(client.get_charge("S03-0000000-0000000-C000000").text)
"""
    assert "ResourceNotFound" in said([sys.executable, "-c", configured(mock, code)], trust, tmp_path)


def test_amazon_pay_v2(mock: ServedMock, tmp_path: Path) -> None:
    if find_spec("amazon_pay_v2") is None:
        pytest.skip("amazon-pay-v2 is not installed: make example-amazon-pay-v2")
    how, trust = words("amazon-pay-v2", mock)
    code = f"""
from amazon_pay_v2.api import AmazonPayAPIV2
api = AmazonPayAPIV2("FILE", "ITS_ID", "eu", "sandbox")
{how}
print(api.get_refund("S02-0000000-0000000-R000000").text)
"""
    assert "ResourceNotFound" in said([sys.executable, "-c", configured(mock, code)], trust, tmp_path)


def test_the_sdk_for_node(mock: ServedMock, tmp_path: Path) -> None:
    modules = EXAMPLES / "nodejs" / "node_modules" / "@amazonpay" / "amazon-pay-api-sdk-nodejs"
    if shutil.which("node") is None or not modules.exists():
        pytest.skip("the SDK for Node.js is not installed: make example-nodejs")
    how, trust = words("Node.js (Amazon)", mock)
    code = f"""
const Client = require('{modules}');
const client = new Client.WebStoreClient({{
    publicKeyId: 'ITS_ID', privateKey: require('fs').readFileSync('FILE'),
    region: 'na', sandbox: true, {how} }});
client.getCharge('S01-0000000-0000000-C000000').catch((error) => console.log(error.response.data));
"""
    assert "ResourceNotFound" in said(["node", "-e", configured(mock, code)], trust, tmp_path)


def test_the_sdk_for_java(mock: ServedMock, tmp_path: Path) -> None:
    libraries = EXAMPLES / "java" / "target" / "lib"
    if any(shutil.which(name) is None for name in ("java", "keytool")) or not any(libraries.glob("*.jar")):
        pytest.skip("the SDK for Java is not installed: make example-java")
    how, trust = words("Java (Amazon)", mock)
    (tmp_path / "Try.java").write_text(configured(mock, JAVA.replace("HOW", how.partition(": ")[2])))
    command = ["sh", "-c", f"{trust} -cp '{libraries}/*' Try.java"]
    assert "ResourceNotFound" in said(command, "SSL_CERT_FILE=none", tmp_path)


JAVA = """
import com.amazon.pay.api.PayConfiguration;
import com.amazon.pay.api.WebstoreClient;
import com.amazon.pay.api.types.Environment;
import com.amazon.pay.api.types.Region;
import java.nio.file.Files;
import java.nio.file.Path;

public class Try {
    static class Pointed extends PayConfiguration {
        Pointed() { HOW; }
    }

    public static void main(String[] none) throws Exception {
        PayConfiguration pointed = new Pointed()
            .setPublicKeyId("ITS_ID")
            .setPrivateKey(Files.readString(Path.of("FILE")).toCharArray())
            .setRegion(Region.EU)
            .setEnvironment(Environment.SANDBOX)
            .setAlgorithm("AMZN-PAY-RSASSA-PSS-V2");
        WebstoreClient client = new WebstoreClient(pointed);
        System.out.println(client.getCharge("S02-0000000-0000000-C000000").getRawResponse());
    }
}
"""
