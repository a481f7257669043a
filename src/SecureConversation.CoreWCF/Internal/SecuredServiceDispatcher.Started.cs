using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace SecureConversation.CoreWCF.Internal;

internal sealed partial class SecuredServiceDispatcher
{
    private ServiceCredentials CredentialsOfHost => Host.Description.Behaviors.Find<ServiceCredentials>() ?? Host.Credentials;

    /// <summary>
    /// Over net.tcp the service starts with the first connection. Credentials that it would refuse then end the start of the host here.
    /// </summary>
    /// <exception cref="InvalidOperationException">Credentials are missing, or not offered.</exception>
    private void RequireCredentials()
    {
        using var refusals = new ClientRefusals(NullLogger.Instance, TimeProvider.System);
        var credentials = CredentialTranslation.ToEngine(CredentialsOfHost, _binding, refusals);
        using (credentials.ServiceCertificate)
        {
            // What protects cookies is among the services, which the transport shows with the first connection.
            if (!_binding.UsesCookies)
            {
                StackRefusals.Checked(() => new MessageSecurityService(_binding, credentials)).Dispose();
            }
        }
    }

    /// <summary>What the endpoint has of its host, once the transport says where its services are.</summary>
    private sealed class Started
    {
        private readonly SecuredServiceDispatcher _of;
        private readonly IChannel _channel;
        private readonly ILoggerFactory _loggers;
        private readonly ServiceCredentials _credentials;

        public Started(SecuredServiceDispatcher of, IChannel channel)
        {
            (_of, _channel) = (of, channel);
            _loggers = channel.GetProperty<ILoggerFactory>() ?? NullLoggerFactory.Instance;
            Logger = _loggers.CreateLogger("SecureConversation.CoreWCF");
            Clock = channel.GetProperty<TimeProvider>() ?? TimeProvider.System;
            Lifetime = channel.GetProperty<IHostApplicationLifetime>();
            _credentials = of.CredentialsOfHost;
            Validator = _credentials.UserNameAuthentication.CustomUserNamePasswordValidator?.GetType().Name ?? "";
        }

        public ILogger Logger { get; }
        public TimeProvider Clock { get; }
        public IHostApplicationLifetime? Lifetime { get; }

        /// <summary>The name of the validator of user names; empty where there is none.</summary>
        public string Validator { get; }

        /// <summary>Nothing of the platform waits longer, nor for TimeSpan.MaxValue.</summary>
        public TimeSpan CloseTimeout => TimeSpan.FromMilliseconds(Math.Min(_of.Binding.CloseTimeout.TotalMilliseconds, int.MaxValue));

        /// <summary>Makes the service. It ends with the host.</summary>
        /// <param name="sessionClosed">Is told of each session that has ended.</param>
        /// <exception cref="InvalidOperationException">Credentials are missing, or settings contradict each other.</exception>
        public MessageSecurityService Create(Action<ServiceSession> sessionClosed)
        {
            var refusals = new ClientRefusals(Logger, Clock);
            var name = CookieKeys.NameOf(_of.Host, _of.BaseAddress);
            var credentials = CredentialTranslation.ToEngine(_credentials, _of._binding, refusals);
            var binding = _of._binding;
            var security = StackRefusals.Checked(() => new MessageSecurityService(binding, credentials, new MessageSecurityServiceOptions
            {
                TimeProvider = Clock,
                LoggerFactory = _loggers,
                ReplayCache = _channel.GetProperty<IReplayCache>(),
                SessionIdleTimeout = _of.Binding.ReceiveTimeout,
                EndpointName = name,
                SecurityStateEncoder = CookieKeys.EncoderOf(_channel, _credentials, _of._binding, name),
                MaxEnvelopeBytes = _of.MaxEnvelopeBytes(),
                SessionClosed = sessionClosed,
                FailureAnswers = _of._failureAnswers,
                HandOutUnsignedHeaders = _of._handOutUnsignedHeaders,
                HandOutCanonicalForm = _of._handOutCanonicalForm,
                MaxAttributesPerElement = _of._maxAttributesPerElement,
                MaxNamespaceDeclarations = _of._maxNamespaceDeclarations,
                MaxKeptReplyBytes = _of._maxKeptReplyBytes,
                MessageLog = _of._messageLog,
                MessageLogging = _of._messageLogging,
                AddressFilter = AddressFilterOf(_of.Host, _of.BaseAddress),
            }));
            StartedCredentials.Keep(_credentials, _of._binding, Logger);
            Lifetime?.ApplicationStopping.Register(security.Stop);
            _of.Host.Closed += (_, _) =>
            {
                security.Dispose();
                refusals.Dispose();
                credentials.ServiceCertificate?.Dispose();
            };
            return security;
        }
    }
}
