using SecureConversation.Binding;
using SecureConversation.Credentials;

namespace SecureConversation.Engine.Roles;

/// <summary>
/// The issued tokens of a client, one for each token of its binding and each service: asked for before a message needs them, and kept until
/// a part of their life is over (IssuedTokenRenewalThresholdPercentage). Safe for concurrent use.
/// </summary>
internal sealed class IssuedTokens
{
    // A client has few services. Beyond that the tokens of the others are given up, and asked for again when they are needed.
    private const int MostServices = 256;

    private readonly Dictionary<(int Parameters, string Service), IssuedTokenSlot> _slots = [];
    private readonly Lock _gate = new();
    private readonly IssuedSecurityTokenParameters[] _parameters;
    private readonly SecurityBindingElement _element;
    private readonly ClientCredentials _credentials;
    private readonly EngineEnvironment _environment;

    /// <param name="element">The element whose messages carry the tokens: that of the bootstrap where there is one.</param>
    /// <param name="credentials">Where tokens come from.</param>
    /// <param name="environment">Clock and log.</param>
    /// <param name="previous">
    /// The tokens that the client had with earlier credentials; they serve messages that are being made, until others are there.
    /// </param>
    public IssuedTokens(
        SecurityBindingElement element, ClientCredentials credentials, EngineEnvironment environment, IssuedTokens? previous)
    {
        (_element, _credentials, _environment) = (element, credentials, environment);
        _parameters = [.. Of(element).Distinct()];
        if (previous is not null)
        {
            lock (previous._gate)
            {
                foreach (var (key, slot) in previous._slots)
                {
                    _slots[key] = new IssuedTokenSlot(credentials.IssuedToken, environment, slot.TryShare());
                }
            }
        }
    }

    /// <summary>The issued tokens that messages under an element carry.</summary>
    public static IEnumerable<IssuedSecurityTokenParameters> Of(SecurityBindingElement element)
    {
        if (element is SymmetricSecurityBindingElement { ProtectionTokenParameters: IssuedSecurityTokenParameters protection })
        {
            yield return protection;
        }

        foreach (var token in element.GetSupportingTokenParameters().OfType<IssuedSecurityTokenParameters>())
        {
            yield return token;
        }
    }

    /// <summary>Gets all tokens for a service that are not there, or are to be replaced.</summary>
    /// <exception cref="IssuedTokenException">There is no token.</exception>
    public ValueTask EnsureAsync(Uri to, CancellationToken cancellationToken)
    {
        var service = ServiceOf(to);
        for (var i = 0; i < _parameters.Length; i++)
        {
            if (SlotOf(i, service.AbsoluteUri).IsDue)
            {
                return EnsureAllAsync(service, cancellationToken);
            }
        }

        return default;
    }

    /// <summary>Shares the token for a message; the caller disposes of it.</summary>
    /// <exception cref="InvalidOperationException">There is none, or it has expired.</exception>
    public IssuedSecurityToken Share(IssuedSecurityTokenParameters parameters, string? to)
    {
        var service = NameOf(to);
        IssuedTokenSlot? slot;
        lock (_gate)
        {
            slot = _slots.GetValueOrDefault((Array.IndexOf(_parameters, parameters), service));
        }

        if (slot?.TryShare() is not { } token)
        {
            throw new InvalidOperationException($"There is no issued token for '{service}': await MessageSecurityClient."
                + "EnsureIssuedTokensAsync with the address of the service before Secure, StartSession and StartRenewal.");
        }

        var now = _environment.Clock.GetUtcNow();
        if (now < DateTimeOffset.MaxValue - _element.LocalClientSettings.MaxClockSkew
            && now - _element.LocalClientSettings.MaxClockSkew > token.ValidTo)
        {
            var expired = token.ValidTo;
            token.Dispose();
            throw new InvalidOperationException($"The issued token for '{service}' expired at {expired.UtcDateTime:u}; by the clock of "
                + $"this client it is {now.UtcDateTime:u}. Await MessageSecurityClient.EnsureIssuedTokensAsync before each call: it asks "
                + "for another one in time.");
        }

        return token;
    }

    /// <summary>The part of an address that tells services apart, which is what a token is for.</summary>
    public static Uri ServiceOf(Uri to) => to.IsAbsoluteUri && to.Scheme is "http" or "https" or "net.tcp"
        ? new Uri(to.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped))
        : to;

    /// <summary>The same of the address of a message, which may be none.</summary>
    public static string NameOf(string? to) =>
        Uri.TryCreate(to, UriKind.Absolute, out var uri) ? ServiceOf(uri).AbsoluteUri : to ?? "";

    private async ValueTask EnsureAllAsync(Uri service, CancellationToken cancellationToken)
    {
        for (var i = 0; i < _parameters.Length; i++)
        {
            var slot = SlotOf(i, service.AbsoluteUri);
            if (slot.IsDue)
            {
                await slot.EnsureAsync(stop => GetTokenAsync(_parameters[i], service, stop), service, cancellationToken)
                    .ConfigureAwait(false);
            }
        }
    }

    private async ValueTask<IssuedSecurityToken> GetTokenAsync(
        IssuedSecurityTokenParameters parameters, Uri service, CancellationToken cancellationToken)
    {
        var provider = _credentials.IssuedTokenProvider ?? _environment.IssuedTokenProvider!;
        var token = await provider.GetTokenAsync(new IssuedTokenRequest
        {
            AppliesTo = service,
            Parameters = parameters,
            AlgorithmSuite = _element.DefaultAlgorithmSuite,
            MessageSecurityVersion = _element.MessageSecurityVersion,
            ServiceIdentity = _credentials.ServiceIdentity,
            Credentials = _credentials,
        }, cancellationToken).ConfigureAwait(false)
            ?? throw new InvalidOperationException("The IIssuedTokenProvider returned null.");
        if (Problem(token, parameters) is { } problem)
        {
            token.Dispose();
            throw new InvalidOperationException($"The IIssuedTokenProvider returned a token that the binding does not take: {problem}");
        }

        return token;
    }

    private string? Problem(IssuedSecurityToken token, IssuedSecurityTokenParameters parameters)
    {
        var suite = _element.DefaultAlgorithmSuite;
        return token.KeyType != parameters.KeyType ? $"its KeyType is {token.KeyType}, and the binding asks for {parameters.KeyType}."
            : token.Key is { } key && !suite.IsSymmetricKeyLengthSupported(key.LengthInBits)
                ? $"its key has {key.LengthInBits} bits, and {suite.Name} asks for {suite.MinSymmetricKeyLength} to "
                    + $"{suite.MaxSymmetricKeyLength}."
            : token.PrivateKey is { } rsa && !suite.IsAsymmetricKeyLengthSupported(rsa.KeySize)
                ? $"its RSA key has {rsa.KeySize} bits, and {suite.Name} asks for {suite.MinAsymmetricKeyLength} to "
                    + $"{suite.MaxAsymmetricKeyLength}."
            : null;
    }

    private IssuedTokenSlot SlotOf(int parameters, string service)
    {
        lock (_gate)
        {
            if (_slots.TryGetValue((parameters, service), out var slot))
            {
                return slot;
            }

            if (_slots.Count >= MostServices * _parameters.Length)
            {
                var oldest = _slots.MinBy(pair => pair.Value.Since);
                _slots.Remove(oldest.Key);
                oldest.Value.Dispose();
            }

            return _slots[(parameters, service)] = new IssuedTokenSlot(_credentials.IssuedToken, _environment, first: null);
        }
    }
}
