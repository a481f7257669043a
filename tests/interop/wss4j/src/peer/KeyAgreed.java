package peer;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.spec.SecretKeySpec;
import org.w3c.dom.Element;

/** ECDH-ES, ConcatKDF and AES key wrap by the primitives of the JDK. Of what is written in an EncryptedKey it takes nothing for granted. */
final class KeyAgreed {
    static final String ECDH_ES = "http://www.w3.org/2009/xmlenc11#ECDH-ES";
    static final String CONCAT_KDF = "http://www.w3.org/2009/xmlenc11#ConcatKDF";
    static final String KW = "http://www.w3.org/2001/04/xmlenc#kw-aes";
    private static final String XENC11 = "http://www.w3.org/2009/xmlenc11#";
    private static final String DSIG11 = "http://www.w3.org/2009/xmldsig11#";

    private KeyAgreed() {
    }

    static byte[] unwrap(Element element, Element method, PrivateKey key, byte[] wrapped) throws GeneralSecurityException {
        var agreement = Judge.first(element, Judge.XENC, "AgreementMethod");
        var derivation = Judge.first(agreement, XENC11, "KeyDerivationMethod");
        var parameters = Judge.first(derivation, XENC11, "ConcatKDFParams");
        var value = Judge.first(agreement, DSIG11, "ECKeyValue");
        require(agreement.getAttribute("Algorithm").equals(ECDH_ES), "agreement");
        require(derivation.getAttribute("Algorithm").equals(CONCAT_KDF), "derivation");
        require(method.getAttribute("Algorithm").startsWith(KW), "key wrap");
        if (!(key instanceof ECPrivateKey)) {
            throw new InvalidKeyException("the key is not on a curve");
        }
        String curve = Judge.first(value, DSIG11, "NamedCurve").getAttribute("URI");
        byte[] point = Base64.getMimeDecoder().decode(Judge.first(value, DSIG11, "PublicKey").getTextContent());
        require(octets(parameters, "AlgorithmID").equals(hex(method.getAttribute("Algorithm").getBytes(StandardCharsets.UTF_8))), "AlgorithmID");
        require(octets(parameters, "PartyUInfo").equals(hex(point)), "PartyUInfo");
        byte[] info = HexFormat.of().parseHex(octets(parameters, "AlgorithmID") + octets(parameters, "PartyUInfo") + octets(parameters, "PartyVInfo"));
        String digest = Judge.first(parameters, Judge.DS, "DigestMethod").getAttribute("Algorithm");
        byte[] wrappingKey = derive(digest, agree(key, publicKey(curve, point)), info, bits(method.getAttribute("Algorithm")) / 8);
        var cipher = Cipher.getInstance("AESWrap");
        cipher.init(Cipher.UNWRAP_MODE, new SecretKeySpec(wrappingKey, "AES"));
        return cipher.unwrap(wrapped, "AES", Cipher.SECRET_KEY).getEncoded();
    }

