package peer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.Key;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import javax.crypto.spec.SecretKeySpec;
import javax.xml.crypto.dom.DOMStructure;
import javax.xml.crypto.dsig.Reference;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMSignContext;
import javax.xml.crypto.dsig.spec.C14NMethodParameterSpec;
import javax.xml.crypto.dsig.spec.ExcC14NParameterSpec;
import org.apache.xml.security.c14n.Canonicalizer;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/**
 * Secures a request by the XML Signature and the ciphers of the JDK, as the profiles Bound and Strong ask: encrypted first, then every
 * child of the security header is signed, with all prefixes listed. Keys are derived from an encrypted key or from a security context.
 */
final class Author {
    private static final String DSIG_XMLNS = "xmlns:ds=\"" + Judge.DS + "\"";
    private static final String EXC_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#";

    private final Command command;
    private final Answer answer;
    private final Document document;
    private final Keys keys;
    private final Element security;
    private final XMLSignatureFactory factory;
    private final List<Element> signed = new ArrayList<>();
    private byte[] secret;
    private String source;

    private Author(Command command, Answer answer) throws Exception {
        this.command = command;
        this.answer = answer;
        document = Xml.parse(command.bytes("envelope"));
        keys = new Keys(command);
        factory = XMLSignatureFactory.getInstance("DOM", "XMLDSig");
        var root = document.getDocumentElement();
        root.setAttributeNS("http://www.w3.org/2000/xmlns/", "xmlns:wsu", Judge.WSU);
        var header = Xml.children(root).get(0);
        for (Element block : Xml.children(header)) {
            identify(block);
        }
        identify(body());
        security = add(header, "<wsse:Security xmlns:wsse=\"" + Judge.WSSE + "\" xmlns:env=\"" + root.getNamespaceURI()
            + "\" env:mustUnderstand=\"true\"/>");
    }

    static void run(Command command, Answer answer) throws Exception {
        var author = new Author(command, answer);
        author.protect();
        answer.add("message", "bytes", Xml.write(author.document));
    }

    private void protect() throws Exception {
        var now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        sign("<wsu:Timestamp xmlns:wsu=\"" + Judge.WSU + "\" wsu:Id=\"time\"><wsu:Created>" + now.minusSeconds(1) + "</wsu:Created><wsu:Expires>"
            + now.plusSeconds(300) + "</wsu:Expires></wsu:Timestamp>");
        writeSource();
        byte[] hmacKey = derive("dk-sign", command.number("signatureBits", 256) / 8);
        byte[] cipherKey = derive("dk-encrypt", command.number("encryptionBits", 256) / 8);
        var content = new ByteArrayOutputStream();
        for (Element child : Xml.children(body())) {
            content.writeBytes(Canonicalizer.getInstance(EXC_C14N).canonicalizeSubtree(child));
        }
        String octets = base64(Primitives.encryptGcm(cipherKey, content.toByteArray()));
        while (body().hasChildNodes()) {
            body().removeChild(body().getFirstChild());
        }
        add(body(), "<xenc:EncryptedData xmlns:xenc=\"" + Judge.XENC + "\" Id=\"data\" Type=\"" + Judge.XENC + "Content\"><xenc:EncryptionMethod Algorithm=\""
            + command.text("encryption") + "\"/><ds:KeyInfo " + DSIG_XMLNS + ">" + reference("dk-encrypt") + "</ds:KeyInfo><xenc:CipherData><xenc:CipherValue>"
            + octets + "</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData>");
        if (keys.signer() != null) {
            sign("<wsse:BinarySecurityToken xmlns:wsse=\"" + Judge.WSSE + "\" xmlns:wsu=\"" + Judge.WSU + "\" wsu:Id=\"certificate\" ValueType=\""
                + "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3\" EncodingType=\""
                + "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary\">"
                + base64(keys.signerCertificate().getEncoded()) + "</wsse:BinarySecurityToken>");
        }
        var list = sign("<xenc:ReferenceList xmlns:xenc=\"" + Judge.XENC + "\" xmlns:wsu=\"" + Judge.WSU + "\" wsu:Id=\"list\">"
            + "<xenc:DataReference URI=\"#data\"/></xenc:ReferenceList>");
        signed.addAll(Xml.children((Element) security.getParentNode()).stream().filter(block -> block != security).toList());
        signed.add(body());
        var primary = signature(command.text("hmac"), new SecretKeySpec(hmacKey, "HMAC"), "dk-sign", signed, list);
        if (keys.signer() != null) {
            signature(command.text("signature"), keys.signerKey(), "certificate", List.of(primary), list);
        }
    }

