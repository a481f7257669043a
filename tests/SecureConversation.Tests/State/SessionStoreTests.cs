using System.Security.Claims;
using SecureConversation.Binding;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.State;

/// <summary>Two instances of a service that share a store: a session belongs to both of them, whichever opened it.</summary>
public sealed class SessionStoreTests : IDisposable
{
    private readonly OctetStore _store = new();
    private readonly Loopback _first;
    private readonly Loopback _second;

    public SessionStoreTests()
    {
        var binding = Bindings.Create("mutualcert//session");
        _first = new Loopback(binding, options: new MessageSecurityServiceOptions { SessionStore = _store, EndpointName = "test" });
        _second = new Loopback(binding, options: new MessageSecurityServiceOptions { SessionStore = _store, EndpointName = "test" });
    }

    [Fact]
    public async Task Session_OpenedAtOneInstance_IsUsedAtTheOther()
    {
        using var session = await _first.OpenAsync();
        using var request = session.Secure(Loopback.Request(_first.Binding.MessageVersion));
        using var result = await _second.Service.ReceiveAsync(request.Envelope);
        var dispatch = Assert.IsType<ServiceResult.Dispatch>(result);
        Assert.Equal(session.Id, dispatch.Session!.Id);
        Assert.Equal(TestCertificates.Client.Thumbprint, dispatch.Session.ClientCertificate!.Thumbprint);
        Assert.True(dispatch.User.Identity!.IsAuthenticated);

        using var reply = dispatch.Secure(Loopback.Reply(_first.Binding.MessageVersion));
        using var verified = request.VerifyReply(reply.Envelope);
        Assert.Equal("urn:e/EchoResponse", verified.Action);
    }

    /// <summary>Otherwise whoever may open sessions could fill the store with those that he never uses.</summary>
    [Fact]
    public async Task PendingSessions_InTheStore_HaveTheirPlacesAtTheInstanceThatOpenedThem()
    {
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow);
        var element = Bindings.Create("anonymous//session").Element;
        var binding = MessageSecurityBinding.Create(element with
        {
            LocalServiceSettings = element.LocalServiceSettings with { MaxPendingSessions = 3, InactivityTimeout = TimeSpan.FromMinutes(1) },
        });
        using var loopback = new Loopback(binding, clock, new() { SessionStore = _store, EndpointName = "test", TimeProvider = clock, FailureAnswers = Loopback.AtOnce });
        using var first = await loopback.OpenAsync();
        using var second = await loopback.OpenAsync();
        using var third = await loopback.OpenAsync();
        Assert.Equal(FailureCode.ServiceTooBusy, await OpenAsync());
        Assert.Equal(3, _store.States.Count);

        // The first message gives the place back, once.
        await UseAsync(first);
        await UseAsync(first);
        Assert.Equal((FailureCode.None, FailureCode.ServiceTooBusy), (await OpenAsync(), await OpenAsync()));

        // So does the end of the session at another instance, of which only the store knows.
        await _store.RemoveAsync(second.Id, default);
        Assert.Equal((FailureCode.None, FailureCode.ServiceTooBusy), (await OpenAsync(), await OpenAsync()));

        // So does time, after one to two times InactivityTimeout. The session is not ended: it may be in use elsewhere.
        clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(FailureCode.None, await OpenAsync());
        await UseAsync(third);

        async Task<FailureCode> OpenAsync()
        {
            using var request = loopback.Client.StartSession(Loopback.Address);
            using var result = await loopback.Service.ReceiveAsync(request.Envelope);
            return Assert.IsType<ServiceResult.Respond>(result).Code;
        }

