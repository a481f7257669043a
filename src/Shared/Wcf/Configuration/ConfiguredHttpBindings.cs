using SecureConversation.Configuration;

namespace SecureConversation.Shared;

/// <summary>WSHttpBinding, WS2007HttpBinding and BasicHttpBinding with the settings of a file.</summary>
internal static class ConfiguredHttpBindings
{
    public static SecurityMode Mode(ConfiguredBinding binding) => Translation.ByName<SecurityMode>(binding.SecurityMode);

    public static StackWSHttpBinding WSHttp(ConfiguredBinding from, StackWSHttpBinding to)
    {
        if (from.MessageSecurity is { } message)
        {
            to.Security.Message.ClientCredentialType = Translation.ByName<MessageCredentialType>(message.ClientCredentialType);
            to.Security.Message.NegotiateServiceCredential = message.NegotiateServiceCredential;
            to.Security.Message.EstablishSecurityContext = message.EstablishSecurityContext;
            to.Security.Message.AlgorithmSuite = Translation.FromEngine(message.AlgorithmSuite);
        }

        if (from.SecurityMode == ConfiguredSecurityMode.Transport)
        {
            Apply(from, to.Security.Transport);
        }

#if !CORE_WCF
        to.AllowCookies = from.Transport.AllowCookies;
#endif
        Apply(from, to);
        return to;
    }

    /// <summary>What all bindings of WS-* over HTTP have.</summary>
    public static void Apply(ConfiguredBinding from, WSHttpBindingBase to)
    {
        to.MessageEncoding = Encoding(from);
        to.MaxReceivedMessageSize = from.Transport.MaxReceivedMessageSize;
        to.MaxBufferPoolSize = from.Transport.MaxBufferPoolSize;
        ConfiguredBindings.Apply(from.Encoding.ReaderQuotas, to.ReaderQuotas);
#if CORE_WCF
        if (from.ReliableSession is { } reliable && to is CoreWCF.Internal.IHasReliableSession own)
        {
            own.ReliableSession.Ordered = reliable.Ordered;
            own.ReliableSession.InactivityTimeout = reliable.InactivityTimeout;
        }

        RequireUtf8(from);
#else
        if (from.ReliableSession is { } reliable)
        {
            to.ReliableSession.Ordered = reliable.Ordered;
            to.ReliableSession.InactivityTimeout = reliable.InactivityTimeout;
        }

        to.TextEncoding = ConfiguredBindings.TextEncoding(from);
        to.BypassProxyOnLocal = from.Transport.BypassProxyOnLocal;
        to.UseDefaultWebProxy = from.Transport.UseDefaultWebProxy;
        to.ProxyAddress = from.Transport.ProxyAddress;
#endif
    }

    public static OwnBasicHttpBinding Basic(ConfiguredBinding from)
    {
        var to = new OwnBasicHttpBinding(Translation.ByName<BasicHttpSecurityMode>(from.SecurityMode));
        if (from.SecurityMode is ConfiguredSecurityMode.Transport or ConfiguredSecurityMode.TransportCredentialOnly)
        {
            Apply(from, to.Security.Transport);
        }

        if (from.MessageSecurity is { } message)
        {
            to.Security.Message.ClientCredentialType = Translation.ByName<BasicHttpMessageCredentialType>(message.ClientCredentialType);
            to.Security.Message.AlgorithmSuite = Translation.FromEngine(message.AlgorithmSuite);
        }

        to.MessageEncoding = Encoding(from);
        to.TextEncoding = ConfiguredBindings.TextEncoding(from);
        to.TransferMode = Translation.ByName<TransferMode>(from.Transport.TransferMode);
        to.MaxReceivedMessageSize = from.Transport.MaxReceivedMessageSize;
        to.MaxBufferSize = from.Transport.MaxBufferSize;
        ConfiguredBindings.Apply(from.Encoding.ReaderQuotas, to.ReaderQuotas);
#if !CORE_WCF
        to.MaxBufferPoolSize = from.Transport.MaxBufferPoolSize;
        to.AllowCookies = from.Transport.AllowCookies;
        to.BypassProxyOnLocal = from.Transport.BypassProxyOnLocal;
        to.UseDefaultWebProxy = from.Transport.UseDefaultWebProxy;
        to.ProxyAddress = from.Transport.ProxyAddress;
#endif
        return to;
    }

    private static WSMessageEncoding Encoding(ConfiguredBinding from) => Translation.ByName<WSMessageEncoding>(from.Encoding.Kind);

    private static void Apply(ConfiguredBinding from, HttpTransportSecurity to)
    {
        to.ClientCredentialType = Translation.ByName<HttpClientCredentialType>(from.Transport.ClientCredentialType);
#if CORE_WCF
        to.Realm = from.Transport.Realm;
#else
        to.ProxyCredentialType = Translation.ByName<HttpProxyCredentialType>(from.Transport.ProxyCredentialType);
#endif
    }

#if CORE_WCF
    // The binding of CoreWCF has no property for it.
    private static void RequireUtf8(ConfiguredBinding from)
    {
        if (!from.Encoding.WriteEncoding.Equals("utf-8", StringComparison.OrdinalIgnoreCase))
        {
            throw ConfiguredRefusal.Of(from, $"textEncoding=\"{from.Encoding.WriteEncoding}\" is not offered by WSHttpBinding of CoreWCF.",
                "Write utf-8, or a customBinding with textMessageEncoding.");
        }
    }
#endif
}
