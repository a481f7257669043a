package peer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.apache.ws.security.WSConstants;
import org.apache.ws.security.WSEncryptionPart;
import org.apache.ws.security.WSSConfig;
import org.apache.ws.security.message.WSSecEncrypt;
import org.apache.ws.security.message.WSSecHeader;
import org.apache.ws.security.message.WSSecSignature;
import org.apache.ws.security.message.WSSecSignatureConfirmation;
import org.apache.ws.security.message.WSSecTimestamp;
import org.apache.ws.security.message.WSSecUsernameToken;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** Secures an envelope the way WCF would: parts, order of the header and key references are those of its bindings. */
final class Maker {
    private static final Set<String> ADDRESSING = Set.of(
        "http://www.w3.org/2005/08/addressing", "http://schemas.xmlsoap.org/ws/2004/08/addressing");

    final Command command;
    final Answer answer;
    final Document document;
    final Keys keys;
    final Suite suite;
    final WSSConfig config = WSSConfig.getNewInstance();
    final WSSecHeader header = new WSSecHeader();
    final Element security;

    private Maker(Command command, Answer answer) throws Exception {
        this.command = command;
        this.answer = answer;
        document = Xml.parse(command.bytes("envelope"));
        keys = new Keys(command);
        suite = Suite.named(command.text("suite", "Basic256"));
        config.setWsiBSPCompliant(command.flag("bsp"));
        header.setMustUnderstand(true);
        security = header.insertSecurityHeader(document);
    }

    static void run(Command command, Answer answer) throws Exception {
        var maker = new Maker(command, answer);
        maker.timestampAndConfirmations();
        switch (command.text("kind")) {
            case "timestamp" -> { }
            case "username" -> maker.userName();
            case "x509" -> maker.asymmetric();
            case "ek-dk" -> {
                if (command.options().containsKey("user")) {
                    maker.userName();
                }
                DerivedKeyMaker.fromEncryptedKey(maker);
            }
            case "sct" -> DerivedKeyMaker.fromContext(maker);
            default -> throw new IllegalArgumentException("unknown kind " + command.text("kind"));
        }
        switch (command.text("layout", "strict")) {
            case "strict" -> maker.sort(Comparator.comparingInt(Maker::rank));
            case "backward" -> maker.sort(Comparator.comparingInt(Maker::backwardRank));
            case "own" -> { }
            default -> throw new IllegalArgumentException("unknown layout " + command.text("layout"));
        }
        answer.add("message", "bytes", Xml.write(maker.document));
    }

    /** Body, WS-Addressing headers, and what of the security header has to be signed. Over TLS, the timestamp and the To header. */
    List<WSEncryptionPart> signedParts() {
        var parts = new ArrayList<WSEncryptionPart>();
        boolean overTransport = command.flag("overTransport");
        if (!overTransport) {
            parts.add(new WSEncryptionPart("Body", document.getDocumentElement().getNamespaceURI(), "Element"));
        }
        for (Element entry : Xml.children((Element) security.getParentNode())) {
            if (ADDRESSING.contains(entry.getNamespaceURI()) && (!overTransport || entry.getLocalName().equals("To"))) {
                parts.add(new WSEncryptionPart(entry.getLocalName(), entry.getNamespaceURI(), "Element"));
            }
        }
        for (Element child : Xml.children(security)) {
            if (Set.of("Timestamp", "SignatureConfirmation", "UsernameToken").contains(child.getLocalName())) {
                parts.add(new WSEncryptionPart(child.getLocalName(), child.getNamespaceURI(), "Element"));
            }
        }
        return parts;
    }

    List<WSEncryptionPart> encryptedParts() {
        var parts = new ArrayList<WSEncryptionPart>();
        parts.add(new WSEncryptionPart("Body", document.getDocumentElement().getNamespaceURI(), "Content"));
        if (command.options().containsKey("user")) {
            parts.add(new WSEncryptionPart("UsernameToken", WSConstants.WSSE_NS, "Element"));
        }
        if (command.flag("encryptSignature")) {
            parts.add(new WSEncryptionPart("Signature", WSConstants.SIG_NS, "Element"));
        }
        return parts;
    }

