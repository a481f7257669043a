using SecureConversation.Binding;
using SecureConversation.Credentials;

namespace SecureConversation.Http.Internal;

/// <summary>
/// The clients of the security token services that a binding names (IssuerAddress and IssuerSecurity of IssuedSecurityTokenParameters), or
/// the credentials where it names none. Each is made when it is needed first.
/// </summary>
/// <param name="options">The options of the client that needs the tokens; limits, logs and clock are the same.</param>
internal sealed class IssuerClients(SecureConversationHttpOptions options) : IIssuedTokenProvider, IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<Entry> _entries = [];
    private readonly HttpMessageHandler? _transport = options.IssuerTransport;
    private bool _isDisposed;

    // Credentials that change leave the clients of earlier ones behind.
    private const int MostEntries = 16;

    /// <summary>Why the issuers of a binding are not known; null when they are.</summary>
    public static string? Problem(MessageSecurityBinding binding, ClientCredentials credentials)
    {
        var element = binding.Bootstrap ?? binding.Element;
        var tokens = element.GetSupportingTokenParameters()
            .Append((element as SymmetricSecurityBindingElement)?.ProtectionTokenParameters)
            .OfType<IssuedSecurityTokenParameters>();
        return tokens.Any(token => TokenIssuers.Of(token, credentials.IssuedToken).Address is null)
            ? "The binding needs tokens of an issuer and names none: set IssuerAddress of its IssuedSecurityTokenParameters, "
                + "LocalIssuerAddress of ClientCredentials.IssuedToken, or ClientCredentials.IssuedTokenProvider."
            : null;
    }

    public async ValueTask<IssuedSecurityToken> GetTokenAsync(IssuedTokenRequest request, CancellationToken cancellationToken)
    {
        var credentials = request.Credentials ?? options.Credentials!;
        var (address, security) = TokenIssuers.Of(request.Parameters, credentials.IssuedToken);
        var (client, dropped) = ClientOf(
            address ?? throw new InvalidOperationException("The binding names no issuer."), security, request, credentials);
        if (dropped is not null)
        {
            await dropped.DisposeAsync().ConfigureAwait(false);
        }

        return await client.GetTokenAsync(request, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        List<Entry> entries;
        lock (_gate)
        {
            _isDisposed = true;
            entries = [.. _entries];
            _entries.Clear();
        }

        foreach (var entry in entries)
        {
            await entry.Client.DisposeAsync().ConfigureAwait(false);
        }
    }

    private (SecurityTokenServiceClient Client, SecurityTokenServiceClient? Dropped) ClientOf(
        Uri address, SecurityBindingElement? security, IssuedTokenRequest request, ClientCredentials credentials)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(SecureConversationClient));
            foreach (var entry in _entries)
            {
                if (entry.Address == address && entry.Credentials == credentials && Equals(entry.Security, security))
                {
                    return (entry.Client, null);
                }
            }

            var added = new Entry(address, security, credentials, Create(address, security, request, credentials));
            _entries.Add(added);
            if (_entries.Count <= MostEntries)
            {
                return (added.Client, null);
            }

            var oldest = _entries[0];
            _entries.RemoveAt(0);
            return (added.Client, oldest.Client);
        }
    }

    private SecurityTokenServiceClient Create(
        Uri address, SecurityBindingElement? security, IssuedTokenRequest request, ClientCredentials credentials)
    {
        var issued = credentials.IssuedToken;
        return new SecurityTokenServiceClient(
            new SecurityTokenServiceOptions
            {
                Address = address,
                MessageSecurity = security is null ? null : Options(security, issued.IssuerCredentials ?? credentials),
                MessageVersion = options.MessageVersion.Addressing == AddressingVersion.None
                    ? MessageVersion.Default
                    : options.MessageVersion,
                DefaultKeyEntropyMode = issued.DefaultKeyEntropyMode,
                AcceptIssuerKey = issued.AcceptIssuerKey,
                MaxResponseBytes = options.MaxResponseBytes,
                Timeout = options.OpenTimeout,
                TimeProvider = options.TimeProvider,
            },
            _transport is null ? null : new SharedTransport(_transport));
    }

    private SecureConversationHttpOptions Options(SecurityBindingElement security, ClientCredentials credentials) => new()
    {
        Binding = security,
        MessageVersion = options.MessageVersion.Addressing == AddressingVersion.None ? MessageVersion.Default : options.MessageVersion,
        Credentials = credentials,
        MaxResponseBytes = options.MaxResponseBytes,
        MaxAttributesPerElement = options.MaxAttributesPerElement,
        MaxNamespaceDeclarations = options.MaxNamespaceDeclarations,
        OpenTimeout = options.OpenTimeout,
        CloseTimeout = options.CloseTimeout,
        TimeProvider = options.TimeProvider,
        LoggerFactory = options.LoggerFactory,
        MessageLog = options.MessageLog,
        MessageLogging = options.MessageLogging,
        IssuerTransport = options.IssuerTransport,
    };

    private sealed record Entry(
        Uri Address, SecurityBindingElement? Security, ClientCredentials Credentials, SecurityTokenServiceClient Client);

    /// <summary>Uses a transport of the application without disposing of it.</summary>
    private sealed class SharedTransport(HttpMessageHandler transport) : HttpMessageHandler
    {
        private readonly HttpMessageInvoker _invoker = new(transport, disposeHandler: false);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            _invoker.SendAsync(request, cancellationToken);
    }
}
