package peer;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.ws.security.WSConstants;
import org.apache.ws.security.WSEncryptionPart;
import org.apache.ws.security.conversation.ConversationConstants;
import org.apache.ws.security.message.WSSecDKEncrypt;
import org.apache.ws.security.message.WSSecDKSign;
import org.apache.ws.security.message.WSSecEncryptedKey;
import org.apache.ws.security.message.WSSecSecurityContextToken;
import org.apache.ws.security.message.token.SecurityContextToken;

/** Symmetric protection with keys derived from an encrypted key or from a security context. */
final class DerivedKeyMaker {
    private final Maker maker;
    private final int version;
    private byte[] secret;
    private String token;
    private boolean byIdentifier;
    private String valueType;

    private DerivedKeyMaker(Maker maker) {
        this.maker = maker;
        version = maker.command.text("conversation", "2005").equals("1.3")
            ? ConversationConstants.VERSION_05_12 : ConversationConstants.VERSION_05_02;
    }

    /** WSS 1.1: a key wrapped for the service; with a key store, the client's certificate endorses. */
    static void fromEncryptedKey(Maker maker) throws Exception {
        var self = new DerivedKeyMaker(maker);
        var key = new WSSecEncryptedKey(maker.config);
        key.setUseThisCert(Keys.certificate(maker.command.bytes("recipient")));
        key.setKeyIdentifierType(Maker.referenceStyle(maker.command.text("encryptionReference", "thumbprint")));
        key.setKeyEncAlgo(maker.suite.keyWrap());
        key.setSymmetricEncAlgorithm(maker.suite.encryption());
        key.prepare(maker.document, maker.keys.crypto());
        key.prependToHeader(maker.header);
        self.secret = key.getEphemeralKey();
        self.token = key.getId();
        self.valueType = WSConstants.WSS_ENC_KEY_VALUE_TYPE;
        // The reply refers to the key by its hash: whoever verifies the reply needs both.
        maker.answer.add("encryptedKey",
            "sha1", MessageDigest.getInstance("SHA-1").digest(key.getEncryptedEphemeralKey()), "secret", self.secret);
        self.protect();
    }

    /** A session. Unattached: no token in the header, keys refer to the context by its identifier. */
    static void fromContext(Maker maker) throws Exception {
        var self = new DerivedKeyMaker(maker);
        self.secret = maker.command.bytes("contextSecret");
        self.valueType = (self.version == ConversationConstants.VERSION_05_02
            ? ConversationConstants.WSC_NS_05_02 : ConversationConstants.WSC_NS_05_12)
            + ConversationConstants.TOKEN_TYPE_SECURITY_CONTEXT_TOKEN;
        String identifier = maker.command.text("context");
        if (maker.command.flag("unattached")) {
            self.token = identifier;
            self.byIdentifier = true;
        } else {
            var context = new SecurityContextToken(self.version, maker.document, identifier);
            self.token = "uuid-" + UUID.randomUUID() + "-1";
            context.setID(self.token);
            var builder = new WSSecSecurityContextToken();
            builder.setSct(context);
            builder.prependSCTElementToHeader(maker.document, maker.header);
        }
        self.protect();
    }

    private void protect() throws Exception {
        if (!maker.command.flag("noSign")) {
            String signature = sign();
            if (maker.keys.signer() != null) {
                endorse(signature);
            }
        }
        if (!maker.command.flag("noEncrypt")) {
            encrypt();
        }
    }

    private String sign() throws Exception {
        var sign = new WSSecDKSign(maker.config);
        sign.setWscVersion(version);
        sign.setExternalKey(secret, token);
        sign.setTokenIdDirectId(byIdentifier);
        sign.setCustomValueType(valueType);
        sign.setSignatureAlgorithm(maker.suite.hmac());
        sign.setDigestAlgorithm(maker.suite.digest());
        sign.setDerivedKeyLength(maker.command.number("signatureLength", maker.suite.signatureLength()));
        sign.setSigCanonicalization(WSConstants.C14N_EXCL_OMIT_COMMENTS);
        sign.prepare(maker.document, maker.header);
        sign.computeSignature(sign.addReferencesToSign(maker.signedParts(), maker.header), false, null);
        sign.appendDKElementToHeader(maker.header);
        maker.answer.add("signature", "value", sign.getSignatureValue());
        return sign.getSignatureId();
    }

    private void endorse(String primary) throws Exception {
        var signature = maker.certificateSignature(maker.command.text("signatureReference", "binary"));
        signature.prepare(maker.document, maker.keys.crypto(), maker.header);
        signature.appendBSTElementToHeader(maker.header);
        var parts = List.of(new WSEncryptionPart(primary, "Element"));
        signature.computeSignature(signature.addReferencesToSign(new ArrayList<>(parts), maker.header), false, null);
        maker.answer.add("signature", "value", signature.getSignatureValue());
    }

    private void encrypt() throws Exception {
        var encrypt = new WSSecDKEncrypt(maker.config);
        encrypt.setWscVersion(version);
        encrypt.setExternalKey(secret, token);
        encrypt.setTokenIdDirectId(byIdentifier);
        encrypt.setCustomValueType(valueType);
        encrypt.setSymmetricEncAlgorithm(maker.suite.encryption());
        encrypt.setDerivedKeyLength(maker.suite.encryptionLength());
        encrypt.prepare(maker.document);
        var references = encrypt.encryptForExternalRef(null, maker.encryptedParts());
        encrypt.addExternalRefElement(references, maker.header);
        encrypt.appendDKElementToHeader(maker.header);
    }
}
