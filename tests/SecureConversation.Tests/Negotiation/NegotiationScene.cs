using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Failures;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Negotiation;

/// <summary>Clients that know no certificate of the service beforehand, and services that show theirs in a negotiation.</summary>
internal static class NegotiationScene
{
    /// <summary>client credential / version / what is established.</summary>
    public static IEnumerable<string> Names =>
        from credential in new[] { "none", "username", "certificate" }
        from version in new[] { "2005", "2007" }
        from keeping in new[] { "kept", "cookie" }
        from shape in new[] { "single", "session" }
        select $"{credential}/{version}/{keeping}/{shape}";

    public static MessageSecurityBinding Binding(string name)
    {
        var parts = name.Split('/');
        var keeps = parts[2] == "kept";
        SecurityBindingElement element = parts[0] switch
        {
            "windows" => SecurityBindingElement.CreateSspiNegotiationBindingElement(keeps),
            "username" => SecurityBindingElement.CreateUserNameForSslBindingElement(keeps),
            var other => SecurityBindingElement.CreateSslNegotiationBindingElement(other == "certificate", keeps),
        };
        element = element with
        {
            MessageSecurityVersion = parts[1] == "2007"
                ? MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10
                : MessageSecurityVersion.Default,
        };
        return MessageSecurityBinding.Create(parts[3] == "session"
            ? SecurityBindingElement.CreateSecureConversationBindingElement(element) with
            {
                MessageSecurityVersion = element.MessageSecurityVersion,
            }
            : element);
    }

    /// <summary>Credentials without the certificate of the service.</summary>
    public static ClientCredentials Client => new()
    {
        ClientCertificate = new X509Credential(TestCertificates.Client),
        UserName = new UserNameCredential(TestCredentials.UserName, TestCredentials.Password),
        ServiceCertificateValidation = TestCredentials.TrustAuthority,
    };

    public static Loopback Open(string name, TimeProvider? clock = null, MessageSecurityServiceOptions? options = null,
        ClientCredentials? client = null, ServiceCredentials? service = null) =>
        new(Binding(name), clock, options, client ?? Client, service);

    /// <summary>Carries legs to the service, and notes them.</summary>
    /// <param name="loop">Both sides.</param>
    /// <param name="legs">Takes what was sent and what came back.</param>
    /// <param name="change">Changes a leg, or an answer, by its number.</param>
    public static LegExchange Legs(this Loopback loop, List<string>? legs = null, Func<int, byte[], byte[]>? change = null)
    {
        var number = 0;
        return async (leg, stop) =>
        {
            var sent = change?.Invoke(number++, leg.Envelope.ToArray()) ?? leg.Envelope.ToArray();
            legs?.Add(System.Text.Encoding.UTF8.GetString(sent));
            using var result = await loop.Service.ReceiveAsync(sent, stop);
            var answer = Assert.IsType<ServiceResult.Respond>(result).Envelope.ToArray();
            answer = change?.Invoke(number++, answer) ?? answer;
            legs?.Add(System.Text.Encoding.UTF8.GetString(answer));
            return answer;
        };
    }

    /// <summary>The refusal that a negotiation ends with.</summary>
    public static async Task<FailureCode> RefusedAsync(this Loopback loop, LegExchange? legs = null) =>
        (await Assert.ThrowsAsync<SecureConversationException>(
            async () => await loop.Client.EnsureNegotiatedAsync(Loopback.Address, legs ?? loop.Legs()))).Code;
}
