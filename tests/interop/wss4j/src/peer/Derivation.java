package peer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.apache.ws.security.conversation.ConversationConstants;
import org.apache.ws.security.conversation.dkalgo.P_SHA1;

/** P_SHA-1 with a raw seed (computed keys of WS-Trust), or with a nonce and a label (derived keys of WS-SecureConversation). */
final class Derivation {
    private static final String DEFAULT_LABEL = ConversationConstants.DEFAULT_LABEL + ConversationConstants.DEFAULT_LABEL;

    private Derivation() {
    }

    static void run(Command command, Answer answer) throws Exception {
        var seed = new ByteArrayOutputStream();
        if (command.options().containsKey("seed")) {
            seed.write(command.bytes("seed"));
        } else {
            seed.write(command.text("label", DEFAULT_LABEL).getBytes(StandardCharsets.UTF_8));
            seed.write(command.bytes("nonce"));
        }
        byte[] key = new P_SHA1().createKey(
            command.bytes("secret"), seed.toByteArray(), command.number("offset", 0), command.number("length", 32));
        answer.add("key", "value", key);
    }
}
