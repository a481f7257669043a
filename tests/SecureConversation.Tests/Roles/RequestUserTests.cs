using System.Security.Claims;
using SecureConversation.Testing;
using SecureConversation.Tests.State;

namespace SecureConversation.Tests.Roles;

/// <summary>Applications add identities and claims to the user of a request. Each request has one of its own.</summary>
public sealed class RequestUserTests
{
    [Theory]
    [InlineData("anonymous//session")]
    [InlineData("anonymous//single")]
    [InlineData("mutualcert//session")]
    [InlineData("mutualcert//single")]
    public async Task User_ChangedInOneRequest_IsTheSameAsBeforeInAllOthers(string binding)
    {
        using var loopback = new Loopback(Bindings.Create(binding));
        using var session = loopback.Binding.EstablishesSession ? await loopback.OpenAsync() : null;
        using var first = await DispatchAsync(loopback, session);
        var claims = Claims(first.User);
        using var meanwhile = await DispatchAsync(loopback, session);
        MakeAdministrator(first.User);
        using var next = await DispatchAsync(loopback, session);
        foreach (var other in new[] { meanwhile, next })
        {
            Assert.NotSame(first.User, other.User);
            Assert.Equal(claims, Claims(other.User));
            Assert.Equal(binding.StartsWith("mutualcert", StringComparison.Ordinal), other.User.Identity!.IsAuthenticated);
        }

        if (session is not null)
        {
            Assert.Equal(claims, Claims(next.Session!.User));
            MakeAdministrator(next.Session.User);
            using var last = await DispatchAsync(loopback, session);
            Assert.Equal(claims, Claims(last.User));
        }
    }

    [Fact]
    public async Task UserOfAnAnonymousClient_ChangedInOneSession_IsTheSameAsBeforeInAnother()
    {
        using var loopback = new Loopback(Bindings.Create("anonymous//session"));
        using var one = await loopback.OpenAsync();
        using var other = await loopback.OpenAsync();
        using var first = await DispatchAsync(loopback, one);
        MakeAdministrator(first.User);
        MakeAdministrator(first.Session!.User);
        using var second = await DispatchAsync(loopback, other);
        Assert.Empty(Claims(second.User));
        Assert.Empty(Claims(second.Session!.User));
    }

    /// <summary>What the application adds in one process is not kept for others.</summary>
    [Fact]
    public async Task UserOfASession_ChangedByTheApplication_IsNotInTheStore()
    {
        var store = new KeptStates();
        var options = new MessageSecurityServiceOptions { SessionStore = store, EndpointName = "test", FailureAnswers = Loopback.AtOnce };
        using var one = new Loopback(Bindings.Create("mutualcert//session"), options: options);
        using var other = new Loopback(Bindings.Create("mutualcert//session"), options: options);
        using var session = await one.OpenAsync();
        using var first = await DispatchAsync(one, session);
        var claims = Claims(first.User);
        MakeAdministrator(first.User);
        MakeAdministrator(first.Session!.User);
        using var second = await DispatchAsync(other, session);
        Assert.Equal(claims, Claims(second.User));
        Assert.Equal(claims, Claims(second.Session!.User));
    }

    private static void MakeAdministrator(ClaimsPrincipal user)
    {
        user.AddIdentity(new ClaimsIdentity([new Claim(ClaimTypes.Role, "administrator")], "application"));
        user.Identities.First().AddClaim(new Claim(ClaimTypes.Role, "administrator"));
    }

    private static string[] Claims(ClaimsPrincipal user) => [.. user.Claims.Select(claim => $"{claim.Type} {claim.Value}")];

    private static async Task<ServiceResult.Dispatch> DispatchAsync(Loopback loopback, ClientSession? session)
    {
        var plain = Loopback.Request(loopback.Binding.MessageVersion);
        using var request = session?.Secure(plain) ?? loopback.Client.Secure(plain, Loopback.Address);
        return Assert.IsType<ServiceResult.Dispatch>(await loopback.Service.ReceiveAsync(request.Envelope.ToArray()));
    }

    /// <summary>Keeps the principals themselves, as a store in memory may.</summary>
    private sealed class KeptStates : ISecuritySessionStore
    {
        private readonly OctetStore _octets = new();
        private readonly Dictionary<string, ClaimsPrincipal> _users = [];

        public async ValueTask<SessionState?> FindAsync(string id, CancellationToken cancellationToken)
        {
            using var found = await _octets.FindAsync(id, cancellationToken);
            return found is null ? null : new SessionState
            {
                Endpoint = found.Endpoint,
                Id = found.Id,
                Keys = [.. found.Keys.Select(Copy)],
                Version = found.Version,
                User = _users[id],
                ClientCertificate = found.ClientCertificate,
            };
        }

        public ValueTask SaveAsync(SessionState state, CancellationToken cancellationToken)
        {
            _users[state.Id] = state.User;
            return _octets.SaveAsync(state, cancellationToken);
        }

        public ValueTask<bool> TryReplaceAsync(SessionState state, long version, CancellationToken cancellationToken) =>
            _octets.TryReplaceAsync(state, version, cancellationToken);

        public ValueTask RemoveAsync(string id, CancellationToken cancellationToken) => _octets.RemoveAsync(id, cancellationToken);

        private static SessionKeyState Copy(SessionKeyState key) => new()
        {
            Role = key.Role,
            Instance = key.Instance,
            Key = [.. key.Key],
            ReplyNonces = [.. key.ReplyNonces],
            Expires = key.Expires,
            AcceptedUntil = key.AcceptedUntil,
        };
    }
}
