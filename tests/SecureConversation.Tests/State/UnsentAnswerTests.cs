using SecureConversation.Binding;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.State;

/// <summary>A host that cannot send the answer to a session request ends the session, which nobody else knows.</summary>
public sealed class UnsentAnswerTests : IDisposable
{
    private readonly Loopback _loop = new(MessageSecurityBinding.Create(
        Bindings.Create("mutualcert//session").Element with { LocalServiceSettings = new() { MaxPendingSessions = 1 } }));

    [Fact]
    public async Task Opened_IsTheSessionOfTheAnswer_AndItsEndFreesThePlace()
    {
        using var request = _loop.Client.StartSession(Loopback.Address);
        using var answer = Assert.IsType<ServiceResult.Respond>(await _loop.Service.ReceiveAsync(request.Envelope));
        using var unsent = request.Complete(answer.Envelope);
        Assert.Equal(unsent.Id, answer.Opened!.Id);
        Assert.Equal(FailureCode.ServiceTooBusy, await OpenAsync());

        await _loop.Service.AbortAsync(answer.Opened);

        Assert.Equal(0, _loop.Service.SessionCount);
        Assert.Equal(FailureCode.None, await OpenAsync());
        using var late = unsent.Secure(Loopback.Request(_loop.Binding.MessageVersion));
        using var refused = await _loop.Service.ReceiveAsync(late.Envelope);
        Assert.Equal(FailureCode.UnknownContext, Assert.IsType<ServiceResult.Respond>(refused).Code);
    }

    [Fact]
    public async Task Opened_IsNullForCancelsAndRefusals()
    {
        using var session = await _loop.OpenAsync();
        using var cancel = session.StartCancel();
        using var cancelled = Assert.IsType<ServiceResult.Respond>(await _loop.Service.ReceiveAsync(cancel.Envelope));
        Assert.Equal(ServiceResponseKind.Handshake, cancelled.Kind);
        Assert.Null(cancelled.Opened);
        using var again = Assert.IsType<ServiceResult.Respond>(await _loop.Service.ReceiveAsync(cancel.Envelope));
        Assert.Equal(ServiceResponseKind.Fault, again.Kind);
        Assert.Null(again.Opened);
    }

    public void Dispose() => _loop.Dispose();

    private async Task<FailureCode> OpenAsync()
    {
        using var request = _loop.Client.StartSession(Loopback.Address);
        using var result = await _loop.Service.ReceiveAsync(request.Envelope);
        return Assert.IsType<ServiceResult.Respond>(result).Code;
    }
}
