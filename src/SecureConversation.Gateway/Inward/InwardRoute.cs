using System.Xml;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using SecureConversation.AspNetCore;
using SecureConversation.AspNetCore.Internal;
using SecureConversation.Binding;
using SecureConversation.Configuration;
using SecureConversation.Gateway.Metadata;
using SecureConversation.Gateway.Routing;
using SecureConversation.Gateway.Settings;
using SecureConversation.Gateway.Soap;
using Yarp.ReverseProxy.Forwarder;

namespace SecureConversation.Gateway.Inward;

/// <summary>
/// Message security outside, plain SOAP inside. Each route has services of its own, so that routes come and go while the gateway runs.
/// </summary>
internal sealed class InwardRoute : GatewayRoute
{
    private readonly InwardSettings _settings;
    private readonly GatewayServices _gateway;
    private readonly CallLimit _calls;
    private readonly RouteLifetime _lifetime;
    private readonly ServiceProvider _services;
    private readonly RequestDelegate _pipeline;
    private readonly MessageVersion _version;
    private readonly HttpMessageInvoker _invoker;
    private readonly InwardTransformer _transformer;
    private readonly ForwarderRequestConfig _config;
    private readonly Descriptions _descriptions;

    /// <exception cref="SettingsException">The message security cannot be used.</exception>
    public InwardRoute(string name, InwardSettings settings, IdentitySettings identity, string fingerprint, GatewayServices gateway)
        : base(name, settings, fingerprint)
    {
        (_settings, _gateway) = (settings, gateway);
        _calls = gateway.Services.GetRequiredService<CallLimits>().Outer;
        _lifetime = new RouteLifetime(gateway.Services.GetRequiredService<IHostApplicationLifetime>());
        ServiceProvider? services = null;
        try
        {
            _services = services = CreateServices();
            var options = _services.GetRequiredService<IOptionsMonitor<SecureConversationServiceOptions>>().Get(name);
            var binding = ServiceFactory.CreateBinding(options);
            _version = options.MessageVersion;
            _pipeline = Build();
            _descriptions = new Descriptions(name, settings, binding, gateway);
            _invoker = new HttpMessageInvoker(new AddressedReplies(_version, options.MaxReplyBytes, GatewayServices.CreateTransport()));
            var tokens = settings.Identity == IdentityForm.Jwt
                ? new IdentityTokens(identity, settings.Audience ?? settings.Address!.AbsoluteUri, name, gateway.Clock) : null;
            _transformer = new InwardTransformer(settings, identity, tokens);
        }
        catch (Exception e)
        {
            services?.Dispose();
            _lifetime.Dispose();
            if (e is not (OptionsValidationException or InvalidOperationException or ArgumentException))
            {
                throw;
            }

            var failures = e is OptionsValidationException invalid ? invalid.Failures : [e.Message];
            throw new SettingsException(failures.Select(failure => $"{settings.Security!.Path}: {failure}"));
        }

        _config = new ForwarderRequestConfig { ActivityTimeout = settings.Timeout };
    }

    /// <summary>The state of the message security.</summary>
    public Task<HealthReport> CheckHealthAsync(CancellationToken cancellationToken) =>
        _services.GetRequiredService<HealthCheckService>().CheckHealthAsync(cancellationToken);

    protected override async Task AnswerAsync(HttpContext context)
    {
        if (_descriptions.Asks(context.Request))
        {
            await _descriptions.AnswerAsync(context).ConfigureAwait(false);
            return;
        }

        // Authenticators come from the services of the route.
        var before = context.RequestServices;
        await using var scope = _services.CreateAsyncScope();
        context.RequestServices = scope.ServiceProvider;
        try
        {
            await _pipeline(context).ConfigureAwait(false);
        }
        finally
        {
            context.RequestServices = before;
        }
    }

    protected override async ValueTask CloseAsync()
    {
        await _services.DisposeAsync().ConfigureAwait(false);
        _lifetime.Dispose();
        _invoker.Dispose();
        _descriptions.Dispose();
    }

    private ServiceProvider CreateServices()
    {
        var services = new ServiceCollection();
        var process = _gateway.Services;
        services.AddSingleton(_gateway.Configuration);
        services.AddSingleton(process.GetRequiredService<IHostEnvironment>());
        services.AddSingleton(_gateway.Loggers);
        services.AddSingleton(_gateway.Clock);
        services.AddSingleton<IHostApplicationLifetime>(_lifetime);
        services.AddSingleton(process.GetRequiredService<IDataProtectionProvider>());
        services.AddSingleton(process.GetRequiredService<RequestMemory>());
        if (process.GetService<ISecuritySessionStore>() is { } store)
        {
            services.AddSingleton(store);
        }

        if (process.GetService<IReplayCache>() is { } replays)
        {
            services.AddSingleton(replays);
        }

        var options = services.AddSecureConversation(Name, _settings.Security!);
        if (!_settings.Users.IsEmpty)
        {
            // A session ends with the list that its user was on, in other gateways and in cookies, too.
            options.Configure(target =>
                target.EndpointName = $"{target.EndpointName ?? $"gateway/{Name}"}/{KnownUsers.NameOf(_settings.Users)}");
            services.AddSingleton(new KnownUsers(_settings.Users));
            options.AuthenticateUserNames<KnownUsers>();
        }

        services.AddHealthChecks().AddSecureConversation(Name);
        return services.BuildServiceProvider();
    }

    private RequestDelegate Build()
    {
        var builder = new ApplicationBuilder(_services);
        builder.UseSecureConversation(name: Name);
        builder.Run(ForwardAsync);
        return builder.Build();
    }

    private async Task ForwardAsync(HttpContext context)
    {
        if (!_calls.TryEnter())
        {
            throw new SoapFaultException("There is no room at the moment.")
            {
                Code = SoapFaultCode.Receiver,
                Subcode = new XmlQualifiedName("ServerTooBusy", SoapUris.Dispatcher),
            };
        }

        try
        {
            await CallAsync(context).ConfigureAwait(false);
        }
        finally
        {
            _calls.Leave();
        }
    }

    private async Task CallAsync(HttpContext context)
    {
        var feature = context.Features.GetRequiredFeature<ISecureConversationFeature>();
        using (var envelope = PlainEnvelope.Read(feature.Message.Envelope, _version))
        {
            var plain = _settings.KeepAddressing ? envelope.WithoutOtherPlaces() : envelope.WithoutAddressing();
            context.Request.Body = new ReadOnlyMemoryStream(plain);
            context.Request.ContentLength = plain.Length;
        }

        var error = await _gateway.Forwarder.SendAsync(context, _settings.Address!.AbsoluteUri, _invoker, _config, _transformer)
            .ConfigureAwait(false);
        if (error == ForwarderError.None)
        {
            return;
        }

        context.RequestAborted.ThrowIfCancellationRequested();
        GatewayLog.InwardFailed(_gateway.Log, Name, _settings.Address.GetLeftPart(UriPartial.Path), $"{error}",
            context.GetForwarderErrorFeature()?.Exception);
        throw new SoapFaultException(error == ForwarderError.RequestTimedOut
            ? "The service did not answer in time." : "The service could not be reached.")
        {
            Code = SoapFaultCode.Receiver,
            Subcode = new XmlQualifiedName("InternalServiceFault", SoapUris.Dispatcher),
        };
    }
}
