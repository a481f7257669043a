package peer;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import org.apache.xml.security.encryption.XMLCipher;
import org.apache.xml.security.encryption.XMLEncryptionException;
import org.w3c.dom.Element;

/** Unwraps an EncryptedKey twice, with a cipher of the JDK and with Santuario, which have to agree. */
final class KeyUnwrap {
    private KeyUnwrap() {
    }

    static byte[] run(Element element, Element method, PrivateKey key, byte[] wrapped) throws Exception {
        String algorithm = method.getAttribute("Algorithm");
        byte[] ours = Primitives.unwrap(algorithm, attribute(method, "DigestMethod"), attribute(method, "MGF"), key, wrapped);
        if (!MessageDigest.isEqual(ours, bySantuario(element, key, ours.length))) {
            throw new IllegalArgumentException("Santuario unwraps another key by " + algorithm);
        }
        return ours;
    }

    private static byte[] bySantuario(Element element, PrivateKey key, int length) throws Exception {
        var cipher = XMLCipher.getInstance();
        cipher.init(XMLCipher.UNWRAP_MODE, key);
        try {
            return cipher.decryptKey(cipher.loadEncryptedKey(element.getOwnerDocument(), element),
                "http://www.w3.org/2001/04/xmlenc#aes" + length * 8 + "-cbc").getEncoded();
        } catch (XMLEncryptionException failure) {
            throw new GeneralSecurityException("Santuario cannot unwrap the key", failure);
        }
    }

    private static String attribute(Element method, String child) {
        var found = Judge.child(method, child);
        return found == null ? null : found.getAttribute("Algorithm");
    }
}
