import java.io.StringReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import javax.xml.parsers.DocumentBuilderFactory;
import org.xml.sax.InputSource;

/** A client that knows nothing of message security: it posts plain SOAP 1.2 to the gateway. */
public final class Client {
    private static final String ENVELOPE = """
        <s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body>
          <Place xmlns="urn:orders"><item>coffee from Java</item></Place>
        </s:Body></s:Envelope>""";

    public static void main(String[] arguments) throws Exception {
        var client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        var request = HttpRequest.newBuilder(URI.create(arguments[0]))
            .header("Content-Type", "application/soap+xml; charset=utf-8; action=\"urn:orders/Place\"")
            .POST(HttpRequest.BodyPublishers.ofString(ENVELOPE)).build();
        for (int i = 0; i < 2; i++) {
            var response = client.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                System.err.println("status " + response.statusCode() + ": " + response.body());
                System.exit(1);
            }
            var factory = DocumentBuilderFactory.newInstance();
            factory.setNamespaceAware(true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            var body = factory.newDocumentBuilder().parse(new InputSource(new StringReader(response.body())));
            System.out.println("Java: " + body.getElementsByTagNameNS("urn:orders", "PlaceResult").item(0).getTextContent());
        }
    }
}
