package peer;

import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.ws.security.WSConstants;
import org.apache.ws.security.WSDataRef;
import org.apache.ws.security.WSSConfig;
import org.apache.ws.security.WSSecurityEngine;
import org.apache.ws.security.WSSecurityEngineResult;
import org.apache.ws.security.handler.RequestData;
import org.apache.ws.security.message.token.DerivedKeyToken;
import org.apache.ws.security.message.token.SecurityContextToken;
import org.apache.ws.security.message.token.SignatureConfirmation;
import org.apache.ws.security.message.token.Timestamp;
import org.apache.ws.security.util.WSSecurityUtil;
import org.apache.ws.security.validate.NoOpValidator;

/** Verifies and decrypts a message, and reports what the security header held, in order. */
final class Verifier {
    private Verifier() {
    }

    static void run(Command command, Answer answer) throws Exception {
        var document = Xml.parse(command.bytes("message"));
        var header = WSSecurityUtil.getSecurityHeader(document, "");
        if (header == null) {
            throw new IllegalArgumentException("no wsse:Security header");
        }
        var keys = new Keys(command);
        var config = config(command, keys);
        var request = new RequestData();
        request.setWssConfig(config);
        request.setSigCrypto(keys.crypto());
        request.setDecCrypto(keys.crypto());
        request.setCallbackHandler(keys);
        var engine = new WSSecurityEngine();
        engine.setWssConfig(config);

        // The engine prepends each result.
        var results = new ArrayList<>(engine.processSecurityHeader(header, request));
        Collections.reverse(results);
        for (WSSecurityEngineResult result : results) {
            report(result, answer);
        }
        answer.add("plain", "bytes", Xml.write(document));
    }

    /** Age is never judged: recorded messages are old. Trust and passwords are judged when the command brings something to judge by. */
    private static WSSConfig config(Command command, Keys keys) {
        var config = WSSConfig.getNewInstance();
        config.setWsiBSPCompliant(command.flag("bsp"));
        config.setTimeStampStrict(false);
        config.setAllowUsernameTokenNoPassword(true);
        config.setValidator(WSSecurityEngine.TIMESTAMP, new NoOpValidator());
        if (command.all("trust").isEmpty()) {
            config.setValidator(WSSecurityEngine.SIGNATURE, new NoOpValidator());
        }
        if (!keys.knowsPassword()) {
            config.setValidator(WSSecurityEngine.USERNAME_TOKEN, new NoOpValidator());
        }
        return config;
    }

    private static void report(WSSecurityEngineResult result, Answer answer) throws Exception {
        int action = (Integer) result.get(WSSecurityEngineResult.TAG_ACTION);
        var id = result.get(WSSecurityEngineResult.TAG_ID);
        var secret = result.get(WSSecurityEngineResult.TAG_SECRET);
        switch (action) {
            case WSConstants.TS -> {
                var timestamp = (Timestamp) result.get(WSSecurityEngineResult.TAG_TIMESTAMP);
                answer.add("timestamp", "id", id,
                    "created", instant(timestamp.getCreated()), "expires", instant(timestamp.getExpires()));
            }
            case WSConstants.SCT -> {
                var token = (SecurityContextToken) result.get(WSSecurityEngineResult.TAG_SECURITY_CONTEXT_TOKEN);
                answer.add("context", "id", id, "identifier", token.getIdentifier(), "secret", secret);
            }
            case WSConstants.DKT -> {
                var token = (DerivedKeyToken) result.get(WSSecurityEngineResult.TAG_DERIVED_KEY_TOKEN);
                answer.add("derivedKey", "id", id, "nonce", token.getNonce(), "offset", token.getOffset(),
                    "length", token.getLength(), "label", token.getLabel(), "generation", token.getGeneration());
            }
            case WSConstants.SC -> {
                var confirmation = (SignatureConfirmation) result.get(WSSecurityEngineResult.TAG_SIGNATURE_CONFIRMATION);
                answer.add("confirmation", "id", id, "value", confirmation.getSignatureValue());
            }
            case WSConstants.ENCR -> {
                var wrapped = (byte[]) result.get(WSSecurityEngineResult.TAG_ENCRYPTED_EPHEMERAL_KEY);
                if (wrapped != null) {
                    answer.add("encryptedKey", "id", id, "sha1", MessageDigest.getInstance("SHA-1").digest(wrapped),
                        "secret", secret, "transport", result.get(WSSecurityEngineResult.TAG_ENCRYPTED_KEY_TRANSPORT_METHOD));
                }
                parts("decrypted", result, answer);
            }
            case WSConstants.SIGN, WSConstants.UT_SIGN -> {
                answer.add("signature", "id", id,
                    "method", result.get(WSSecurityEngineResult.TAG_SIGNATURE_METHOD),
                    "canonicalization", result.get(WSSecurityEngineResult.TAG_CANONICALIZATION_METHOD),
                    "value", result.get(WSSecurityEngineResult.TAG_SIGNATURE_VALUE),
                    "certificate", certificate(result));
                parts("signed", result, answer);
            }
            case WSConstants.BST -> answer.add("binaryToken", "id", id, "certificate", certificate(result));
            case WSConstants.UT, WSConstants.UT_NOPASSWORD -> answer.add("username", "id", id);
            default -> answer.add("other", "id", id, "action", action);
        }
    }

    @SuppressWarnings("unchecked")
    private static void parts(String word, WSSecurityEngineResult result, Answer answer) {
        var references = (List<WSDataRef>) result.get(WSSecurityEngineResult.TAG_DATA_REF_URIS);
        for (WSDataRef reference : references == null ? List.<WSDataRef>of() : references) {
            answer.add(word, "name", reference.getName(), "id", reference.getWsuId(), "content", reference.isContent(),
                "algorithm", reference.getAlgorithm(), "digest", reference.getDigestAlgorithm());
        }
    }

    private static String certificate(WSSecurityEngineResult result) {
        var certificate = (X509Certificate) result.get(WSSecurityEngineResult.TAG_X509_CERTIFICATE);
        return certificate == null ? null : certificate.getSubjectX500Principal().getName();
    }

    private static Object instant(java.util.Date date) {
        return date == null ? null : date.toInstant();
    }
}
