package peer;

import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.MGF1ParameterSpec;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.crypto.spec.SecretKeySpec;

/** The algorithms of XML Encryption 1.0 and 1.1 with the ciphers of the JDK, every parameter named. */
final class Primitives {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int GCM_IV = 12;
    private static final int GCM_TAG = 16;

    private Primitives() {
    }

    /** P_hash of RFC 5246 section 5. */
    static byte[] pHash(String hash, byte[] secret, byte[] seed, int offset, int length) throws GeneralSecurityException {
        var mac = Mac.getInstance("Hmac" + hash);
        mac.init(new SecretKeySpec(secret, mac.getAlgorithm()));
        var output = new ByteArrayOutputStream();
        for (byte[] a = mac.doFinal(seed); output.size() < offset + length; a = mac.doFinal(a)) {
            mac.update(a);
            output.writeBytes(mac.doFinal(seed));
        }
        return Arrays.copyOfRange(output.toByteArray(), offset, offset + length);
    }

    /** The hash of an identifier, by its end: {@code ...#sha384}, {@code p_sha256}, {@code hmac-sha512}. */
    static String hashOf(String uri) {
        for (String size : new String[] {"256", "384", "512", "224"}) {
            if (uri.endsWith("sha" + size)) {
                return "SHA" + size;
            }
        }
        if (uri.endsWith("sha1")) {
            return "SHA1";
        }
        throw new IllegalArgumentException("unknown hash in " + uri);
    }

    static byte[] unwrap(String uri, String digest, String mgf, PrivateKey key, byte[] wrapped) throws GeneralSecurityException {
        return transport(uri, digest, mgf, Cipher.DECRYPT_MODE, key).doFinal(wrapped);
    }

    static byte[] wrap(String uri, String digest, String mgf, PublicKey key, byte[] octets) throws GeneralSecurityException {
        return transport(uri, digest, mgf, Cipher.ENCRYPT_MODE, key).doFinal(octets);
    }

    /** XML Encryption 1.1 section 5.2.4, or 1.0 section 5.2. */
    static byte[] decrypt(String uri, byte[] key, byte[] octets) throws GeneralSecurityException {
        boolean gcm = uri.endsWith("gcm");
        boolean des = uri.contains("tripledes");
        int iv = gcm ? GCM_IV : des ? 8 : 16;
        var cipher = Cipher.getInstance(gcm ? "AES/GCM/NoPadding" : des ? "DESede/CBC/NoPadding" : "AES/CBC/NoPadding");
        cipher.init(Cipher.DECRYPT_MODE, new SecretKeySpec(key, des ? "DESede" : "AES"),
            gcm ? new GCMParameterSpec(GCM_TAG * 8, octets, 0, iv) : new IvParameterSpec(octets, 0, iv));
        byte[] plain = cipher.doFinal(octets, iv, octets.length - iv);
        return gcm ? plain : Arrays.copyOf(plain, plain.length - plain[plain.length - 1]);
    }

    static byte[] encryptGcm(byte[] key, byte[] plain) throws GeneralSecurityException {
        byte[] iv = random(GCM_IV);
        var cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new GCMParameterSpec(GCM_TAG * 8, iv));
        byte[] sealed = cipher.doFinal(plain);
        byte[] octets = Arrays.copyOf(iv, iv.length + sealed.length);
        System.arraycopy(sealed, 0, octets, iv.length, sealed.length);
        return octets;
    }

    static byte[] random(int length) {
        byte[] octets = new byte[length];
        RANDOM.nextBytes(octets);
        return octets;
    }

    private static Cipher transport(String uri, String digest, String mgf, int mode, Key key) throws GeneralSecurityException {
        if (uri.endsWith("rsa-1_5")) {
            var cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding");
            cipher.init(mode, key);
            return cipher;
        }
        boolean fixed = uri.endsWith("rsa-oaep-mgf1p");
        if (!fixed && !uri.equals("http://www.w3.org/2009/xmlenc11#rsa-oaep")) {
            throw new IllegalArgumentException("unknown key transport " + uri);
        }
        // Absent elements mean SHA-1 (XML Encryption 1.1 section 5.5.2).
        String hash = digest == null ? "SHA1" : hashOf(digest);
        String mask = fixed || mgf == null ? "SHA1" : hashOf(mgf);
        var cipher = Cipher.getInstance("RSA/ECB/OAEPPadding");
        cipher.init(mode, key, new OAEPParameterSpec(
            name(hash), "MGF1", new MGF1ParameterSpec(name(mask)), PSource.PSpecified.DEFAULT));
        return cipher;
    }

    private static String name(String hash) {
        return hash.replace("SHA", "SHA-");
    }
}
