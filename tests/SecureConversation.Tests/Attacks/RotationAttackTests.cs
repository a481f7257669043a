using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;
using SecureConversation.Tests.Crypto;
using SecureConversation.Tests.Roles;
using SecureConversation.Tests.Surface;
using static SecureConversation.Tests.Roles.Renewals;
using static SecureConversation.Tests.Roles.RotationTests;

namespace SecureConversation.Tests.Attacks;

/// <summary>What a change of certificates could open to a stranger.</summary>
public sealed partial class RotationAttackTests
{
    private static readonly X509Certificate2 First = TestCertificates.Service;
    private static readonly X509Certificate2 Second = TestCertificates.Other;
    private static readonly X509Certificate2 Third = TestCertificates.ServiceWithoutKeyIdentifier;

    public static TheoryData<string, bool> Replays => new(
        from name in new[] { "mutualcert//single", "anonymous//single", "duplex//single", "mutualcert//session" }
        from isKnown in new[] { true, false }
        select (name, isKnown));

    /// <summary>
    /// Whether the next certificate is one that another endpoint of the process has had before, which has a memory of its own then, or not.
    /// </summary>
    [Theory]
    [MemberData(nameof(Replays))]
    public async Task Replay_AcrossTheSwitch_IsFound(string name, bool isKnown)
    {
        var clock = Observation.Today;
        using var other = isKnown ? new Loopback(Bindings.Create(name), clock, service: Having(Second), client: Expecting(Second)) : null;
        using var loop = new Loopback(Bindings.Create(name), clock, service: Having(First));
        var message = await MessageAsync(loop);
        Assert.Equal(FailureCode.None, await CodeAsync(loop, message));
        Assert.Equal(FailureCode.Replayed, await CodeAsync(loop, message));
        await loop.Service.UpdateCredentialsAsync(Having(Second, First));
        Assert.Equal(FailureCode.Replayed, await CodeAsync(loop, message));

        // Another endpoint with the earlier key, one with both, and after the switch back.
        if (!loop.Binding.EstablishesSession)
        {
            using var same = new Loopback(Bindings.Create(name), clock, service: Having(First));
            Assert.Equal(FailureCode.Replayed, await CodeAsync(same, message));
            using var both = new Loopback(Bindings.Create(name), clock, service: Having(Third, Second, First));
            Assert.Equal(FailureCode.Replayed, await CodeAsync(both, message));
        }

        await loop.Service.UpdateCredentialsAsync(Having(Third, Second));
        var gone = loop.Binding.EstablishesSession ? FailureCode.Replayed : FailureCode.WrongToken;
        Assert.Equal(gone, await CodeAsync(loop, message));
        await loop.Service.UpdateCredentialsAsync(Having(First));
        Assert.Equal(FailureCode.Replayed, await CodeAsync(loop, message));
    }

    /// <summary>A request that names no certificate is remembered whatever the current one is.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Replay_OfARequestThatNamesNoCertificate_IsFound(bool isKnown)
    {
        var clock = Observation.Today;
        var binding = Bindings.Create("duplex//single", protection: ChannelProtectionRequirements.Default.WithDefault(ProtectionLevel.Sign));
        using var other = isKnown ? new Loopback(binding, clock, service: Having(Second), client: Expecting(Second)) : null;
        using var loop = new Loopback(binding, clock, service: Having(First));
        var message = await MessageAsync(loop);
        Assert.Equal(FailureCode.None, await CodeAsync(loop, message));
        await loop.Service.UpdateCredentialsAsync(Having(Second));
        Assert.Equal(FailureCode.Replayed, await CodeAsync(loop, message));
    }

