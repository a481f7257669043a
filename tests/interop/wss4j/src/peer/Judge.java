package peer;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.crypto.spec.SecretKeySpec;
import javax.xml.crypto.KeySelector;
import javax.xml.crypto.dsig.Reference;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/**
 * Verifies and decrypts a message by the XML Signature and the ciphers of the JDK, for algorithms that WSS4J does not know. What
 * WS-Security and WS-SecureConversation add is written anew here.
 */
final class Judge {
    static final String WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    static final String WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
    static final String DS = "http://www.w3.org/2000/09/xmldsig#";
    static final String XENC = "http://www.w3.org/2001/04/xmlenc#";
    static final String LABEL = "WS-SecureConversationWS-SecureConversation";

    private final Document document;
    private final Keys known;
    private final Answer answer;
    private final Element security;
    private final Map<String, byte[]> keys = new HashMap<>();
    private final Map<String, Key> certificates = new LinkedHashMap<>();

    private Judge(Command command, Answer answer) throws Exception {
        document = Xml.parse(command.bytes("message"));
        known = new Keys(command);
        this.answer = answer;
        security = first(document.getDocumentElement(), WSSE, "Security");
    }

    static void run(Command command, Answer answer) throws Exception {
        var judge = new Judge(command, answer);
        judge.readTokens();
        var order = Xml.children(judge.security).stream().map(Element::getLocalName).toList();
        int list = order.indexOf("ReferenceList");
        // Encrypted before it was signed: the list of ciphertext stands behind the signature.
        if (list >= 0 && order.contains("Signature") && list > order.indexOf("Signature")) {
            judge.verifySignatures();
            judge.decryptAll();
        } else {
            judge.decryptAll();
            judge.verifySignatures();
        }
        answer.add("plain", "bytes", Xml.write(judge.document));
    }

    private void readTokens() throws Exception {
        for (Element token : Xml.children(security)) {
            switch (token.getLocalName()) {
                case "EncryptedKey" -> keys.put(idOf(token), unwrap(token));
                case "SecurityContextToken" -> keys.put(idOf(token), secret(Xml.children(token).get(0).getTextContent()));
                case "DerivedKeyToken" -> keys.put(idOf(token), derive(token));
                case "BinarySecurityToken" -> certificates.put(idOf(token), Keys.certificate(base64(token)).getPublicKey());
                default -> { }
            }
        }
    }

    private byte[] unwrap(Element element) throws Exception {
        var method = child(element, "EncryptionMethod");
        byte[] wrapped = base64(first(element, XENC, "CipherValue"));
        GeneralSecurityException last = null;
        for (var key : known.privateKeys()) {
            try {
                byte[] secret = first(element, XENC, "AgreementMethod") == null ? KeyUnwrap.run(element, method, key, wrapped)
                    : KeyAgreed.unwrap(element, method, key, wrapped);
                byte[] sha1 = MessageDigest.getInstance("SHA-1").digest(wrapped);
                known.learn(Base64.getEncoder().encodeToString(sha1), secret);
                answer.add("encryptedKey", "id", idOf(element), "sha1", sha1, "secret", secret, "transport", method.getAttribute("Algorithm"));
                return secret;
            } catch (GeneralSecurityException failure) {
                last = failure;
            }
        }
        throw new IllegalArgumentException("the key is for none of the private keys", last);
    }

    private byte[] derive(Element token) throws Exception {
        String algorithm = token.getAttribute("Algorithm");
        var seed = new ByteArrayOutputStream();
        seed.writeBytes((child(token, "Label") == null ? LABEL : child(token, "Label").getTextContent()).getBytes(StandardCharsets.UTF_8));
        seed.writeBytes(base64(child(token, "Nonce")));
        int length = child(token, "Length") == null ? 32 : Integer.parseInt(child(token, "Length").getTextContent());
        int offset = child(token, "Offset") == null ? 0 : Integer.parseInt(child(token, "Offset").getTextContent());
        String hash = algorithm.isEmpty() ? "SHA1" : Primitives.hashOf(algorithm);
        return Primitives.pHash(hash, source(child(token, "SecurityTokenReference")), seed.toByteArray(), offset, length);
    }

    /** The key that a reference to a token stands for. */
    private byte[] source(Element reference) {
        var inner = Xml.children(reference).get(0);
        String uri = inner.getAttribute("URI");
        return uri.startsWith("#") ? keys.get(uri.substring(1)) : secret(uri.isEmpty() ? inner.getTextContent() : uri);
    }

    private byte[] secret(String identifier) {
        byte[] found = known.secret(identifier);
        if (found == null) {
            throw new IllegalArgumentException("no key is known for " + identifier);
        }
        return found;
    }

    private void decryptAll() throws Exception {
        var references = document.getElementsByTagNameNS(XENC, "DataReference");
        for (int i = 0; i < references.getLength(); i++) {
            var data = byId(((Element) references.item(i)).getAttribute("URI").substring(1));
            decrypt(data.getLocalName().equals("EncryptedData") ? data : Xml.children(data).get(0));
        }
    }

