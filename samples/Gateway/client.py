"""A client that knows nothing of message security: it posts plain SOAP 1.2 to the gateway."""
import http.client
import sys
from urllib.parse import urlsplit
from xml.etree import ElementTree

SOAP = "http://www.w3.org/2003/05/soap-envelope"
ENVELOPE = f"""<s:Envelope xmlns:s="{SOAP}"><s:Body>
  <Place xmlns="urn:orders"><item>tea from Python</item></Place>
</s:Body></s:Envelope>"""

address = urlsplit(sys.argv[1])
connection = http.client.HTTPConnection(address.hostname, address.port, timeout=30)
headers = {"Content-Type": 'application/soap+xml; charset=utf-8; action="urn:orders/Place"'}
for _ in range(2):
    connection.request("POST", address.path, ENVELOPE.encode(), headers)
    response = connection.getresponse()
    body = ElementTree.fromstring(response.read())
    if response.status != 200:
        sys.exit(f"status {response.status}: {ElementTree.tostring(body, 'unicode')}")
    print("Python:", body.findtext(".//{urn:orders}PlaceResult"))
