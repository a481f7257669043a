using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;
using static SecureConversation.Tests.Roles.CertificateBindings;

namespace SecureConversation.Tests.Attacks;

/// <summary>
/// The engine without its schedule works as long on a client that it does not know as on one whose signature does not hold: the time would
/// say who is known.
/// </summary>
[Collection(nameof(TimingTests))]
public sealed class UnknownClientTimingTests(ITestOutputHelper output)
{
    private const int Samples = 400;
    private const double Tolerance = 0.05;
    private const int Errors = 5;

    [Theory]
    [InlineData(MessageProtectionOrder.SignBeforeEncryptAndEncryptSignature)]
    [InlineData(MessageProtectionOrder.SignBeforeEncrypt)]
    [InlineData(MessageProtectionOrder.EncryptBeforeSign)]
    public async Task UnknownClient_TakesAsLongAsABadSignature(MessageProtectionOrder order)
    {
        var binding = MessageSecurityBinding.Create(Named(X509ReferenceStyle.Thumbprint) with { MessageProtectionOrder = order });
        using var loop = new Loopback(binding, service: Knowing(new() { Certificates = { TestCertificates.Client } }));
        var unknown = Client(binding, new X509Credential(TestCertificates.Other));
        var impostor = Client(binding, new X509Credential(TestCertificates.Client, TestCertificates.Other.GetRSAPrivateKey()!));
        var run = new TimingRun([new("unknown", () => Request(unknown)), new("bad signature", () => Request(impostor))]);
        await run.MeasureAsync(Samples, [async (message, _) =>
        {
            var start = Stopwatch.GetTimestamp();
            using var result = await loop.Service.ReceiveAsync(message);
            return Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        }]);
        output.WriteLine(run.Describe());
        Assert.False(Assert.Single(run.Pairs()).Area.Exceeds(Tolerance, Errors), run.Describe());

        byte[] Request(MessageSecurityClient client)
        {
            using var request = client.Secure(Loopback.Request(binding.MessageVersion), Loopback.Address);
            return request.Envelope.ToArray();
        }
    }

    private static MessageSecurityClient Client(MessageSecurityBinding binding, X509Credential credential) => new(binding, new ClientCredentials
    {
        ClientCertificate = credential,
        ServiceCertificate = TestCertificates.Service,
        ServiceCertificateValidation = TestCredentials.TrustAuthority,
    });
}
