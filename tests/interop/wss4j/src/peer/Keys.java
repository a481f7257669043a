package peer;

import java.io.ByteArrayInputStream;
import java.security.Key;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import org.apache.ws.security.WSPasswordCallback;
import org.apache.ws.security.components.crypto.Merlin;

/** The keys a command brings: {@code store} (PKCS#12), {@code trust} (DER certificates), {@code secret} ("identifier base64"). */
final class Keys implements CallbackHandler {
    static final String STORE_PASSWORD = "peer";

    private final Map<String, byte[]> secrets = new HashMap<>();
    private final String userPassword;
    private final KeyStore store;
    private String signer;

    Keys(Command command) throws Exception {
        userPassword = command.text("password", null);
        for (String secret : command.all("secret")) {
            int space = secret.lastIndexOf(' ');
            secrets.put(secret.substring(0, space), Command.decode(secret.substring(space + 1)));
        }
        store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        for (String encoded : command.all("store")) {
            addStore(Command.decode(encoded));
        }
        for (String encoded : command.all("trust")) {
            store.setCertificateEntry("trust" + store.size(), certificate(Command.decode(encoded)));
        }
    }

    /** The first private key of the first store. */
    String signer() {
        return signer;
    }

    boolean knowsPassword() {
        return userPassword != null;
    }

    Merlin crypto() {
        var crypto = new Merlin();
        crypto.setKeyStore(store);
        return crypto;
    }

    /** The private key of the signer. */
    PrivateKey signerKey() throws Exception {
        return (PrivateKey) store.getKey(signer, STORE_PASSWORD.toCharArray());
    }

    X509Certificate signerCertificate() throws Exception {
        return (X509Certificate) store.getCertificate(signer);
    }

    /** The private keys of all stores. */
    List<PrivateKey> privateKeys() throws Exception {
        var found = new ArrayList<PrivateKey>();
        for (String alias : Collections.list(store.aliases())) {
            if (store.isKeyEntry(alias)) {
                found.add((PrivateKey) store.getKey(alias, STORE_PASSWORD.toCharArray()));
            }
        }
        return found;
    }

    /** The public keys of the certificates of all stores. */
    List<Key> publicKeys() throws Exception {
        var found = new ArrayList<Key>();
        for (String alias : Collections.list(store.aliases())) {
            found.add(store.getCertificate(alias).getPublicKey());
        }
        return found;
    }

    /** The key with an identifier; null where none is known. */
    byte[] secret(String identifier) {
        return secrets.get(identifier);
    }

    void learn(String identifier, byte[] secret) {
        secrets.put(identifier, secret);
    }

    static X509Certificate certificate(byte[] der) throws Exception {
        return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
    }

    @Override
    public void handle(Callback[] callbacks) {
        for (Callback callback : callbacks) {
            var request = (WSPasswordCallback) callback;
            switch (request.getUsage()) {
                case WSPasswordCallback.DECRYPT, WSPasswordCallback.SIGNATURE -> request.setPassword(STORE_PASSWORD);
                case WSPasswordCallback.USERNAME_TOKEN -> request.setPassword(userPassword);
                default -> request.setKey(secrets.get(request.getIdentifier()));
            }
        }
    }

    private void addStore(byte[] content) throws Exception {
        var given = KeyStore.getInstance("PKCS12");
        given.load(new ByteArrayInputStream(content), STORE_PASSWORD.toCharArray());
        for (String alias : Collections.list(given.aliases())) {
            if (given.isKeyEntry(alias)) {
                String name = "key" + store.size();
                var key = given.getKey(alias, STORE_PASSWORD.toCharArray());
                store.setKeyEntry(name, key, STORE_PASSWORD.toCharArray(), given.getCertificateChain(alias));
                signer = signer == null ? name : signer;
            }
        }
    }
}
