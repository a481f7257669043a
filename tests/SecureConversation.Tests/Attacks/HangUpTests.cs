using System.Text;
using SecureConversation.Binding;
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
        using var loopback = new Loopback(Bindings.Create("mutualcert//session"), options: new() { SessionStore = store, EndpointName = "test", FailureAnswers = Loopback.AtOnce });
        using var session = await loopback.OpenAsync();
        var (isAtStore, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        store.OnFound = () =>
        {
            store.OnFound = () => Task.CompletedTask;
            isAtStore.SetResult();
            return goOn.Task;
        };
        using var hangUp = new CancellationTokenSource();
        var attack = loopback.Service.ReceiveAsync(NamingTheSession(session.Id), hangUp.Token).AsTask();
        await isAtStore.Task;
        using var request = session.Secure(Loopback.Request(loopback.Binding.MessageVersion));
        using var result = await loopback.Service.ReceiveAsync(request.Envelope, TestContext.Current.CancellationToken);
        var dispatch = Assert.IsType<ServiceResult.Dispatch>(result);
        await hangUp.CancelAsync();
        goOn.SetResult();
        await Record.ExceptionAsync(async () => (await attack).Dispose());
        Assert.Equal((1, false), (loopback.Service.SessionCount, dispatch.Session!.Closed.IsCancellationRequested));
    }

    /// <summary>The store is asked again when a message is verified; other messages may use the session by then.</summary>
    [Fact]
    public async Task Client_WhoHangsUpWhileHisSessionComesBack_LeavesItToOthers()
    {
        var store = new OctetStore();
        using var loopback = new Loopback(Bindings.Create("mutualcert//session"), options: new() { SessionStore = store, EndpointName = "test", FailureAnswers = Loopback.AtOnce });
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
        using var first = session.Secure(Loopback.Request(loopback.Binding.MessageVersion));
        var hungUp = loopback.Service.ReceiveAsync(first.Envelope, hangUp.Token).AsTask();
        await isAtSecond.Task;
        using var request = session.Secure(Loopback.Request(loopback.Binding.MessageVersion));
        using var result = await loopback.Service.ReceiveAsync(request.Envelope, TestContext.Current.CancellationToken);
        var dispatch = Assert.IsType<ServiceResult.Dispatch>(result);
        dispatch.Session!.Items["cart"] = "full";

        await hangUp.CancelAsync();
        goOn.SetResult();
        await Record.ExceptionAsync(async () => (await hungUp).Dispose());
        Assert.False(dispatch.Session.Closed.IsCancellationRequested);
        using var next = session.Secure(Loopback.Request(loopback.Binding.MessageVersion));
        using var later = await loopback.Service.ReceiveAsync(next.Envelope, TestContext.Current.CancellationToken);
        Assert.Equal("full", Assert.IsType<ServiceResult.Dispatch>(later).Session!.Items["cart"]);
    }

    /// <summary>The store answers the first question and fails when it is asked again for the verified message.</summary>
    [Fact]
    public async Task Store_ThatFailsForOneMessage_LeavesTheSessionToOthers()
    {
        var store = new OctetStore();
        using var loopback = new Loopback(Bindings.Create("mutualcert//session"), options: new() { SessionStore = store, EndpointName = "test", FailureAnswers = Loopback.AtOnce });
        using var session = await loopback.OpenAsync();
        var (found, isAtSecond, goOn) = (0, new TaskCompletionSource(), new TaskCompletionSource());
        store.OnFound = async () =>
        {
            if (++found == 2)
            {
                isAtSecond.SetResult();
                await goOn.Task;
                throw new IOException("The store does not answer.");
            }
        };
        using var first = session.Secure(Loopback.Request(loopback.Binding.MessageVersion));
        var failing = loopback.Service.ReceiveAsync(first.Envelope, TestContext.Current.CancellationToken).AsTask();
        await isAtSecond.Task;
        using var request = session.Secure(Loopback.Request(loopback.Binding.MessageVersion));
        using var result = await loopback.Service.ReceiveAsync(request.Envelope, TestContext.Current.CancellationToken);
        var dispatch = Assert.IsType<ServiceResult.Dispatch>(result);
        goOn.SetResult();
        using var refused = await failing;
        Assert.Equal(FailureCode.StoreUnavailable, Assert.IsType<ServiceResult.Respond>(refused).Code);
        Assert.False(dispatch.Session!.Closed.IsCancellationRequested);
    }

    /// <summary>Otherwise whoever hangs up in time could fill the store: each state without a place.</summary>
    [Fact]
    public async Task Client_WhoHangsUpWhileTheStoreSaves_KeepsHisPlace()
    {
        var store = new OctetStore();
        var element = Bindings.Create("anonymous//session").Element;
        var binding = MessageSecurityBinding.Create(element with
        {
            LocalServiceSettings = element.LocalServiceSettings with { MaxPendingSessions = 3 },
        });
        using var loopback = new Loopback(binding, options: new() { SessionStore = store, EndpointName = "test", FailureAnswers = Loopback.AtOnce });
        for (var i = 0; i < 10; i++)
        {
            using var hangUp = new CancellationTokenSource();
            store.OnSaved = async token =>
            {
                await hangUp.CancelAsync();
                token.ThrowIfCancellationRequested();
            };
            using var handshake = loopback.Client.StartSession(Loopback.Address);
            await Record.ExceptionAsync(async () => (await loopback.Service.ReceiveAsync(handshake.Envelope, hangUp.Token)).Dispose());
        }

        Assert.Equal(3, store.States.Count);
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 3)]
    public async Task Store_ThatFailsAfterItSaved_KeepsNoMoreThanThereArePlaces(bool canRemove, int kept)
    {
        var store = new OctetStore { OnSaved = _ => throw new IOException("The store does not answer.") };
        store.OnRemove = () => canRemove ? Task.CompletedTask : throw new IOException("The store does not answer.");
        var element = Bindings.Create("anonymous//session").Element;
        var binding = MessageSecurityBinding.Create(element with
        {
            LocalServiceSettings = element.LocalServiceSettings with { MaxPendingSessions = 3 },
        });
        using var loopback = new Loopback(binding, options: new() { SessionStore = store, EndpointName = "test", FailureAnswers = Loopback.AtOnce });
        for (var i = 0; i < 10; i++)
        {
            using var handshake = loopback.Client.StartSession(Loopback.Address);
            using var refused = await loopback.Service.ReceiveAsync(handshake.Envelope, TestContext.Current.CancellationToken);
            Assert.NotEqual(FailureCode.None, Assert.IsType<ServiceResult.Respond>(refused).Code);
        }

        Assert.Equal(kept, store.States.Count);
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
        Assert.Equal(FailureCode.ValidatorFailed, Assert.IsType<ServiceResult.Respond>(result).Code);
    }

    internal static byte[] NamingTheSession(string id) => Encoding.UTF8.GetBytes(
        $"<s:Envelope xmlns:s=\"{Forgery.Soap}\" xmlns:a=\"http://www.w3.org/2005/08/addressing\"><s:Header><a:Action s:mustUnderstand=\"1\">urn:e/Echo</a:Action>"
        + $"<o:Security s:mustUnderstand=\"1\" xmlns:o=\"{Forgery.Wsse}\"><c:SecurityContextToken xmlns:c=\"http://schemas.xmlsoap.org/ws/2005/02/sc\">"
        + $"<c:Identifier>{id}</c:Identifier></c:SecurityContextToken></o:Security></s:Header><s:Body/></s:Envelope>");
}
