using SecureConversation.Binding;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.State;

/// <summary>A session whose key has expired: the clock of the client says so, and nothing of it is left to the service.</summary>
public sealed class ExpiredKeyTests : IDisposable
{
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(10);

    private readonly ManualTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly Loopback _loop;

    public ExpiredKeyTests() => _loop = new Loopback(MessageSecurityBinding.Create(Bindings.Create("mutualcert//session").Element with
    {
        LocalServiceSettings = new() { SessionKeyRenewalInterval = Life, InactivityTimeout = TimeSpan.FromHours(1) },
    }), _clock);

    [Fact]
    public async Task Secure_LongAfterTheKeyExpired_IsRefusedByTheClient()
    {
        using var session = await _loop.OpenAsync();
        _clock.Advance(Life + new LocalClientSecuritySettings().MaxClockSkew + TimeSpan.FromSeconds(1));

        var e = Assert.Throws<SecureConversationException>(() => session.Secure(Loopback.Request(_loop.Binding.MessageVersion)));

        Assert.Equal((SecureConversationFailure.BadContextToken, FailureCode.ContextKeyExpired, true), (e.Failure, e.Code, e.Fault is null));
        Assert.Contains(nameof(LocalServiceSecuritySettings.SessionKeyRenewalInterval), e.Message, StringComparison.Ordinal);
        Assert.Contains($"{session.Expires.UtcDateTime:u}", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Secure_WithinTheClockSkew_LeavesItToTheService()
    {
        using var session = await _loop.OpenAsync();
        _clock.Advance(Life + TimeSpan.FromSeconds(1));
        using var request = session.Secure(Loopback.Request(_loop.Binding.MessageVersion));
        using var result = await _loop.Service.ReceiveAsync(request.Envelope);
        var refused = Assert.IsType<ServiceResult.Respond>(result);
        Assert.Equal(FailureCode.ContextKeyExpired, refused.Code);
        using var verified = request.VerifyReply(refused.Envelope);
        Assert.Equal(SecureConversationFailure.RenewNeeded, new SecureConversationException(verified.ReadFault()!).Failure);
    }

    [Fact]
    public async Task StartCancel_AfterTheKeyExpired_IsTaken()
    {
        using var session = await _loop.OpenAsync();
        _clock.Advance(Life * 2);
        using var cancel = session.StartCancel();
        using var result = await _loop.Service.ReceiveAsync(cancel.Envelope);
        cancel.Complete(Assert.IsType<ServiceResult.Respond>(result).Envelope);
        Assert.Equal(0, _loop.Service.SessionCount);
    }

    public void Dispose() => _loop.Dispose();
}
