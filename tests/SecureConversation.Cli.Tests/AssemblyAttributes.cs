using SecureConversation.Testing;

[assembly: NoUnexpectedErrors]
