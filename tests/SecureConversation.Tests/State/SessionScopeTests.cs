using System.Net;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.State;

/// <summary>A session in a store belongs to the endpoint that issued it; no other endpoint with the same store serves it.</summary>
public sealed class SessionScopeTests
{
    private readonly OctetStore _store = new();

    public static TheoryData<string, string, string> Others => new()
    {
        // Who may open a session is another one, and nothing but the bootstrap says so.
        { "anonymous//session", "mutualcert//session", "shop" },
        { "username//session", "mutualcert//session", "shop" },
        { "mutualcert//session", "anonymous//session", "shop" },
        // Only code of the host tells these apart.
        { "mutualcert//session", "mutualcert//session", "admin" },
    };

    [Theory]
    [MemberData(nameof(Others))]
    public async Task Session_OfAnotherEndpoint_IsUnknown(string opened, string used, string name)
    {
        using var first = new Loopback(Bindings.Create(opened), options: Options("shop"));
        using var second = new Loopback(Bindings.Create(used), options: Options(name));
        using var session = await first.OpenAsync();
        using var request = session.Secure(Loopback.Request(first.Binding.MessageVersion));
        using (var refused = await second.Service.ReceiveAsync(request.Envelope))
        {
            Assert.Equal(FailureCode.UnknownContext, Assert.IsType<ServiceResult.Respond>(refused).Code);
        }

        Assert.Equal(0, second.Service.SessionCount);
        Assert.Contains(RecordedLog.Current.Entries, e => e.Id == 1 && e.Text.Contains("for the endpoint 'shop:", StringComparison.Ordinal)
            && e.Text.Contains($"this is '{name}:", StringComparison.Ordinal));

        // Where it was opened it goes on.
        using var result = await first.Service.ReceiveAsync(request.Envelope);
        Assert.IsType<ServiceResult.Dispatch>(result);
    }

    [Fact]
    public async Task Session_OfAnEndpointWithAnotherCertificate_IsUnknown()
    {
        var binding = Bindings.Create("mutualcert//session");
        using var first = new Loopback(binding, options: Options("shop"));
        using var second = new Loopback(binding, options: Options("shop"), service: new ServiceCredentials
        {
            ServiceCertificate = new X509Credential(TestCertificates.Other),
            ClientCertificateValidation = Loopback.ServiceCredentials.ClientCertificateValidation,
        });
        using var session = await first.OpenAsync();
        using var request = session.Secure(Loopback.Request(binding.MessageVersion));
        using var refused = await second.Service.ReceiveAsync(request.Envelope);
        Assert.Equal(FailureCode.UnknownContext, Assert.IsType<ServiceResult.Respond>(refused).Code);
    }

    /// <summary>The same text in each process, or a farm would lose its sessions; a changed one ends those in stores.</summary>
    [Fact]
    public async Task Scope_IsTheSameInEveryProcess()
    {
        var element = Bindings.Create("mutualcert//session").Element;
        using var first = new Loopback(MessageSecurityBinding.Create(element), options: Options("shop"));
        using (await first.OpenAsync())
        {
            using var state = SessionState.FromBytes(Assert.Single(_store.States).Value);
            Assert.Matches("^shop:[0-9a-f]{64}$", state.Endpoint);
            var again = SecureConversation.Engine.Sessions.EndpointScope.Of("shop", MessageSecurityBinding.Create(element with
            {
                LocalServiceSettings = element.LocalServiceSettings with { MaxPendingSessions = 7 },
            }), TestCertificates.Service.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256));
            Assert.Equal(state.Endpoint, again);
        }

