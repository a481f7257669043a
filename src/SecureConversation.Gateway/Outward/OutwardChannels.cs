using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using SecureConversation.Binding;
using SecureConversation.Configuration;
using SecureConversation.Credentials;
using SecureConversation.Gateway.Routing;
using SecureConversation.Gateway.Settings;
using SecureConversation.Http;

namespace SecureConversation.Gateway.Outward;

/// <summary>The channels of an outward route: one of the gateway, or one for each user. They follow new credentials.</summary>
internal sealed class OutwardChannels : IAsyncDisposable
{
    private readonly string _name;
    private readonly OutwardSettings _settings;
    private readonly GatewayServices _gateway;
    private readonly SocketsHttpHandler _transport = GatewayServices.CreateTransport();
    private readonly SettingsSource<SecureConversationHttpOptions, MessageSecurityClientSettings> _source;
    private readonly IDisposable _changes;
    private readonly ITimer? _sweep;
    private readonly SecureChannel? _own;
    private readonly UserChannels? _users;

    /// <exception cref="SettingsException">The message security cannot be used.</exception>
    public OutwardChannels(string name, OutwardSettings settings, GatewayServices gateway)
    {
        (_name, _settings, _gateway) = (name, settings, gateway);
        _source = new(name, settings.Security!, () => MessageSecurityClientSettings.Read(settings.Security!, gateway.ContentRoot),
            read => read.CertificateFiles, gateway.Clock, e => GatewayLog.CredentialsNotTaken(gateway.Log, name, e.Message));
        try
        {
            Version = _source.Current.MessageVersion ?? Binding.MessageVersion.Default;
            if (settings.Credentials == OutwardCredentials.Gateway)
            {
                _own = Create(null);
            }
            else
            {
                RequireUserNames();
                _users = new UserChannels(settings.MaxUsers, settings.UserIdleTimeout, gateway.Clock, Create);
                _sweep = gateway.Clock.CreateTimer(_ => _users.Sweep(), null, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30));
            }
        }
        catch (OptionsValidationException e)
        {
            _transport.Dispose();
            _source.Dispose();
            throw new SettingsException(e.Failures.Select(failure => Problem(settings, failure)));
        }

        _changes = ChangeToken.OnChange(_source.GetChangeToken, TakeCredentials);
    }

    public Binding.MessageVersion Version { get; }

    /// <summary>The channel of the gateway; null where each user has one.</summary>
    public SecureChannel? Own => _own;

    public UserChannels? Users => _users;

    public async ValueTask DisposeAsync()
    {
        _changes.Dispose();
        _source.Dispose();
        if (_sweep is not null)
        {
            await _sweep.DisposeAsync().ConfigureAwait(false);
        }

        if (_own is not null)
        {
            await _own.DisposeAsync().ConfigureAwait(false);
        }

        if (_users is not null)
        {
            await _users.DisposeAsync().ConfigureAwait(false);
        }

        _transport.Dispose();
    }

    /// <summary>A failure with the path of the section, which the validator of options does not know.</summary>
    private static string Problem(OutwardSettings settings, string failure) =>
        failure.StartsWith(GatewaySettings.Section + ":", StringComparison.Ordinal) ? failure : $"{settings.Security!.Path}: {failure}";

    // A binding without user names, or with those for some actions only, would send users' messages under the identity of the gateway.
    private void RequireUserNames()
    {
        const string Somebody = "somebody";
        using (var options = new ProbeTransport())
        {
            _ = new SecureConversationHandler(Options(new BasicCredential(Somebody, "")), options);
        }

        try
        {
            using var transport = new ProbeTransport();
            var options = Options(null, withoutUser: true);
            if (options.Binding is { } binding)
            {
                options.Binding = binding with
                {
                    OperationSupportingTokenParameters = OperationSupportingTokens.None,
                    OptionalOperationSupportingTokenParameters = OperationSupportingTokens.None,
                };
            }

            _ = new SecureConversationHandler(options, transport);
        }
        catch (OptionsValidationException)
        {
            return;
        }

        throw new SettingsException([$"{_settings.Security!.Path}: found a binding that does not send a user name with every message, "
            + "and Credentials FromBasic: all users would be the gateway. Set ClientCredentialType to UserName, or Credentials to "
            + "Gateway."]);
    }

    private SecureChannel Create(BasicCredential? user) => new(Options(user), _transport);

    private SecureConversationHttpOptions Options(BasicCredential? user, bool withoutUser = false)
    {
        var options = new SecureConversationHttpOptions { LoggerFactory = _gateway.Loggers, TimeProvider = _gateway.Clock };
        options.Read(_settings.Security!, _gateway.ContentRoot);
        options.Credentials = user is not null || withoutUser
            ? With(_source.Current.Credentials, user is null ? null : new UserNameCredential(user.UserName, user.Password))
            : _source.Current.Credentials;
        return options;
    }

    private void TakeCredentials()
    {
        try
        {
            if (_source.Current.Credentials is { } credentials)
            {
                _own?.UpdateCredentials(credentials);
                // Users get new channels, whose sessions have the new credentials.
                _users?.Sweep(all: true);
            }
        }
        catch (ArgumentException e)
        {
            GatewayLog.CredentialsNotTaken(_gateway.Log, _name, e.Message);
        }
    }

    private static ClientCredentials With(ClientCredentials? all, UserNameCredential? user)
    {
        all ??= new ClientCredentials();
        return new ClientCredentials
        {
            ClientCertificate = all.ClientCertificate,
            NamedCertificates = all.NamedCertificates,
            RsaKey = all.RsaKey,
            ClientEncryptionCertificate = all.ClientEncryptionCertificate,
            UserName = user,
            Windows = all.Windows,
            ServiceCertificate = all.ServiceCertificate,
            ServiceEncryptionCertificate = all.ServiceEncryptionCertificate,
            OtherServiceCertificates = all.OtherServiceCertificates,
            ServiceCertificateValidation = all.ServiceCertificateValidation,
            ServiceIdentity = all.ServiceIdentity,
            IssuedTokenProvider = all.IssuedTokenProvider,
            IssuedToken = all.IssuedToken,
        };
    }

    private sealed class ProbeTransport : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            throw new NotSupportedException("Nothing is sent to find out what a binding needs.");
    }
}
