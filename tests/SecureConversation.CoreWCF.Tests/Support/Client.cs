using System.Security.Cryptography.X509Certificates;
using System.Xml.Linq;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Http;
using SecureConversation.Testing;

namespace SecureConversation.CoreWCF.Tests.Support;

/// <summary>The client of the engine in the words of the echo contract.</summary>
public static class Client
{
    public static SecureConversationClient For(EchoHost host, MessageSecurityBindingElement element, MessageVersion? version = null,
        ChannelProtectionRequirements? protection = null, X509Certificate2? certificate = null, string password = "lovelace", HttpMessageHandler? transport = null) =>
        For(host.Address, element.Settings, version, protection, certificate, password, transport);

    public static SecureConversationClient For(Uri address, SecurityBindingElement element, MessageVersion? version = null,
        ChannelProtectionRequirements? protection = null, X509Certificate2? certificate = null, string password = "lovelace", HttpMessageHandler? transport = null) =>
        new(address, new SecureConversationHttpOptions
        {
            Binding = element,
            // A cancel that is given up leaves the session to its idle timeout, and machines of tests are slow.
            CloseTimeout = TimeSpan.FromMinutes(1),
            MessageVersion = version ?? MessageVersion.Default,
            LoggerFactory = RecordedLog.Current,
            ProtectionRequirements = protection ?? Protection,
            Credentials = new ClientCredentials
            {
                ClientCertificate = new X509Credential(certificate ?? TestCertificates.Client),
                UserName = new UserNameCredential("ada", password),
                ServiceCertificate = TestCertificates.Service,
                ServiceCertificateValidation = new() { Mode = X509CertificateValidationMode.PeerTrust, TrustedPeople = { TestCertificates.Service } },
            },
        }, transport);

    /// <summary>What the attributes of the contract say.</summary>
    public static ChannelProtectionRequirements Protection { get; } = ChannelProtectionRequirements.Default
        .WithRequest("urn:e/Signed", System.Net.Security.ProtectionLevel.Sign)
        .WithReply("urn:e/SignedResponse", System.Net.Security.ProtectionLevel.Sign);

    public static async Task<string> EchoAsync(this SecureConversationClient client, string text, string operation = "Echo", string? wrapper = null)
    {
        var body = new XElement(XName.Get(wrapper ?? operation, "urn:e"), new XElement(XName.Get("text", "urn:e"), text));
        return XElement.Parse(await client.CallAsync("urn:e/" + operation, body.ToString(SaveOptions.DisableFormatting))).Value;
    }

    public static async Task<string> AskAsync(this SecureConversationClient client, string operation) =>
        XElement.Parse(await client.CallAsync("urn:e/" + operation, $"<{operation} xmlns='urn:e'/>")).Value;
}