        Assert.Equal("shop:7af0c890036ac677f41bbd2b8b2a683d5ff7497a43bc00408dce75791b183b2d", SecureConversation.Engine.Sessions.EndpointScope.Of("shop", Bindings.Create("mutualcert//session"), "00"));
    }

    [Fact]
    public async Task State_OfTheFormatWithoutEndpoint_IsUnknown()
    {
        using var loopback = new Loopback(Bindings.Create("mutualcert//session"), options: Options("shop"));
        using var session = await loopback.OpenAsync();
        using (var state = SessionState.FromBytes(_store.States[session.Id]))
        {
            _store.States[session.Id] = EarlierFormats.Write(1, state);
        }

        using var request = session.Secure(Loopback.Request(loopback.Binding.MessageVersion));
        using var refused = await loopback.Service.ReceiveAsync(request.Envelope);
        Assert.Equal(FailureCode.UnknownContext, Assert.IsType<ServiceResult.Respond>(refused).Code);
    }

    /// <summary>An update of the library ends no session.</summary>
    [Fact]
    public async Task State_OfTheFormatOfOneKey_GoesOn()
    {
        using var loopback = new Loopback(Bindings.Create("mutualcert//session"), options: Options("shop"));
        using var session = await loopback.OpenAsync();
        using (var state = SessionState.FromBytes(_store.States[session.Id]))
        {
            _store.States[session.Id] = EarlierFormats.Write(2, state);
        }

        using var request = session.Secure(Loopback.Request(loopback.Binding.MessageVersion));
        using var result = await loopback.Service.ReceiveAsync(request.Envelope);
        Assert.IsType<ServiceResult.Dispatch>(result);
    }

    [Fact]
    public void Store_WithoutAName_IsRefused() => Assert.Contains("EndpointName", Assert.Throws<ArgumentException>(() => new MessageSecurityService(
        Bindings.Create("mutualcert//session"), Loopback.ServiceCredentials, new() { SessionStore = _store })).Message, StringComparison.Ordinal);

    /// <summary>Such an identifier is none of ours.</summary>
    [Theory]
    [InlineData("urn:uuid:1")]
    [InlineData("urn:uuid:6F9619FF-8B86-D011-B42D-00C04FC964FF")]
    [InlineData("6f9619ff-8b86-d011-b42d-00c04fc964ff")]
    public async Task Identifier_OfAnotherForm_IsNotLookedUp(string id)
    {
        using var loopback = new Loopback(Bindings.Create("mutualcert//session"), options: Options("shop"));
        using var refused = await loopback.Service.ReceiveAsync(Attacks.HangUpTests.NamingTheSession(id));
        Assert.Equal(FailureCode.UnknownContext, Assert.IsType<ServiceResult.Respond>(refused).Code);
        Assert.Equal(0, _store.LookUps);
    }

    /// <summary>A slow store, and a stranger who asks it without end: others find their sessions.</summary>
    [Fact]
    public async Task LookUps_OfOneAddress_LeaveRoomForOthers()
    {
        using var loopback = new Loopback(Bindings.Create("mutualcert//session"), options: Options("shop"));
        using var session = await loopback.OpenAsync();
        using var request = session.Secure(Loopback.Request(loopback.Binding.MessageVersion));
        var slow = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _store.OnFound = () => slow.Task;
        var (stranger, other) = (From("192.0.2.1"), From("198.51.100.1"));
        var asked = Enumerable.Range(0, 1100).Select(_ => loopback.Service.ReceiveAsync(
            Attacks.HangUpTests.NamingTheSession($"urn:uuid:{Guid.NewGuid()}"), stranger).AsTask()).ToList();
        Assert.Equal(768, _store.LookUps);
        _store.OnFound = () => Task.CompletedTask;
        using (var result = await loopback.Service.ReceiveAsync(request.Envelope, other))
        {
            Assert.IsType<ServiceResult.Dispatch>(result);
        }

        slow.SetResult();
        var codes = (await Task.WhenAll(asked)).Select(r => Assert.IsType<ServiceResult.Respond>(r).Code).ToList();
        Assert.Equal((768, 332), (codes.Count(c => c == FailureCode.UnknownContext), codes.Count(c => c == FailureCode.ServiceTooBusy)));
        Assert.Contains(RecordedLog.Current.Entries, e => e.Text.Contains("look-ups in SessionStore", StringComparison.Ordinal));

        static MessageOrigin From(string address) => new() { RemoteAddress = IPAddress.Parse(address), HasNoAddress = true };
    }

    private MessageSecurityServiceOptions Options(string name) => new()
    {
        SessionStore = _store,
        EndpointName = name,
        FailureAnswers = Loopback.AtOnce,
        LoggerFactory = RecordedLog.Current,
    };
}