    /** Wraps a secret for a certificate: the AgreementMethod around what names the certificate, and the wrapped key. */
    static Wrapped wrap(String wrap, String digest, X509Certificate recipient, String reference, byte[] secret) throws GeneralSecurityException {
        var known = (ECPublicKey) recipient.getPublicKey();
        int field = (known.getParams().getCurve().getField().getFieldSize() + 7) / 8;
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(known.getParams());
        var pair = generator.generateKeyPair();
        var own = ((ECPublicKey) pair.getPublic()).getW();
        byte[] point = ByteBuffer.allocate(1 + 2 * field).put((byte) 4).put(fixed(own.getAffineX(), field)).put(fixed(own.getAffineY(), field)).array();
        byte[] algorithm = wrap.getBytes(StandardCharsets.UTF_8);
        byte[] party = MessageDigest.getInstance(hashOf(digest)).digest(recipient.getEncoded());
        var info = new ByteArrayOutputStream();
        info.writeBytes(algorithm);
        info.writeBytes(point);
        info.writeBytes(party);
        byte[] wrappingKey = derive(digest, agree(pair.getPrivate(), known), info.toByteArray(), bits(wrap) / 8);
        var cipher = Cipher.getInstance("AESWrap");
        cipher.init(Cipher.WRAP_MODE, new SecretKeySpec(wrappingKey, "AES"));
        String xml = "<xenc:AgreementMethod xmlns:xenc=\"" + Judge.XENC + "\" Algorithm=\"" + ECDH_ES + "\"><xenc11:KeyDerivationMethod xmlns:xenc11=\"" + XENC11
            + "\" Algorithm=\"" + CONCAT_KDF + "\"><xenc11:ConcatKDFParams AlgorithmID=\"00" + hex(algorithm) + "\" PartyUInfo=\"00" + hex(point) + "\" PartyVInfo=\"00"
            + hex(party) + "\"><ds:DigestMethod Algorithm=\"" + digest + "\"/></xenc11:ConcatKDFParams></xenc11:KeyDerivationMethod><xenc:OriginatorKeyInfo>"
            + "<ds:KeyValue><dsig11:ECKeyValue xmlns:dsig11=\"" + DSIG11 + "\"><dsig11:NamedCurve URI=\"urn:oid:" + (field == 32 ? "1.2.840.10045.3.1.7" : "1.3.132.0.34")
            + "\"/><dsig11:PublicKey>" + Base64.getEncoder().encodeToString(point) + "</dsig11:PublicKey></dsig11:ECKeyValue></ds:KeyValue></xenc:OriginatorKeyInfo>"
            + "<xenc:RecipientKeyInfo>" + reference + "</xenc:RecipientKeyInfo></xenc:AgreementMethod>";
        return new Wrapped(xml, cipher.wrap(new SecretKeySpec(secret, "AES")));
    }

    record Wrapped(String method, byte[] octets) {
    }

    private static byte[] agree(PrivateKey own, PublicKey other) throws GeneralSecurityException {
        var agreement = KeyAgreement.getInstance("ECDH");
        agreement.init(own);
        agreement.doPhase(other, true);
        return agreement.generateSecret();
    }

    private static byte[] derive(String digest, byte[] secret, byte[] info, int length) throws GeneralSecurityException {
        var hash = MessageDigest.getInstance(hashOf(digest));
        var out = new ByteArrayOutputStream();
        for (int counter = 1; out.size() < length; counter++) {
            hash.update(ByteBuffer.allocate(4).putInt(counter).array());
            hash.update(secret);
            out.writeBytes(hash.digest(info));
        }
        return Arrays.copyOf(out.toByteArray(), length);
    }

    private static PublicKey publicKey(String curve, byte[] point) throws GeneralSecurityException {
        require(point[0] == 4, "uncompressed point");
        var parameters = AlgorithmParameters.getInstance("EC");
        parameters.init(new ECGenParameterSpec(curve.equals("urn:oid:1.2.840.10045.3.1.7") ? "secp256r1" : "secp384r1"));
        int half = point.length / 2;
        return KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(
            new ECPoint(new BigInteger(1, point, 1, half), new BigInteger(1, point, 1 + half, half)), parameters.getParameterSpec(ECParameterSpec.class)));
    }

    private static String hashOf(String uri) {
        return uri.endsWith("#sha512") ? "SHA-512" : uri.endsWith("#sha384") ? "SHA-384" : "SHA-256";
    }

    private static int bits(String wrap) {
        return Integer.parseInt(wrap.substring(KW.length()));
    }

    /** A bit string of whole octets, without the octet that says so. */
    private static String octets(Element parameters, String name) {
        String text = parameters.getAttribute(name);
        require(text.startsWith("00"), name);
        return text.substring(2).toLowerCase(java.util.Locale.ROOT);
    }

    private static String hex(byte[] octets) {
        return HexFormat.of().formatHex(octets);
    }

    private static byte[] fixed(BigInteger number, int length) {
        byte[] octets = number.toByteArray();
        byte[] result = new byte[length];
        int count = Math.min(octets.length, length);
        System.arraycopy(octets, octets.length - count, result, length - count, count);
        return result;
    }

    private static void require(boolean condition, String what) {
        if (!condition) {
            throw new IllegalArgumentException("the key agreement has another " + what);
        }
    }
}
