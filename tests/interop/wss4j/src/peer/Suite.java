package peer;

import org.apache.ws.security.WSConstants;

/** The algorithms of a suite of WS-SecurityPolicy, as far as WSS4J needs them named. */
record Suite(String encryption, int encryptionLength, int signatureLength, String keyWrap, String digest, String hmac, String rsa) {

    static Suite named(String name) {
        boolean sha256 = name.contains("Sha256");
        String encryption = name.startsWith("Basic128") ? WSConstants.AES_128
            : name.startsWith("Basic192") ? WSConstants.AES_192
            : name.startsWith("TripleDes") ? WSConstants.TRIPLE_DES
            : WSConstants.AES_256;
        return new Suite(
            encryption,
            encryption.equals(WSConstants.AES_128) ? 16 : encryption.equals(WSConstants.AES_256) ? 32 : 24,
            encryption.equals(WSConstants.AES_128) ? 16 : 24,
            name.contains("Rsa15") ? WSConstants.KEYTRANSPORT_RSA15 : WSConstants.KEYTRANSPORT_RSAOEP,
            sha256 ? WSConstants.SHA256 : WSConstants.SHA1,
            sha256 ? "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256" : WSConstants.HMAC_SHA1,
            sha256 ? "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256" : WSConstants.RSA_SHA1);
    }
}
