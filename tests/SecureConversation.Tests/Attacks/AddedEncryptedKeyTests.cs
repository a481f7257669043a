using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;
using SecureConversation.Binding;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;
using static SecureConversation.Tests.Roles.RotationTests;

namespace SecureConversation.Tests.Attacks;

/// <summary>
/// Where nothing is encrypted, nothing signs an EncryptedKey either: somebody on the way can add one, and so name another certificate of the
/// service. That chooses no other memory of what was accepted.
/// </summary>
public sealed class AddedEncryptedKeyTests
{
    private static readonly X509Certificate2 First = TestCertificates.Service;
    private static readonly X509Certificate2 Second = TestCertificates.Other;

    [Fact]
    public async Task ReplayUnderTheNameOfAnotherCertificate_IsAReplay()
    {
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow);
        var binding = Bindings.Create("duplex//single", protection: ChannelProtectionRequirements.Default.WithDefault(ProtectionLevel.Sign));

        // Each certificate has a memory of its own, because an endpoint of its own had it first.
        using var ofFirst = new Loopback(binding, clock, service: Having(First), client: Expecting(First));
        using var ofSecond = new Loopback(binding, clock, service: Having(Second), client: Expecting(Second));
        using var loopback = new Loopback(binding, clock, service: Having(First, Second), client: Expecting(First, Second));
        using var request = loopback.Client.Secure(Loopback.Request(binding.MessageVersion));
        using var accepted = await loopback.Service.ReceiveAsync(request.Envelope);
        Assert.IsType<ServiceResult.Dispatch>(accepted);
        using var again = await loopback.Service.ReceiveAsync(request.Envelope);
        Assert.Equal(FailureCode.Replayed, Assert.IsType<ServiceResult.Respond>(again).Code);
        var changed = Add(Encoding.UTF8.GetString(request.Envelope.Span), KeyFor(Second, clock));
        using var renamed = await loopback.Service.ReceiveAsync(Encoding.UTF8.GetBytes(changed));
        Assert.Equal(FailureCode.Replayed, Assert.IsType<ServiceResult.Respond>(renamed).Code);
    }

    /// <summary>One endpoint got its certificate by rotation, the other has had it from the start: the message is good for one of them.</summary>
    [Fact]
    public async Task MessageWithoutEncryptedKey_IsAReplayAtEveryEndpointWithThatCertificate()
    {
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow);
        var binding = Bindings.Create("duplex//single", protection: ChannelProtectionRequirements.Default.WithDefault(ProtectionLevel.Sign));
        using var rotated = new Loopback(binding, clock, service: Having(First), client: Expecting(First, Second));
        using var other = new Loopback(binding, clock, service: Having(Second), client: Expecting(Second));
        await rotated.Service.UpdateCredentialsAsync(Having(Second));
        using var request = rotated.Client.Secure(Loopback.Request(binding.MessageVersion));
        Assert.DoesNotContain("EncryptedKey", Encoding.UTF8.GetString(request.Envelope.Span), StringComparison.Ordinal);
        using var accepted = await rotated.Service.ReceiveAsync(request.Envelope);
        Assert.IsType<ServiceResult.Dispatch>(accepted);
        using var again = await other.Service.ReceiveAsync(request.Envelope);
        Assert.Equal(FailureCode.Replayed, Assert.IsType<ServiceResult.Respond>(again).Code);
    }

    private static string Add(string wire, string key) => wire.Insert(wire.IndexOf("<Signature", StringComparison.Ordinal), key);

    /// <summary>An EncryptedKey that anybody can make, without the list of what it encrypts.</summary>
    private static string KeyFor(X509Certificate2 certificate, TimeProvider clock)
    {
        var binding = Bindings.Create("duplex//single");
        using var loopback = new Loopback(binding, clock, client: Expecting(certificate), service: Having(certificate));
        using var request = loopback.Client.Secure(Loopback.Request(binding.MessageVersion));
        var key = Regex.Match(Encoding.UTF8.GetString(request.Envelope.Span), "<e:EncryptedKey.*?</e:EncryptedKey>", RegexOptions.Singleline).Value;
        Assert.NotEmpty(key);
        return Regex.Replace(key, "<e:ReferenceList>.*?</e:ReferenceList>", "", RegexOptions.Singleline);
    }
}