        async Task UseAsync(ClientSession session)
        {
            using var request = session.Secure(Loopback.Request(binding.MessageVersion));
            using var result = await loopback.Service.ReceiveAsync(request.Envelope);
            Assert.IsType<ServiceResult.Dispatch>(result);
        }
    }

    [Fact]
    public async Task Session_CancelledAtOneInstance_HasEndedAtTheOther()
    {
        using var session = await _first.OpenAsync();
        using var late = session.Secure(Loopback.Request(_first.Binding.MessageVersion));
        using (var cancel = session.StartCancel())
        using (var result = await _second.Service.ReceiveAsync(cancel.Envelope))
        {
            cancel.Complete(Assert.IsType<ServiceResult.Respond>(result).Envelope);
        }

        using var refused = await _first.Service.ReceiveAsync(late.Envelope);
        Assert.Equal(FailureCode.UnknownContext, Assert.IsType<ServiceResult.Respond>(refused).Code);
        Assert.Equal((0, 0), (_first.Service.SessionCount, _second.Service.SessionCount));
    }

    [Fact]
    public async Task Session_AbortedByTheService_HasEndedEverywhere()
    {
        using var session = await _first.OpenAsync();
        using (var request = session.Secure(Loopback.Request(_first.Binding.MessageVersion)))
        using (var result = await _second.Service.ReceiveAsync(request.Envelope))
        {
            await _second.Service.AbortAsync(Assert.IsType<ServiceResult.Dispatch>(result).Session!);
        }

        using var late = session.Secure(Loopback.Request(_first.Binding.MessageVersion));
        using var refused = await _first.Service.ReceiveAsync(late.Envelope);
        Assert.Equal(FailureCode.UnknownContext, Assert.IsType<ServiceResult.Respond>(refused).Code);
    }

    [Fact]
    public async Task Reply_OfOneInstance_IsRefusedByTheOtherAsReflected()
    {
        using var session = await _first.OpenAsync();
        using var request = session.Secure(Loopback.Request(_first.Binding.MessageVersion));
        using var result = await _first.Service.ReceiveAsync(request.Envelope);
        using var reply = Assert.IsType<ServiceResult.Dispatch>(result).Secure(Loopback.Reply(_first.Binding.MessageVersion));

        // A reply refers to the context by its URI; an attacker who adds the element of the token gets it routed.
        var reflected = Forge.WithContextToken(reply.Envelope, session.Id);
        using var refused = await _second.Service.ReceiveAsync(reflected);
        Assert.Equal(FailureCode.WrongToken, Assert.IsType<ServiceResult.Respond>(refused).Code);
    }

    [Fact]
    public async Task Store_ThatForgets_EndsTheSession()
    {
        using var session = await _first.OpenAsync();
        _store.States.Clear();
        using var request = session.Secure(Loopback.Request(_first.Binding.MessageVersion));
        using var refused = await _first.Service.ReceiveAsync(request.Envelope);
        Assert.Equal(FailureCode.UnknownContext, Assert.IsType<ServiceResult.Respond>(refused).Code);
    }

    [Fact]
    public async Task Store_ThatFails_FailsTheMessageOnly()
    {
        using var session = await _first.OpenAsync();
        using var request = session.Secure(Loopback.Request(_first.Binding.MessageVersion));
        _store.IsAway = true;
        using (var refused = await _first.Service.ReceiveAsync(request.Envelope))
        {
            Assert.Equal(ServiceResponseKind.Fault, Assert.IsType<ServiceResult.Respond>(refused).Kind);
        }

        _store.IsAway = false;
        using var again = session.Secure(Loopback.Request(_first.Binding.MessageVersion));
        using var result = await _first.Service.ReceiveAsync(again.Envelope);
        Assert.IsType<ServiceResult.Dispatch>(result);
    }

    [Fact]
    public void State_AsOctets_ComesBackWhole()
    {
        using var state = new SessionState
        {
            Endpoint = "shop:12",
            Id = "urn:uuid:1",
            Keys =
            [
                new SessionKeyState
                {
                    Role = SessionKeyRole.Previous,
                    Key = [1, 2, 3],
                    ReplyNonces = [4, 5],
                    Expires = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
                    AcceptedUntil = new DateTimeOffset(2026, 1, 2, 3, 4, 6, TimeSpan.Zero),
                },
                new SessionKeyState
                {
                    Instance = "urn:uuid:2",
                    Key = [6, 7, 8],
                    ReplyNonces = [9],
                    Expires = new DateTimeOffset(2026, 1, 2, 4, 4, 5, TimeSpan.Zero),
                },
                new SessionKeyState
                {
                    Role = SessionKeyRole.Pending,
                    Instance = "urn:uuid:3",
                    Key = [10],
                    ReplyNonces = [],
                    Expires = new DateTimeOffset(2026, 1, 2, 5, 4, 5, TimeSpan.Zero),
                },
            ],
            Version = 7,
            User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "alice")], "test")),
            ClientCertificate = TestCertificates.Client.RawData,
        };
        using var read = SessionState.FromBytes(state.ToBytes());
        Assert.Equal((state.Endpoint, state.Id, state.Version, "alice"), (read.Endpoint, read.Id, read.Version, read.User.Identity!.Name));
        Assert.Equal(state.Keys[2].Expires, read.Expires);
        Assert.All(state.Keys.Zip(read.Keys), pair =>
        {
            var (expected, key) = pair;
            Assert.Equal((expected.Role, expected.Instance, expected.Expires), (key.Role, key.Instance, key.Expires));
            Assert.Equal(expected.AcceptedUntil, key.AcceptedUntil);
            Assert.Equal(expected.Key, key.Key);
            Assert.Equal(expected.ReplyNonces, key.ReplyNonces);
        });
        Assert.Equal(state.Keys.Count, read.Keys.Count);
        Assert.Equal(state.ClientCertificate, read.ClientCertificate);
        Assert.All(Enumerable.Range(0, 20), length => Assert.Throws<FormatException>(() => SessionState.FromBytes(state.ToBytes()[..length])));
    }

    [Theory]
    [InlineData(SessionKeyRole.Previous, null, SessionKeyRole.Pending, "urn:uuid:2")]
    [InlineData(SessionKeyRole.Current, null, SessionKeyRole.Current, "urn:uuid:2")]
    [InlineData(SessionKeyRole.Current, "urn:uuid:2", SessionKeyRole.Pending, "urn:uuid:2")]
    public void State_WithoutOneCurrentKey_IsRefused(SessionKeyRole role, string? instance, SessionKeyRole otherRole, string? otherInstance)
    {
        Assert.Throws<ArgumentException>(() => new SessionState
        {
            Endpoint = "shop:12",
            Id = "urn:uuid:1",
            Keys = [Key(role, instance), Key(otherRole, otherInstance)],
            User = new ClaimsPrincipal(),
        });

        static SessionKeyState Key(SessionKeyRole role, string? instance) =>
            new() { Role = role, Instance = instance, Key = [1], ReplyNonces = [], Expires = DateTimeOffset.UnixEpoch };
    }

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
    }

    private static class Forge
    {
        public static byte[] WithContextToken(ReadOnlyMemory<byte> envelope, string id)
        {
            var text = System.Text.Encoding.UTF8.GetString(envelope.Span);
            var timestampEnd = text.IndexOf("</u:Timestamp>", StringComparison.Ordinal) + "</u:Timestamp>".Length;
            const string ns = "http://schemas.xmlsoap.org/ws/2005/02/sc";
            return System.Text.Encoding.UTF8.GetBytes(text.Insert(timestampEnd,
                $"<c:SecurityContextToken xmlns:c=\"{ns}\"><c:Identifier>{id}</c:Identifier></c:SecurityContextToken>"));
        }
    }
}