    WSSecSignature certificateSignature(String reference) {
        var signature = new WSSecSignature(config);
        signature.setUserInfo(keys.signer(), Keys.STORE_PASSWORD);
        signature.setKeyIdentifierType(referenceStyle(reference));
        signature.setSignatureAlgorithm(suite.rsa());
        signature.setDigestAlgo(suite.digest());
        signature.setSigCanonicalization(WSConstants.C14N_EXCL_OMIT_COMMENTS);
        return signature;
    }

    static int referenceStyle(String name) {
        return switch (name) {
            case "binary" -> WSConstants.BST_DIRECT_REFERENCE;
            case "thumbprint" -> WSConstants.THUMBPRINT_IDENTIFIER;
            case "issuer" -> WSConstants.ISSUER_SERIAL;
            case "ski" -> WSConstants.SKI_KEY_IDENTIFIER;
            default -> throw new IllegalArgumentException("unknown reference style " + name);
        };
    }

    private void timestampAndConfirmations() {
        if (!command.flag("noTimestamp")) {
            var timestamp = new WSSecTimestamp(config);
            timestamp.setTimeToLive(300);
            timestamp.build(document, header);
        }
        for (String value : command.all("confirm")) {
            var confirmation = new WSSecSignatureConfirmation(config);
            confirmation.setSignatureValue(Command.decode(value));
            confirmation.prepare(document);
            confirmation.prependToHeader(header);
        }
    }

    private void userName() {
        var token = new WSSecUsernameToken(config);
        token.setPasswordType(command.flag("passwordDigest") ? WSConstants.PASSWORD_DIGEST : WSConstants.PASSWORD_TEXT);
        token.setUserInfo(command.text("user"), command.text("password"));
        token.build(document, header);
    }

    private void asymmetric() throws Exception {
        if (!command.flag("noSign")) {
            var signature = certificateSignature(command.text("signatureReference", "binary"));
            signature.setParts(signedParts());
            signature.build(document, keys.crypto(), header);
            answer.add("signature", "value", signature.getSignatureValue());
        }
        if (!command.flag("noEncrypt")) {
            var encrypt = new WSSecEncrypt(config);
            encrypt.setUseThisCert(Keys.certificate(command.bytes("recipient")));
            encrypt.setKeyIdentifierType(referenceStyle(command.text("encryptionReference", "thumbprint")));
            encrypt.setSymmetricEncAlgorithm(suite.encryption());
            encrypt.setKeyEnc(suite.keyWrap());
            encrypt.setParts(encryptedParts());
            encrypt.build(document, keys.crypto(), header);
        }
    }

    /** The sort is stable. */
    private void sort(Comparator<Element> order) {
        var children = Xml.children(security);
        children.sort(order);
        children.forEach(security::appendChild);
    }

    /** Everything after its first use; but the order of signature and encryption, which every layout shows, stays. */
    private static int backwardRank(Element child) {
        boolean lists = child.getLocalName().equals("ReferenceList")
            || child.getElementsByTagNameNS(WSConstants.ENC_NS, "ReferenceList").getLength() > 0;
        return lists ? -10 : -rank(child);
    }

    /** The strict layout: everything before its first use. */
    private static int rank(Element child) {
        return switch (child.getLocalName()) {
            case "Timestamp" -> 0;
            case "SecurityContextToken", "EncryptedKey" -> 1;
            case "DerivedKeyToken" -> 2;
            case "BinarySecurityToken" -> 3;
            case "SignatureConfirmation", "UsernameToken" -> 4;
            case "ReferenceList" -> 5;
            default -> 6;
        };
    }
}