    private void decrypt(Element data) throws Exception {
        var keyInfo = child(data, "KeyInfo");
        byte[] key = keyInfo == null ? keys.get(idOf(first(security, XENC, "EncryptedKey"))) : source(first(keyInfo, WSSE, "SecurityTokenReference"));
        String algorithm = child(data, "EncryptionMethod").getAttribute("Algorithm");
        byte[] plain = Primitives.decrypt(algorithm, key, base64(first(data, XENC, "CipherValue")));
        Node replaced = data.getParentNode().getLocalName().equals("EncryptedHeader") ? data.getParentNode() : data;
        var parent = (Element) replaced.getParentNode();
        boolean content = data.getAttribute("Type").endsWith("#Content");
        Element named = content ? parent : null;
        for (Node node : parse(plain, parent)) {
            var inserted = parent.insertBefore(document.importNode(node, true), replaced);
            named = named == null && inserted instanceof Element element ? element : named;
        }
        parent.removeChild(replaced);
        answer.add("decrypted", "name", name(named), "content", content, "algorithm", algorithm);
    }

    /** Plaintext in the namespaces of the place where it belongs. */
    private static List<Node> parse(byte[] plain, Element place) throws Exception {
        var scope = new LinkedHashMap<String, String>();
        for (Node node = place; node instanceof Element element; node = element.getParentNode()) {
            for (int i = 0; i < element.getAttributes().getLength(); i++) {
                var attribute = element.getAttributes().item(i);
                if (attribute.getNodeName().equals("xmlns") || attribute.getNodeName().startsWith("xmlns:")) {
                    scope.putIfAbsent(attribute.getNodeName(), attribute.getNodeValue());
                }
            }
        }
        var text = new StringBuilder("<wrapper");
        scope.forEach((name, uri) -> text.append(' ').append(name).append("=\"").append(uri.replace("&", "&amp;").replace("\"", "&quot;")).append('"'));
        text.append('>').append(new String(plain, StandardCharsets.UTF_8)).append("</wrapper>");
        var factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        var root = factory.newDocumentBuilder().parse(new ByteArrayInputStream(text.toString().getBytes(StandardCharsets.UTF_8))).getDocumentElement();
        var nodes = new java.util.ArrayList<Node>();
        for (Node node = root.getFirstChild(); node != null; node = node.getNextSibling()) {
            nodes.add(node);
        }
        return nodes;
    }

    private void verifySignatures() throws Exception {
        for (Element element : Xml.children(security)) {
            if (element.getLocalName().equals("Signature")) {
                verify(element);
            }
        }
    }

    private void verify(Element element) throws Exception {
        String method = first(element, DS, "SignatureMethod").getAttribute("Algorithm");
        for (Key key : method.contains("hmac") ? List.<Key>of(hmacKey(element)) : publicKeys(element)) {
            if (!key.getAlgorithm().equals("HMAC") && method.contains("ecdsa") != key.getAlgorithm().equals("EC")) {
                continue;
            }
            var context = new DOMValidateContext(KeySelector.singletonKeySelector(key), element);
            context.setProperty("org.jcp.xml.dsig.secureValidation", false);
            markIds(document.getDocumentElement(), context);
            var signature = XMLSignatureFactory.getInstance("DOM", "XMLDSig").unmarshalXMLSignature(context);
            if (signature.validate(context)) {
                answer.add("signature", "id", idOf(element), "method", method, "value", base64(first(element, DS, "SignatureValue")));
                for (Object reference : signature.getSignedInfo().getReferences()) {
                    answer.add("signed", "name", name(byId(((Reference) reference).getURI().substring(1))));
                }
                return;
            }
        }
        throw new IllegalArgumentException("a signature does not hold: " + method);
    }

    private Key hmacKey(Element signature) {
        return new SecretKeySpec(source(first(signature, WSSE, "SecurityTokenReference")), "HMAC");
    }

    /** The certificate that the message brings, or those that are known where it is only named. */
    private List<Key> publicKeys(Element signature) throws Exception {
        var reference = first(signature, WSSE, "Reference");
        return reference == null ? known.publicKeys() : Collections.singletonList(certificates.get(reference.getAttribute("URI").substring(1)));
    }

    static void markIds(Element element, javax.xml.crypto.dom.DOMCryptoContext context) {
        if (element.hasAttributeNS(WSU, "Id")) {
            context.setIdAttributeNS(element, WSU, "Id");
        } else if (element.hasAttributeNS(null, "Id")) {
            context.setIdAttributeNS(element, null, "Id");
        }
        Xml.children(element).forEach(child -> markIds(child, context));
    }

    private Element byId(String id) {
        var all = document.getElementsByTagName("*");
        for (int i = 0; i < all.getLength(); i++) {
            if (idOf((Element) all.item(i)).equals(id)) {
                return (Element) all.item(i);
            }
        }
        throw new IllegalArgumentException("nothing has the Id " + id);
    }

    private static String idOf(Element element) {
        return element.hasAttributeNS(WSU, "Id") ? element.getAttributeNS(WSU, "Id") : element.getAttribute("Id");
    }

    private static String name(Element element) {
        return "{" + element.getNamespaceURI() + "}" + element.getLocalName();
    }

    private static byte[] base64(Element element) {
        return Base64.getMimeDecoder().decode(element.getTextContent());
    }

    static Element child(Element parent, String name) {
        return Xml.children(parent).stream().filter(c -> c.getLocalName().equals(name)).findFirst().orElse(null);
    }

    static Element first(Element within, String ns, String name) {
        return (Element) within.getElementsByTagNameNS(ns, name).item(0);
    }
}
