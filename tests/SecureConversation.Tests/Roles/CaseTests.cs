using System.Net.Security;
using System.Text;
using SecureConversation.Binding;
using SecureConversation.Testing;

namespace SecureConversation.Tests.Roles;

/// <summary>
/// Configurations of real clients in which certificates are only named, sent once, protected or beside a user name, and replies come without security: each
/// makes a round trip. Their forms as files are in SecureConversation.Configuration.Tests.
/// </summary>
public sealed class CaseTests
{
    private static readonly MessageSecurityVersion Bsp10 = MessageSecurityVersion.WSSecurity10WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11BasicSecurityProfile10;
    private static readonly MessageSecurityVersion Oasis10 = MessageSecurityVersion.WSSecurity10WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10;
    private static readonly MessageSecurityVersion Bsp11 = MessageSecurityVersion.WSSecurity11WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11BasicSecurityProfile10;

    private static readonly X509SecurityTokenParameters Never = new() { InclusionMode = SecurityTokenInclusionMode.Never, RequireDerivedKeys = false };
    private static readonly X509SecurityTokenParameters Once = new() { InclusionMode = SecurityTokenInclusionMode.Once, RequireDerivedKeys = false };

    private static AsymmetricSecurityBindingElement Mutual10 => (AsymmetricSecurityBindingElement)SecurityBindingElement.CreateMutualCertificateBindingElement(Bsp10);

    private static readonly Dictionary<string, (SecurityBindingElement Element, MessageVersion Version, ProtectionLevel Level)> Cases = new()
    {
        ["c03"] = (Mutual10 with { EnableUnsecuredResponse = true }, MessageVersion.Soap11, ProtectionLevel.EncryptAndSign),
        ["c04"] = (SecurityBindingElement.CreateMutualCertificateBindingElement(Bsp10, true).SetKeyDerivation(false) with
        {
            EnableUnsecuredResponse = true,
            KeyEntropyMode = SecurityKeyEntropyMode.ClientEntropy,
            MessageProtectionOrder = MessageProtectionOrder.SignBeforeEncrypt,
        }, MessageVersion.Soap11WSAddressing10, ProtectionLevel.EncryptAndSign),
        ["c06"] = ((Mutual10 with
        {
            AllowSerializedSigningTokenOnReply = true,
            DefaultAlgorithmSuite = SecurityAlgorithmSuite.Basic128Sha256,
            MessageProtectionOrder = MessageProtectionOrder.SignBeforeEncrypt,
        }).SetKeyDerivation(false), MessageVersion.Soap11WSAddressing10, ProtectionLevel.Sign),
        ["c07"] = (new AsymmetricSecurityBindingElement
        {
            MessageSecurityVersion = Oasis10,
            InitiatorTokenParameters = Never,
            RecipientTokenParameters = Never,
            MessageProtectionOrder = MessageProtectionOrder.SignBeforeEncrypt,
            EnableUnsecuredResponse = true,
            IncludeTimestamp = false,
            DefaultAlgorithmSuite = SecurityAlgorithmSuite.Basic128Rsa15,

            // A service of WCF that detects replays refuses every message without a timestamp; its client takes the reply.
            LocalServiceSettings = new() { DetectReplays = false },
            EndpointSupportingTokenParameters = new() { Signed = [new X509SecurityTokenParameters()] },
        }, MessageVersion.Soap11, ProtectionLevel.Sign),
        ["c08"] = (new AsymmetricSecurityBindingElement
        {
            MessageSecurityVersion = Bsp11,
            InitiatorTokenParameters = Once,
            RecipientTokenParameters = Once,
            AllowSerializedSigningTokenOnReply = true,
            ProtectTokens = true,
            RequireSignatureConfirmation = true,
            EnableUnsecuredResponse = true,
            SecurityHeaderLayout = SecurityHeaderLayout.Lax,
            DefaultAlgorithmSuite = SecurityAlgorithmSuite.TripleDesSha256,
            EndpointSupportingTokenParameters = new() { Signed = [Once with { RequireDerivedKeys = true }] },
        }, MessageVersion.Soap11, ProtectionLevel.EncryptAndSign),
        ["c21"] = (new AsymmetricSecurityBindingElement { MessageSecurityVersion = Oasis10, InitiatorTokenParameters = Never, RecipientTokenParameters = Never },
            MessageVersion.Soap11, ProtectionLevel.EncryptAndSign),
        ["c22"] = (new AsymmetricSecurityBindingElement
        {
            MessageSecurityVersion = Oasis10,
            InitiatorTokenParameters = new X509SecurityTokenParameters { RequireDerivedKeys = false },
            RecipientTokenParameters = Never,
            EndpointSupportingTokenParameters = new() { Signed = [new X509SecurityTokenParameters { RequireDerivedKeys = false }] },
        }, MessageVersion.Soap11, ProtectionLevel.EncryptAndSign),
        ["c23"] = (new AsymmetricSecurityBindingElement { InitiatorTokenParameters = Once, RecipientTokenParameters = Once, AllowSerializedSigningTokenOnReply = true },
            MessageVersion.Soap11, ProtectionLevel.EncryptAndSign),
        ["c24"] = (Mutual10 with { EndpointSupportingTokenParameters = new() { SignedEncrypted = [new UserNameSecurityTokenParameters()] } },
            MessageVersion.Soap11, ProtectionLevel.EncryptAndSign),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Case_MakesARoundTrip(string name)
    {
        var (element, version, level) = Cases[name];
        using var loop = new Loopback(MessageSecurityBinding.Create(element, version, ChannelProtectionRequirements.Default.WithDefault(level)));
        for (var i = 0; i < 3; i++)
        {
            using var request = loop.Client.Secure(Loopback.Request(version), Loopback.Address);
            using var result = await loop.Service.ReceiveAsync(request.Envelope);
            Assert.True(result is ServiceResult.Dispatch, $"{(result as ServiceResult.Respond)?.Code}");
            var dispatch = (ServiceResult.Dispatch)result;
            Assert.Equal(name == "c24" ? TestCredentials.UserName : "Test client", dispatch.User.Identity!.Name);
            using var reply = dispatch.Secure(Loopback.Reply(version));
            using var taken = request.VerifyReply(reply.Envelope);
            Assert.Contains("EchoResponse", Encoding.UTF8.GetString(taken.Envelope.Span), StringComparison.Ordinal);
            Assert.Equal(!element.EnableUnsecuredResponse, taken.IsSecured);
        }
    }
}
