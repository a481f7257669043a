using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;

namespace SecureConversation.Http.Tests;

/// <summary>Bindings, credentials and options of the tests.</summary>
public static class Credential
{
    public static ClientCredentials OfClient => ClientOf(TestCertificates.Service);

    public static ServiceCredentials OfService => TestCredentials.Service;

    public static ClientCredentials ClientOf(X509Certificate2 service, EndpointIdentity? identity = null) => new()
    {
        ClientCertificate = new X509Credential(TestCertificates.Client),
        ServiceCertificate = service,
        ServiceCertificateValidation = TestCredentials.TrustAuthority,
        ServiceIdentity = identity,
    };

    public static MessageSecurityBinding Session(MessageVersion? version = null, bool requireCancellation = true)
    {
        var single = Element();
        return MessageSecurityBinding.Create(SecurityBindingElement.CreateSecureConversationBindingElement(single, requireCancellation) with
        {
            DefaultAlgorithmSuite = single.DefaultAlgorithmSuite,
            MessageSecurityVersion = single.MessageSecurityVersion,
        }, version);
    }

    public static MessageSecurityBinding Single(MessageVersion? version = null) => MessageSecurityBinding.Create(Element(), version);

    public static SecureConversationHttpOptions Options(MessageSecurityBinding binding)
    {
        var options = new SecureConversationHttpOptions { LoggerFactory = RecordedLog.Current };
        Fill(options, binding);
        return options;
    }

    public static void Fill(SecureConversationHttpOptions options, MessageSecurityBinding binding)
    {
        options.Binding = binding.Element;
        options.MessageVersion = binding.MessageVersion;
        options.ProtectionRequirements = binding.Protection;
        options.Credentials = OfClient;
    }

    private static SecurityBindingElement Element() =>
        SecurityBindingElement.CreateMutualCertificateBindingElement() with { DefaultAlgorithmSuite = SecurityAlgorithmSuite.Basic256Sha256 };
}
