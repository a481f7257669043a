using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;
using XmlElement = System.Xml.XmlElement;

namespace SecureConversation.Tests.Attacks;

/// <summary>
/// The engine without its schedule, over the profile Strong: it works as long on a key that is not intact as on one that is. To somebody who
/// has the certificate of another, and not its key, it does not say by its time whether that certificate is trusted: the signature is
/// looked at first.
/// </summary>
[Collection(nameof(TimingTests))]
public sealed class StrongTimingTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("P-256")]
    [InlineData("P-384")]
    public async Task WrappedKeyThatIsNotIntact_TakesAsLongAsOneThatIs(string curve)
    {
        var service = curve == "P-256" ? TestCertificates.AgreeingServiceP256 : TestCertificates.AgreeingServiceP384;
        using var loopback = new Loopback(Bindings.Create("mutualcert/strong/single"),
            client: StrongTiming.Client(new X509Credential(TestCertificates.Client), service), service: StrongTiming.Service(service));
        await StrongTiming.CompareAsync(loopback, output, [
            new("intact key, another signature", () => StrongTiming.WithOtherSignature(StrongTiming.Next(loopback))),
            new("another key", () => StrongTiming.WithOtherKey(StrongTiming.Next(loopback)))]);
    }

    [Theory]
    [InlineData("RSA")]
    [InlineData("P-256")]
    [InlineData("P-384")]
    public async Task BadSignature_TakesAsLongForWhoeverIsTrusted(string kind)
    {
        var (known, unknown) = kind switch
        {
            "RSA" => (TestCertificates.Client, TestCertificates.Other),
            "P-256" => (TestCertificates.ClientP256, TestCertificates.AgreeingClientP256),
            _ => (TestCertificates.ClientP384, TestCertificates.AgreeingClientP384),
        };
        var binding = Bindings.Create("mutualcert/strong/single");
        using var loopback = new Loopback(binding, client: StrongTiming.Client(new X509Credential(known), TestCertificates.Service),
            service: StrongTiming.Service(TestCertificates.Service, known));
        var stranger = new MessageSecurityClient(binding, StrongTiming.Client(new X509Credential(unknown), TestCertificates.Service));
        await StrongTiming.CompareAsync(loopback, output, [
            new("untrusted", () => StrongTiming.WithOtherSignature(StrongTiming.Next(stranger, binding), last: true)),
            new("trusted", () => StrongTiming.WithOtherSignature(StrongTiming.Next(loopback), last: true))]);
    }
}

/// <summary>Messages of the profile Strong with one thing wrong, and the comparison of what they cost.</summary>
internal static class StrongTiming
{
    private const int Samples = 400;
    private const double Tolerance = 0.05;
    private const int Errors = 5;

    public static async Task CompareAsync(Loopback loopback, ITestOutputHelper output, IReadOnlyList<TimingClass> classes)
    {
        var run = new TimingRun(classes);
        await run.MeasureAsync(Samples, [async (message, _) =>
        {
            var start = Stopwatch.GetTimestamp();
            using var result = await loopback.Service.ReceiveAsync(message);
            var time = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            Assert.NotEqual(FailureCode.None, Assert.IsType<ServiceResult.Respond>(result).Code);
            return time;
        }]);
        output.WriteLine(run.Describe());
        Assert.False(Assert.Single(run.Pairs()).Area.Exceeds(Tolerance, Errors), run.Describe());
    }

    public static byte[] Next(Loopback loopback) => Next(loopback.Client, loopback.Binding);

    public static byte[] Next(MessageSecurityClient client, MessageSecurityBinding binding)
    {
        using var request = client.Secure(Loopback.Request(binding.MessageVersion), Loopback.Address);
        return request.Envelope.ToArray();
    }

    /// <summary>One octet of the first or the last signature is another.</summary>
    public static byte[] WithOtherSignature(byte[] wire, bool last = false) =>
        Changed(wire, "SignatureValue", Forgery.Ds, last, octets => octets[^1] ^= 1);

    /// <summary>One octet of the wrapped key is another.</summary>
    public static byte[] WithOtherKey(byte[] wire) => Changed(wire, "CipherValue", Forgery.Xenc, last: false, octets => octets[^1] ^= 1);

    public static ClientCredentials Client(X509Credential client, X509Certificate2 service) => new()
    {
        ClientCertificate = client,
        ServiceCertificate = service,
        ServiceCertificateValidation = TestCredentials.TrustAuthority,
    };

    /// <summary>The credentials of a service; it trusts one client, or whoever the authority knows.</summary>
    public static ServiceCredentials Service(X509Certificate2 service, X509Certificate2? client = null) => new()
    {
        ServiceCertificate = new X509Credential(service),
        ClientCertificateValidation = client is null ? TestCredentials.TrustAuthority
            : new() { Mode = X509CertificateValidationMode.PeerTrust, TrustedPeople = { client } },
    };

    private static byte[] Changed(byte[] wire, string name, string ns, bool last, Action<byte[]> change)
    {
        var document = Forgery.Load(wire);
        var all = document.GetElementsByTagName(name, ns).Cast<XmlElement>().ToArray();
        var value = last ? all[^1] : all[0];
        var octets = Convert.FromBase64String(value.InnerText);
        change(octets);
        value.InnerText = Convert.ToBase64String(octets);
        return Encoding.UTF8.GetBytes(document.OuterXml);
    }
}
