using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Http;

namespace Quickstart;

/// <summary>Security as both sides are configured with it, and clients.</summary>
internal static class Clients
{
    public const string Action = "urn:quickstart/Place";

    /// <summary>Both sides have certificates, and the client knows that of the service; it opens a session first.</summary>
    public static MessageSecurity InSession { get; } = new()
    {
        ClientCredentialType = MessageCredentialType.Certificate,
        NegotiateServiceCredential = false,
        EstablishSecurityContext = true,
        AlgorithmSuite = SecurityAlgorithmSuite.Basic256Sha256,
    };

    /// <summary>The same without a session: each message is protected by the certificates.</summary>
    public static MessageSecurity OneByOne { get; } = InSession with { EstablishSecurityContext = false };

    public static SecureConversationClient Connect(Uri address, MessageSecurity security, ClientCredentials credentials, Wire wire) =>
        new(address, new SecureConversationHttpOptions { MessageSecurity = security, Credentials = credentials }, wire.CreateTransport())
        {
            Timeout = TimeSpan.FromSeconds(10),
        };

    public static string Order(string item) => $"<Place xmlns='urn:quickstart'><item>{item}</item><card>4111 1111 1111 1111</card></Place>";
}
