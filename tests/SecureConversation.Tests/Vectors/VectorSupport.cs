using SecureConversation.Credentials;
using SecureConversation.Diagnosis;
using SecureConversation.Testing.Vectors;

namespace SecureConversation.Tests.Vectors;

/// <summary>What the tests over vectors share.</summary>
internal static class VectorSupport
{
    public static ConversationDecoder CreateDecoder(Vector vector) => new(VectorBindings.Create(vector), new ConversationKeys
    {
        Service = new X509Credential(vector.ServiceCertificate),
        Client = new X509Credential(vector.ClientCertificate),
        IsTrusted = certificate => certificate.RawDataMemory.Span.SequenceEqual(vector.ClientCertificate.RawDataMemory.Span),
        IsAccepted = (user, password) => IsKnownUser(vector, user, password),
    });

    /// <summary>Whom the recorded services knew: the user of the vector, and where there are users one called bob.</summary>
    public static bool IsKnownUser(Vector vector, string user, string password) => vector.File.Credentials is { } credentials
        && ((user == credentials.UserName && password == credentials.Password) || (user == "bob" && password == "secret"));

    /// <summary>
    /// Refusals that a passive observer cannot foresee: the service had forgotten an idle session, or its clock ran
    /// ahead of the client's. The tests of the service role judge those.
    /// </summary>
    public static bool IsBeyondTheMessage(VectorExpectation.Rejected rejected, DecodedMessage decoded) =>
        decoded.IsVerified && rejected.Word is RejectionWord.UnknownContext or RejectionWord.ExpiredKey;

    public static string Describe(Vector vector, VectorKey key) => key switch
    {
        VectorKey.DerivedKey derived => $"DerivedKey {derived.Nonce}",
        VectorKey.EncryptedKey encrypted => $"EncryptedKey {encrypted.Sha1}",
        VectorKey.SecurityContext context => $"SecurityContext {context.Identifier} {context.Instance}",
        VectorKey.Certificate certificate => "Certificate " + Convert.ToBase64String(
            (certificate.Party == VectorParty.Service ? vector.ServiceCertificate : vector.ClientCertificate).GetCertHash()),
        _ => throw new ArgumentOutOfRangeException(nameof(key)),
    };

    public static string Describe(ProtectionKey key) =>
        key.Kind == ProtectionKeyKind.SecurityContext ? $"SecurityContext {key.Name} {key.Instance}" : $"{key.Kind} {key.Name}";
}
