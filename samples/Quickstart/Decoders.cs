using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;
using SecureConversation.Diagnosis;

namespace Quickstart;

/// <summary>Reads what was recorded on the wire, with the private key of the service.</summary>
internal static class Decoders
{
    public static ConversationDecoder Create(People people) => new(
        MessageSecurityBinding.Create(Clients.InSession),
        new ConversationKeys { Service = people.Service.Credential, IsTrusted = certificate => IsTrusted(certificate, people) });

    public static DecodedMessage Decode(this ConversationDecoder decoder, Recorded message) =>
        decoder.Decode(message.Body, message.Direction, message.At, message.ContentType);

    private static bool IsTrusted(X509Certificate2 certificate, People people)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(people.Authority.Certificate);
        return chain.Build(certificate);
    }
}
