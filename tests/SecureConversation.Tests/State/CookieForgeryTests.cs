using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.State;

/// <summary>A cookie is chosen by whoever sends it, until a message under its key is verified.</summary>
public sealed class CookieForgeryTests : IDisposable
{
    private readonly CookieScene _scene = new();

    /// <summary>The encoder that was given, and an instance that has not seen the session and one that remembers it.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cookie_Changed_IsUnknown(bool isRemembered)
    {
        var service = _scene.Start();
        using var session = await _scene.OpenAsync(service);
        if (isRemembered)
        {
            await _scene.CallAsync(session, service);
        }

        var wire = _scene.Secure(session);
        var cookie = Convert.FromBase64String(CookieScene.CookieOf(wire));
        for (var i = 0; i < cookie.Length; i += 7)
        {
            var changed = cookie.ToArray();
            changed[i] ^= 1;
            await CookieScene.RefusedAsync(service, CookieScene.WithCookie(wire, Convert.ToBase64String(changed)));
        }

        await CookieScene.RefusedAsync(service, CookieScene.WithCookie(wire, Convert.ToBase64String(cookie[..^1])));
        await CookieScene.RefusedAsync(service, CookieScene.WithCookie(wire, Convert.ToBase64String(new byte[64])));
        await CookieScene.RefusedAsync(service, CookieScene.WithoutCookie(wire));
        await AcceptedAsync(service, wire);
    }

    [Fact]
    public async Task Cookie_OfAnotherSession_IsUnknown()
    {
        var service = _scene.Start();
        using var one = await _scene.OpenAsync(service);
        using var other = await _scene.OpenAsync(service);
        var wire = _scene.Secure(one);

        // The identifier of the one with the cookie of the other, and the other way round.
        await CookieScene.RefusedAsync(service, CookieScene.WithCookie(wire, CookieScene.CookieOf(_scene.Secure(other))));
        await CookieScene.RefusedAsync(service, CookieScene.WithText(wire, one.Id, other.Id));
        await AcceptedAsync(service, wire);
    }

    [Fact]
    public async Task Cookie_LongerThanAnyThatWasIssued_IsNotRead()
    {
        var encoder = new CountingEncoder(_scene.Keys.CreateEncoder());
        var service = _scene.Start(encoder: encoder);
        using var session = await _scene.OpenAsync(service);
        await CookieScene.RefusedAsync(service, CookieScene.WithCookie(_scene.Secure(session), Convert.ToBase64String(new byte[100_000])));
        Assert.Equal(0, encoder.Decoded);
    }

    [Fact]
    public async Task Cookie_ThatIsNoBase64_IsRefused()
    {
        var service = _scene.Start();
        using var session = await _scene.OpenAsync(service);
        using var result = await service.ReceiveAsync(CookieScene.WithCookie(_scene.Secure(session), "no base64!"));
        Assert.Equal(FailureCode.MalformedSecurityElement, Assert.IsType<ServiceResult.Respond>(result).Code);
    }

    public static TheoryData<string, string> Others => new()
    {
        { "mutualcert//session", "admin" },
        { "anonymous//session", "shop" },
        { "mutualcert/no-derived/session", "shop" },
    };

