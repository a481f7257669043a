using System.Net;
using SecureConversation.Configuration;
#if CORE_WCF
using RmVersion = SecureConversation.Binding.ReliableMessagingVersion;
#else
using RmVersion = System.ServiceModel.ReliableMessagingVersion;
#endif

namespace SecureConversation.Shared;

/// <summary>A CustomBinding of the elements that a file says.</summary>
internal static class ConfiguredCustomBinding
{
    public static CustomBinding Create(ConfiguredBinding from)
    {
        if (from.CompositeDuplex || from.OneWay)
        {
            throw ConfiguredRefusal.Of(from, $"{ConfiguredRefusal.Stack} has no {(from.OneWay ? "oneWay" : "compositeDuplex")} element.",
                "Take it out on both sides, and let clients ask for what the service would send.");
        }

        var elements = new BindingElementCollection();
        if (from.ReliableSession is { } reliable)
        {
            elements.Add(Reliable(reliable));
        }

        if (from.Security is { } security)
        {
            elements.Add((BindingElement?)ConfiguredOverTransport.OfStack(security) ?? new MessageSecurityBindingElement(security));
        }

        elements.Add(Encoding(from));
        elements.Add(Transport(from));
        return new CustomBinding(elements);
    }

    private static ReliableSessionBindingElement Reliable(ConfiguredReliableSession from) => new()
    {
        Ordered = from.Ordered,
        InactivityTimeout = from.InactivityTimeout,
        AcknowledgementInterval = from.AcknowledgementInterval,
        FlowControlEnabled = from.FlowControlEnabled,
        MaxPendingChannels = from.MaxPendingChannels,
        MaxRetryCount = from.MaxRetryCount,
        MaxTransferWindowSize = from.MaxTransferWindowSize,
        ReliableMessagingVersion = from.ReliableMessagingVersion == "WSReliableMessaging11"
            ? RmVersion.WSReliableMessaging11
            : RmVersion.WSReliableMessagingFebruary2005,
    };

    private static MessageEncodingBindingElement Encoding(ConfiguredBinding from)
    {
        var encoding = from.Encoding;
        var version = Translation.FromEngine(from.MessageVersion);
        switch (encoding.Kind)
        {
            case ConfiguredEncodingKind.Text:
                var text = new TextMessageEncodingBindingElement(version, ConfiguredBindings.TextEncoding(from));
#if CORE_WCF
                text.MaxReadPoolSize = encoding.MaxReadPoolSize;
                text.MaxWritePoolSize = encoding.MaxWritePoolSize;
#endif
                ConfiguredBindings.Apply(encoding.ReaderQuotas, text.ReaderQuotas);
                return text;
            case ConfiguredEncodingKind.Mtom:
                var mtom = new MtomMessageEncodingBindingElement(version, ConfiguredBindings.TextEncoding(from))
                {
                    MaxReadPoolSize = encoding.MaxReadPoolSize,
                    MaxWritePoolSize = encoding.MaxWritePoolSize,
                    MaxBufferSize = encoding.MaxBufferSize,
                };
                ConfiguredBindings.Apply(encoding.ReaderQuotas, mtom.ReaderQuotas);
                return mtom;
            default:
                var binary = new BinaryMessageEncodingBindingElement
                {
                    MaxReadPoolSize = encoding.MaxReadPoolSize,
                    MaxWritePoolSize = encoding.MaxWritePoolSize,
                    MaxSessionSize = encoding.MaxSessionSize,
                };
                ConfiguredBindings.Apply(encoding.ReaderQuotas, binary.ReaderQuotas);
                return binary;
        }
    }

    private static HttpTransportBindingElement Transport(ConfiguredBinding from)
    {
        var settings = from.Transport;
        if (settings.Kind is not (ConfiguredTransportKind.Http or ConfiguredTransportKind.Https))
        {
            throw ConfiguredRefusal.Of(from, $"A customBinding over {settings.Scheme} is not made from files.",
                "Use httpTransport or httpsTransport, or make the binding in code.");
        }

        var isCertificate = settings.ClientCredentialType == ConfiguredTransportCredential.Certificate;
        var transport = settings.Kind == ConfiguredTransportKind.Https
            ? new HttpsTransportBindingElement { RequireClientCertificate = isCertificate }
            : new HttpTransportBindingElement();
        transport.AuthenticationScheme = isCertificate ? AuthenticationSchemes.Anonymous : Scheme(from, settings.ClientCredentialType);
        transport.TransferMode = Translation.ByName<TransferMode>(settings.TransferMode);
        transport.MaxReceivedMessageSize = settings.MaxReceivedMessageSize;
        transport.MaxBufferSize = settings.MaxBufferSize;
        transport.MaxBufferPoolSize = settings.MaxBufferPoolSize;
        transport.KeepAliveEnabled = settings.KeepAliveEnabled;
        transport.ManualAddressing = settings.ManualAddressing;
#if CORE_WCF
        transport.Realm = settings.Realm;
#else
        transport.ProxyAuthenticationScheme = Scheme(from, settings.ProxyCredentialType);
        transport.AllowCookies = settings.AllowCookies;
        transport.BypassProxyOnLocal = settings.BypassProxyOnLocal;
        transport.UseDefaultWebProxy = settings.UseDefaultWebProxy;
        transport.ProxyAddress = settings.ProxyAddress;
        transport.DecompressionEnabled = settings.DecompressionEnabled;
#endif
        return transport;
    }

    private static AuthenticationSchemes Scheme(ConfiguredBinding from, ConfiguredTransportCredential credential) => credential switch
    {
        ConfiguredTransportCredential.None => AuthenticationSchemes.Anonymous,
        ConfiguredTransportCredential.Basic => AuthenticationSchemes.Basic,
        ConfiguredTransportCredential.Digest => AuthenticationSchemes.Digest,
        ConfiguredTransportCredential.Ntlm => AuthenticationSchemes.Ntlm,
        ConfiguredTransportCredential.Windows or ConfiguredTransportCredential.Negotiate => AuthenticationSchemes.Negotiate,
        ConfiguredTransportCredential.IntegratedWindowsAuthentication => AuthenticationSchemes.IntegratedWindowsAuthentication,
        _ => throw ConfiguredRefusal.Of(from, $"{credential} is no authentication scheme of HTTP.", "Write Anonymous, Basic or another."),
    };
}