    /** A wrapped key for the service, or the context of a session. */
    private void writeSource() throws Exception {
        if (command.options().containsKey("context")) {
            source = "context";
            secret = command.bytes("contextSecret");
            sign("<wsc:SecurityContextToken xmlns:wsc=\"" + command.text("conversation") + "\" xmlns:wsu=\"" + Judge.WSU + "\" wsu:Id=\"context\"><wsc:Identifier>"
                + command.text("context") + "</wsc:Identifier></wsc:SecurityContextToken>");
            return;
        }
        source = "key";
        secret = Primitives.random(command.number("keyBits", 256) / 8);
        var recipient = Keys.certificate(command.bytes("recipient"));
        String digest = command.text("wrapDigest", null);
        String mgf = command.text("wrapMgf", null);
        byte[] thumbprint = MessageDigest.getInstance("SHA-1").digest(recipient.getEncoded());
        String reference = "<wsse:SecurityTokenReference xmlns:wsse=\"" + Judge.WSSE + "\"><wsse:KeyIdentifier ValueType=\""
            + "http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#ThumbprintSHA1\">" + base64(thumbprint)
            + "</wsse:KeyIdentifier></wsse:SecurityTokenReference>";
        String agreed = command.text("agreementDigest", null);
        var agreement = agreed == null ? null : KeyAgreed.wrap(command.text("wrap"), agreed, recipient, reference, secret);
        byte[] wrapped = agreement != null ? agreement.octets()
            : Primitives.wrap(command.text("wrap"), digest, mgf, recipient.getPublicKey(), secret);
        sign("<xenc:EncryptedKey xmlns:xenc=\"" + Judge.XENC + "\" Id=\"key\"><xenc:EncryptionMethod Algorithm=\"" + command.text("wrap") + "\">"
            + (digest == null ? "" : "<ds:DigestMethod " + DSIG_XMLNS + " Algorithm=\"" + digest + "\"/>")
            + (mgf == null ? "" : "<xenc11:MGF xmlns:xenc11=\"http://www.w3.org/2009/xmlenc11#\" Algorithm=\"" + mgf + "\"/>")
            + "</xenc:EncryptionMethod><ds:KeyInfo " + DSIG_XMLNS + ">" + (agreement == null ? reference : agreement.method()) + "</ds:KeyInfo><xenc:CipherData><xenc:CipherValue>" + base64(wrapped)
            + "</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey>");
        answer.add("encryptedKey", "sha1", MessageDigest.getInstance("SHA-1").digest(wrapped), "secret", secret);
    }

    private byte[] derive(String id, int length) throws Exception {
        byte[] nonce = Primitives.random(16);
        String derivation = command.text("derivation");
        sign("<wsc:DerivedKeyToken xmlns:wsc=\"" + command.text("conversation") + "\" xmlns:wsu=\"" + Judge.WSU + "\" wsu:Id=\"" + id + "\" Algorithm=\""
            + derivation + "\">" + reference(source) + "<wsc:Offset>0</wsc:Offset><wsc:Length>" + length + "</wsc:Length><wsc:Nonce>" + base64(nonce)
            + "</wsc:Nonce></wsc:DerivedKeyToken>");
        var seed = new ByteArrayOutputStream();
        seed.writeBytes(Judge.LABEL.getBytes(StandardCharsets.UTF_8));
        seed.writeBytes(nonce);
        return Primitives.pHash(Primitives.hashOf(derivation), secret, seed.toByteArray(), 0, length);
    }

    private Element signature(String method, Key key, String token, List<Element> parts, Node before) throws Exception {
        var references = new ArrayList<Reference>();
        for (Element part : parts) {
            var transform = factory.newTransform(EXC_C14N, new ExcC14NParameterSpec(prefixes(part)));
            String id = part.hasAttributeNS(Judge.WSU, "Id") ? part.getAttributeNS(Judge.WSU, "Id") : part.getAttribute("Id");
            references.add(factory.newReference("#" + id, factory.newDigestMethod(command.text("digest"), null), List.of(transform), null, null));
        }
        var info = factory.newSignedInfo(factory.newCanonicalizationMethod(EXC_C14N, (C14NMethodParameterSpec) null),
            factory.newSignatureMethod(method, null), references);
        var tokenReference = add(security, reference(token));
        security.removeChild(tokenReference);
        var keyInfo = factory.getKeyInfoFactory().newKeyInfo(List.of(new DOMStructure(tokenReference)));
        var context = new DOMSignContext(key, security, before);
        context.setProperty("org.jcp.xml.dsig.secureValidation", false);
        context.setDefaultNamespacePrefix("ds");
        Judge.markIds(document.getDocumentElement(), context);
        String id = "signature-" + token;
        factory.newXMLSignature(info, keyInfo, null, id, null).sign(context);
        var written = (Element) before.getPreviousSibling();
        answer.add("signature", "value", Base64.getMimeDecoder().decode(Judge.first(written, Judge.DS, "SignatureValue").getTextContent()));
        return written;
    }

    /** All prefixes that are in scope of an element, or declared in it. */
    private static List<String> prefixes(Element part) {
        Set<String> found = new LinkedHashSet<>(List.of(ExcC14NParameterSpec.DEFAULT));
        for (Node node = part.getParentNode(); node instanceof Element element; node = element.getParentNode()) {
            addPrefixes(element, found);
        }
        addAllPrefixes(part, found);
        return new ArrayList<>(found);
    }

    private static void addAllPrefixes(Element element, Set<String> found) {
        addPrefixes(element, found);
        Xml.children(element).forEach(child -> addAllPrefixes(child, found));
    }

    private static void addPrefixes(Element element, Set<String> found) {
        for (int i = 0; i < element.getAttributes().getLength(); i++) {
            String name = element.getAttributes().item(i).getNodeName();
            if (name.startsWith("xmlns:")) {
                found.add(name.substring("xmlns:".length()));
            }
        }
    }

    private Element sign(String xml) throws Exception {
        var element = add(security, xml);
        signed.add(element);
        return element;
    }

    private Element add(Element parent, String xml) throws Exception {
        var parsed = Xml.parse(xml.getBytes(StandardCharsets.UTF_8)).getDocumentElement();
        return (Element) parent.appendChild(document.importNode(parsed, true));
    }

    private void identify(Element element) {
        element.setAttributeNS(Judge.WSU, "wsu:Id", "part-" + element.getLocalName());
    }

    private Element body() {
        return Xml.children(document.getDocumentElement()).get(1);
    }

    private static String reference(String id) {
        return "<wsse:SecurityTokenReference xmlns:wsse=\"" + Judge.WSSE + "\"><wsse:Reference URI=\"#" + id + "\"/></wsse:SecurityTokenReference>";
    }

    private static String base64(byte[] octets) {
        return Base64.getEncoder().encodeToString(octets);
    }
}
