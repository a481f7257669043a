using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Interop.Support;
using SecureConversation.Testing;
using SecureConversation.Testing.Peers;

namespace SecureConversation.Interop.Wss4j;

/// <summary>Every way to refer to a certificate, certificates that cannot be referred to in every way, and keys that never leave their device.</summary>
public sealed class CertificateTests
{
    private static readonly PeerKeys KeysWithoutIdentifier = PeerKeys.None
        .WithPrivateKey(TestCertificates.ServiceWithoutKeyIdentifier).WithPrivateKey(TestCertificates.ClientWithoutKeyIdentifier)
        .Trusting(TestCertificates.Authority);

    public static TheoryData<string, X509ReferenceStyle, bool> Styles
    {
        get
        {
            var data = new TheoryData<string, X509ReferenceStyle, bool>();
            foreach (var binding in new[] { "mutualcert//session", "anonymous//single", "duplex//single", "mutualcert-wss10//single" })
            {
                foreach (var style in Enum.GetValues<X509ReferenceStyle>().Where(s => s != X509ReferenceStyle.Thumbprint || !binding.Contains("wss10", StringComparison.Ordinal)))
                {
                    data.Add(binding, style, true);
                    data.Add(binding, style, false);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Styles))]
    public async Task ReferenceStyle_IsUnderstood(string name, X509ReferenceStyle style, bool withIdentifier)
    {
        PeerAvailability.Require(Wss4jPeer.MissingReason);
        var binding = WithStyle(Bindings.Create(name), style);
        var loopback = withIdentifier
            ? new Loopback(binding)
            : Create(binding, new X509Credential(TestCertificates.ClientWithoutKeyIdentifier), new X509Credential(TestCertificates.ServiceWithoutKeyIdentifier));
        if (style == X509ReferenceStyle.SubjectKeyIdentifier && !withIdentifier)
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => RecordAsync(loopback));
            return;
        }

        var messages = await RecordAsync(loopback);

        // The peer does not know a certificate that stands in KeyInfo.
        if (style != X509ReferenceStyle.RawDataKeyIdentifier)
        {
            var judge = new PeerJudge(withIdentifier ? null : KeysWithoutIdentifier);
            messages.ForEach(message => judge.Verify(message, binding));
        }
    }

    [Theory]
    [InlineData("mutualcert//session", "Basic256")]
    [InlineData("mutualcert-2007//single", "Basic256Sha256")]
    [InlineData("mutualcert-wss10//session", "Basic256Sha256Rsa15")]
    [InlineData("duplex//single", "TripleDesRsa15")]
    public async Task KeysThatCannotBeExported_Serve(string name, string suite)
    {
        PeerAvailability.Require(Wss4jPeer.MissingReason);
        var binding = Bindings.Create(name, SecurityAlgorithmSuite.Parse(suite));
        using var client = new NonExportableRsa(TestCertificates.Client.GetRSAPrivateKey()!);
        using var service = new NonExportableRsa(TestCertificates.Service.GetRSAPrivateKey()!);

        var messages = await RecordAsync(Create(binding, new X509Credential(TestCertificates.Client, client), new X509Credential(TestCertificates.Service, service)));

        var judge = new PeerJudge();
        messages.ForEach(message => judge.Verify(message, binding));
    }

    private static Task<List<WireMessage>> RecordAsync(Loopback loopback) =>
        Conversation.RecordAsync(loopback, Loopback.Request(loopback.Binding.MessageVersion), Loopback.Reply(loopback.Binding.MessageVersion));

    private static Loopback Create(MessageSecurityBinding binding, X509Credential client, X509Credential service) => new(binding,
        client: new ClientCredentials
        {
            ClientCertificate = client,
            ServiceCertificate = service.Certificate,
            ServiceCertificateValidation = Loopback.ClientCredentials.ServiceCertificateValidation,
        },
        service: new ServiceCredentials
        {
            ServiceCertificate = service,
            ClientCertificateValidation = Loopback.ServiceCredentials.ClientCertificateValidation,
        });

    private static MessageSecurityBinding WithStyle(MessageSecurityBinding binding, X509ReferenceStyle style) =>
        MessageSecurityBinding.Create(WithStyle(binding.Element, style), binding.MessageVersion, binding.Protection);

    private static SecurityBindingElement WithStyle(SecurityBindingElement element, X509ReferenceStyle style) => element switch
    {
        SymmetricSecurityBindingElement { ProtectionTokenParameters: SecureConversationSecurityTokenParameters session } symmetric =>
            symmetric with { ProtectionTokenParameters = session with { BootstrapSecurityBindingElement = WithStyle(session.BootstrapSecurityBindingElement!, style) } },
        SymmetricSecurityBindingElement symmetric =>
            symmetric with { ProtectionTokenParameters = Styled(symmetric.ProtectionTokenParameters!, style) },
        AsymmetricSecurityBindingElement asymmetric => asymmetric with
        {
            InitiatorTokenParameters = Styled(asymmetric.InitiatorTokenParameters!, style),
            RecipientTokenParameters = Styled(asymmetric.RecipientTokenParameters!, style),
        },
        _ => throw new ArgumentOutOfRangeException(nameof(element)),
    };

    private static X509SecurityTokenParameters Styled(SecurityTokenParameters token, X509ReferenceStyle style) =>
        (X509SecurityTokenParameters)token with { X509ReferenceStyle = style };
}
