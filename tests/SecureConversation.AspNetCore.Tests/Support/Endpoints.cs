using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;

namespace SecureConversation.AspNetCore.Tests.Support;

/// <summary>Options for the endpoints of the tests, and the credentials on both sides.</summary>
internal static class Endpoints
{
    public static MessageSecurity Session { get; } = new() { NegotiateServiceCredential = false, AlgorithmSuite = SecurityAlgorithmSuite.Basic256Sha256 };

    public static MessageSecurity Single { get; } = Session with { EstablishSecurityContext = false };

    public static MessageSecurity Anonymous { get; } = Single with { ClientCredentialType = MessageCredentialType.None };

    public static MessageSecurity UserName { get; } = Session with { ClientCredentialType = MessageCredentialType.UserName };

    public static ServiceCredentials ServiceCredentials => TestCredentials.Service;

    public static ClientCredentials ClientCredentials => TestCredentials.Client;

    /// <summary>Options with credentials and this security.</summary>
    public static Action<SecureConversationServiceOptions> With(MessageSecurity security, Action<SecureConversationServiceOptions>? more = null) => options =>
    {
        options.MessageSecurity = security;
        options.Credentials = ServiceCredentials;
        // A clock that stands still would hold refusals for ever.
        options.FailureAnswers = new() { Step = TimeSpan.Zero };
        more?.Invoke(options);
    };
}