    /// <summary>The same keys, and an endpoint that judges its clients in another way.</summary>
    [Theory]
    [MemberData(nameof(Others))]
    public async Task Cookie_OfAnotherEndpoint_IsUnknown(string binding, string name)
    {
        using var session = await _scene.OpenAsync(_scene.Start());
        var other = _scene.Start(name, CookieScene.Create(binding));
        await CookieScene.RefusedAsync(other, _scene.Secure(session));
        Assert.Contains(RecordedLog.Current.Entries, e => e.Id == 1 && e.Text.Contains($"of another endpoint, this is '{name}:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Cookie_OfAnEndpointWithAnotherCertificate_IsUnknown()
    {
        using var session = await _scene.OpenAsync(_scene.Start());
        await CookieScene.RefusedAsync(_scene.Start(credentials: new ServiceCredentials
        {
            ServiceCertificate = new X509Credential(TestCertificates.Other),
            ClientCertificateValidation = TestCredentials.Service.ClientCertificateValidation,
        }), _scene.Secure(session));
    }

    [Fact]
    public async Task Cookie_OfARotatedKey_GoesOn()
    {
        using var session = await _scene.OpenAsync(_scene.Start());
        _scene.Keys.Rotate();
        await _scene.CallAsync(session, _scene.Start());
    }

    [Fact]
    public async Task Cookie_OfARevokedKey_IsUnknown()
    {
        using var session = await _scene.OpenAsync(_scene.Start());
        _scene.Keys.RevokeAll();
        await CookieScene.RefusedAsync(_scene.Start(), _scene.Secure(session));
    }

    /// <summary>A session that is remembered ends, too, within a minute of what the encoder says.</summary>
    [Fact]
    public async Task RememberedSession_EndsWhenItsKeyIsRevoked()
    {
        var encoder = new Revocable(_scene.Keys.CreateEncoder());
        var service = _scene.Start(encoder: encoder);
        using var session = await _scene.OpenAsync(service);
        await _scene.CallAsync(session, service);
        encoder.IsRevoked = true;
        _scene.Clock.Advance(TimeSpan.FromMinutes(1));
        await CookieScene.RefusedAsync(service, _scene.Secure(session));
        await CookieScene.RefusedAsync(service, _scene.Secure(session));
    }

    /// <summary>A cookie travels in clear: whoever copies one has no key. What he sends is not remembered.</summary>
    [Fact]
    public async Task CopiedCookie_WithoutTheKey_IsRefusedAndNotRemembered()
    {
        var encoder = new CountingEncoder(_scene.Keys.CreateEncoder());
        var service = _scene.Start(encoder: encoder);
        using var victim = await _scene.OpenAsync(service);
        using var mallory = await _scene.OpenAsync(service);
        var copied = CookieScene.CookieOf(_scene.Secure(victim));
        var forged = CookieScene.WithText(CookieScene.WithCookie(_scene.Secure(mallory), copied), mallory.Id, victim.Id);
        for (var i = 0; i < 3; i++)
        {
            using var result = await service.ReceiveAsync(forged);
            // The signature is encrypted, too.
            Assert.Equal(FailureCode.DecryptionFailed, Assert.IsType<ServiceResult.Respond>(result).Code);
        }

        Assert.Equal(3, encoder.Decoded);
        await _scene.CallAsync(victim, service);
        await _scene.CallAsync(victim, service);
        Assert.Equal(4, encoder.Decoded);
    }

    /// <summary>Keys that cannot be reached are a failure of the service, which the client may try again.</summary>
    [Fact]
    public async Task EncoderThatFails_IsNoEndOfTheSession()
    {
        using var session = await _scene.OpenAsync(_scene.Start());
        var failing = new Revocable(_scene.Keys.CreateEncoder()) { Failure = new IOException("the keys are away") };
        var service = _scene.Start(encoder: failing);
        RecordedLog.Current.ExpectError(60);
        using (var result = await service.ReceiveAsync(_scene.Secure(session)))
        {
            Assert.Equal(FailureCode.StoreUnavailable, Assert.IsType<ServiceResult.Respond>(result).Code);
        }

        Assert.Single(RecordedLog.Current.Entries, e => e.Id == 60 && e.Exception is IOException);
        failing.Failure = null;
        await _scene.CallAsync(session, service);
    }

    public void Dispose() => _scene.Dispose();

    private static async Task AcceptedAsync(MessageSecurityService service, byte[] wire)
    {
        using var result = await service.ReceiveAsync(wire);
        Assert.True(result is ServiceResult.Dispatch, $"refused: {(result as ServiceResult.Respond)?.Code}");
    }

    private sealed class Revocable(ISecurityStateEncoder inner) : ISecurityStateEncoder
    {
        public bool IsRevoked { get; set; }

        public Exception? Failure { get; set; }

        public byte[] Encode(ReadOnlySpan<byte> state) => inner.Encode(state);

        public byte[]? Decode(ReadOnlySpan<byte> encoded) => Failure is not null ? throw Failure : IsRevoked ? null : inner.Decode(encoded);
    }
}
