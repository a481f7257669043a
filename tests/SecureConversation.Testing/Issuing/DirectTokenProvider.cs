using SecureConversation.Credentials;

namespace SecureConversation.Testing;

/// <summary>Asks a <see cref="TestTokenIssuer"/> without a transport in between, and so without protection.</summary>
/// <param name="service">The issuer.</param>
/// <param name="issuer">How the client sees it; its address does not matter.</param>
public sealed class DirectTokenProvider(TestTokenIssuer service, SecurityTokenIssuer? issuer = null) : IIssuedTokenProvider
{
    private static readonly SecurityTokenIssuer Default = new() { Address = new Uri("https://sts/issue") };

    /// <summary>The requests of the client.</summary>
    public List<IssuedTokenRequest> Requests { get; } = [];

    public async ValueTask<IssuedSecurityToken> GetTokenAsync(IssuedTokenRequest request, CancellationToken cancellationToken)
    {
        lock (Requests)
        {
            Requests.Add(request);
        }

        using var exchange = new SecurityTokenExchange(request, issuer ?? Default);
        return exchange.Complete(await service.AnswerAsync(exchange.Envelope, cancellationToken));
    }
}
