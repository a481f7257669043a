using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Diagnosis;
using SecureConversation.Testing.Vectors;

namespace SecureConversation.Policy.Tests.Vectors;

/// <summary>
/// The binding that a WSDL imports to, with its protection of messages, verifies the conversation that was recorded with it.
/// </summary>
public sealed class VectorConversationTests
{
    public static TheoryData<string> All => [.. VectorWsdl.Names
        .Select(name => new TheoryDataRow<string>(name) { Label = name })];

    [Theory]
    [MemberData(nameof(All))]
    public void Conversation_VerifiesWithTheImportedBinding(string name)
    {
        var vector = VectorArchive.Get(name);
        using var decoder = new ConversationDecoder(Binding(vector), new ConversationKeys
        {
            Service = new X509Credential(vector.ServiceCertificate),
            Client = new X509Credential(vector.ClientCertificate),
            IsTrusted = certificate => certificate.RawDataMemory.Span.SequenceEqual(vector.ClientCertificate.RawDataMemory.Span),
            IsAccepted = (user, password) => vector.File.Credentials is { } known && (known.UserName, known.Password) == (user, password),
        });
        var verified = 0;
        var refused = 0;
        foreach (var message in vector.Messages)
        {
            var direction = message.IsFromClient ? MessageDirection.ClientToService : MessageDirection.ServiceToClient;
            using var decoded = decoder.Decode(message.ReadBytes(), direction, message.Record.Instant, message.ContentType);
            if (message.Record.Expect is VectorExpectation.Verified)
            {
                Assert.True(decoded.IsVerified, $"{message.Record.File} ({message.Record.Kind}): {decoded.Failure} {decoded.Detail}");
                verified++;
            }
            else if (message.Record.Expect is VectorExpectation.Rejected && !decoded.IsVerified)
            {
                refused++;
            }
        }

        // Two conversations of CXF sign with SHA-1 under a policy of SHA-256: nothing of them may verify.
        Assert.True(verified > 0 || refused > 0);
    }

    /// <summary>Local settings are those of the recording, as no policy says them; all else is imported.</summary>
    private static MessageSecurityBinding Binding(Vector vector)
    {
        var imported = VectorWsdl.Import(vector.Name).RequireBinding();
        var recorded = VectorBindings.Create(vector.File.Binding).Element;
        var element = WithLocal(imported.Element, recorded);
        if (element is SymmetricSecurityBindingElement symmetric
            && symmetric.ProtectionTokenParameters is SecureConversationSecurityTokenParameters session)
        {
            var bootstrap = ((SecureConversationSecurityTokenParameters)((SymmetricSecurityBindingElement)recorded)
                .ProtectionTokenParameters!)
                .BootstrapSecurityBindingElement!;
            element = symmetric with
            {
                ProtectionTokenParameters = session with
                {
                    BootstrapSecurityBindingElement = WithLocal(session.BootstrapSecurityBindingElement!, bootstrap),
                },
            };
        }

        // The policy says that there is a reliable session, and no more: the rest is not message security.
        return MessageSecurityBinding.Create(
            element, imported.MessageVersion, imported.Protection, VectorBindings.Create(vector.File.Binding).ReliableSession);
    }

    private static SecurityBindingElement WithLocal(SecurityBindingElement element, SecurityBindingElement recorded)
    {
        var local = element with
        {
            LocalClientSettings = recorded.LocalClientSettings,
            LocalServiceSettings = recorded.LocalServiceSettings,
        };
        return (local, recorded) is (AsymmetricSecurityBindingElement mine, AsymmetricSecurityBindingElement theirs)
            ? mine with { AllowSerializedSigningTokenOnReply = theirs.AllowSerializedSigningTokenOnReply }
            : local;
    }
}
