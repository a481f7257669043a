using System.Text;
using SecureConversation.Credentials;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;
using SecureConversation.Tests.State;

namespace SecureConversation.Tests.Attacks;

/// <summary>Whoever hangs up, or whose validator does, ends his own message and nothing of others.</summary>
public sealed class HangUpTests
{
    /// <summary>A context id travels in clear, so a stranger can have the session read from the store, and hang up meanwhile.</summary>
    [Fact]
    public async Task Stranger_WhoHangsUpWhileASessionIsRead_LeavesItToOthers()
    {
        var store = new OctetStore();
        using var loopback = new Loopback(Bindings.Create("mutualcert//session"), options: new() { SessionStore = store, FailureAnswers = Loopback.AtOnce });
        using var session = await loopback.OpenAsync();
        var (found, isAtSecond, goOn) = (0, new TaskCompletionSource(), new TaskCompletionSource());
        store.OnFound = () =>
        {
            if (++found != 2)
            {
                return Task.CompletedTask;
            }

            isAtSecond.SetResult();
            return goOn.Task;
        };
        using var hangUp = new CancellationTokenSource();
        var attack = loopback.Service.ReceiveAsync(NamingTheSession(session.Id), hangUp.Token).AsTask();
        await isAtSecond.Task;
        using var request = session.Secure(Loopback.Request(loopback.Binding.MessageVersion));
        using var result = await loopback.Service.ReceiveAsync(request.Envelope, TestContext.Current.CancellationToken);
        var dispatch = Assert.IsType<ServiceResult.Dispatch>(result);
        dispatch.Session!.Items["cart"] = "full";

        await hangUp.CancelAsync();
        goOn.SetResult();
        await Record.ExceptionAsync(async () => (await attack).Dispose());
        Assert.False(dispatch.Session.Closed.IsCancellationRequested);
        using var next = session.Secure(Loopback.Request(loopback.Binding.MessageVersion));
        using var later = await loopback.Service.ReceiveAsync(next.Envelope, TestContext.Current.CancellationToken);
        Assert.Equal("full", Assert.IsType<ServiceResult.Dispatch>(later).Session!.Items["cart"]);
    }

    [Fact]
    public async Task ValidatorWhoseOwnCallIsCancelled_RefusesTheMessage()
    {
        using var loopback = new Loopback(Bindings.Create("username//single"), service: new ServiceCredentials
        {
            ServiceCertificate = Loopback.ServiceCredentials.ServiceCertificate,
            UserNamePasswordValidator = UserNamePasswordValidator.Create((_, _) => throw new TaskCanceledException("A call of the validator took too long.")),
        });
        using var request = loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion), Loopback.Address);
        using var result = await loopback.Service.ReceiveAsync(request.Envelope, TestContext.Current.CancellationToken);
        Assert.Equal(FailureCode.Internal, Assert.IsType<ServiceResult.Respond>(result).Code);
    }

    private static byte[] NamingTheSession(string id) => Encoding.UTF8.GetBytes(
        $"<s:Envelope xmlns:s=\"{Forgery.Soap}\" xmlns:a=\"http://www.w3.org/2005/08/addressing\"><s:Header><a:Action s:mustUnderstand=\"1\">urn:e/Echo</a:Action>"
        + $"<o:Security s:mustUnderstand=\"1\" xmlns:o=\"{Forgery.Wsse}\"><c:SecurityContextToken xmlns:c=\"http://schemas.xmlsoap.org/ws/2005/02/sc\">"
        + $"<c:Identifier>{id}</c:Identifier></c:SecurityContextToken></o:Security></s:Header><s:Body/></s:Envelope>");
}