    /// <summary>One operation with one private key for a message, and none where it names no certificate of the service.</summary>
    [Theory]
    [InlineData("anonymous//single")]
    [InlineData("duplex//single")]
    [InlineData("anonymous//session")]
    public async Task Garbage_CostsNoMoreWithManyCertificates(string name)
    {
        X509Certificate2[] certificates = [First, Second, Third];
        var keys = certificates.Select(c => new TokenRsa(c.GetRSAPrivateKey()!)).ToArray();
        using var loop = new Loopback(Bindings.Create(name), service: Having([.. certificates.Zip(keys, (c, k) => new X509Credential(c, k))]));
        for (var i = 0; i < certificates.Length; i++)
        {
            loop.Client.UpdateCredentials(Expecting(certificates[i]));
            var wire = Broken(await HandshakeOrMessageAsync(loop));
            Assert.NotEqual(FailureCode.None, await CodeAsync(loop, wire));
            Assert.Equal(certificates.Select((_, k) => k <= i ? 1 : 0), keys.Select(k => k.Decryptions));
        }

        // A stranger's own certificate, and a reference that fits none.
        loop.Client.UpdateCredentials(Expecting(EndpointIdentity.CreateX509CertificateIdentity(TestCertificates.Client), TestCertificates.Client));
        Assert.Equal(FailureCode.WrongToken, await CodeAsync(loop, await HandshakeOrMessageAsync(loop)));
        Assert.Equal([1, 1, 1], keys.Select(k => k.Decryptions));
    }

    /// <summary>The answer is the same for the current certificate, another one of the service, and none of them.</summary>
    [Theory]
    [InlineData("anonymous//single")]
    [InlineData("duplex//single")]
    public async Task Fault_DoesNotTellWhichCertificateIsTheCurrentOne(string name)
    {
        using var loop = new Loopback(Bindings.Create(name), service: Having(First, Second));
        var faults = new List<string>();
        foreach (var certificate in new[] { First, Second, Third })
        {
            loop.Client.UpdateCredentials(Expecting(certificate));
            using var result = await loop.Service.ReceiveAsync(Broken(await HandshakeOrMessageAsync(loop)));
            faults.Add(Scene.WithoutRelation(Assert.IsType<ServiceResult.Respond>(result).Envelope));
        }

        Assert.Equal([Scene.UniformFault, Scene.UniformFault, Scene.UniformFault], faults);
    }

    /// <summary>A key that is wrapped for one certificate under the name of another is opened by neither of them.</summary>
    [Fact]
    public async Task KeyWrappedForOneCertificate_UnderTheNameOfAnother_IsRefused()
    {
        X509Certificate2[] certificates = [First, Second];
        var keys = certificates.Select(c => new TokenRsa(c.GetRSAPrivateKey()!)).ToArray();
        using var loop = new Loopback(Bindings.Create("anonymous//single"), service: Having([.. certificates.Zip(keys, (c, k) => new X509Credential(c, k))]));
        var text = Encoding.UTF8.GetString((await HandshakeOrMessageAsync(loop)).Span);
        var renamed = text.Replace(Convert.ToBase64String(First.GetCertHash()), Convert.ToBase64String(Second.GetCertHash()), StringComparison.Ordinal);
        Assert.NotEqual(text, renamed);
        Assert.NotEqual(FailureCode.None, await CodeAsync(loop, Encoding.UTF8.GetBytes(renamed)));
        Assert.Equal([0, 1], keys.Select(k => k.Decryptions));
    }

    private static async Task<byte[]> MessageAsync(Loopback loop)
    {
        if (!loop.Binding.EstablishesSession)
        {
            using var single = loop.Client.Secure(Loopback.Request(loop.Binding.MessageVersion));
            return single.Envelope.ToArray();
        }

        // Not disposed of: the service knows the session as long as it lives.
        var session = await loop.OpenAsync();
        using var request = session.Secure(Loopback.Request(loop.Binding.MessageVersion));
        return request.Envelope.ToArray();
    }

    private static async Task<ReadOnlyMemory<byte>> HandshakeOrMessageAsync(Loopback loop)
    {
        if (!loop.Binding.EstablishesSession)
        {
            return await MessageAsync(loop);
        }

        using var handshake = loop.Client.StartSession(Loopback.Address);
        return handshake.Envelope.ToArray();
    }

    /// <summary>The wrapped key is another number of the same length.</summary>
    private static byte[] Broken(ReadOnlyMemory<byte> wire) => Encoding.UTF8.GetBytes(WrappedKey().Replace(
        Encoding.UTF8.GetString(wire.Span), m => m.Groups[1].Value + Convert.ToBase64String(Garbage(Convert.FromBase64String(m.Groups[2].Value).Length)), 1));

    private static byte[] Garbage(int length)
    {
        var octets = RandomNumberGenerator.GetBytes(length);
        octets[0] = 0;
        return octets;
    }

    [GeneratedRegex("(<e:EncryptedKey.*?<e:CipherValue>)([^<]+)", RegexOptions.Singleline)]
    private static partial Regex WrappedKey();
}
