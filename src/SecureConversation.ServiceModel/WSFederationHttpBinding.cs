using Microsoft.Extensions.Logging;

namespace SecureConversation.ServiceModel;

public partial class WSFederationHttpBinding
{
    private WSFederationHttpSecurity _security = new();

    /// <summary>A binding with this mode of security.</summary>
    /// <param name="securityMode">Where security is applied.</param>
    /// <param name="reliableSessionEnabled">
    /// Whether sessions are reliable, which needs EstablishSecurityContext.
    /// </param>
    public WSFederationHttpBinding(WSFederationHttpSecurityMode securityMode, bool reliableSessionEnabled)
        : base(DropIn.Reliable(reliableSessionEnabled)) => _security.Mode = securityMode;

    /// <summary>The security.</summary>
    public WSFederationHttpSecurity Security
    {
        get => _security;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            _security = value;
        }
    }

    /// <summary>The address of the privacy notice of a service. Without effect here, as in WCF without cards.</summary>
    public Uri? PrivacyNoticeAt { get; set; }

    /// <summary>The version of the privacy notice. Without effect here, as in WCF without cards.</summary>
    public int PrivacyNoticeVersion { get; set; }

    /// <summary>Where events of message security are logged; null (default) logs nothing.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <inheritdoc cref="MessageSecurityBindingElement.ReopenLostSessions"/>
    public bool ReopenLostSessions { get; set; }

    private bool IsOurs => Security.Mode != WSFederationHttpSecurityMode.None;

    /// <summary>Null: CreateBindingElements inserts another element than those that this could return.</summary>
    protected override SecurityBindingElement CreateMessageSecurity() => null!;

    /// <summary>HTTPS for the mode TransportWithMessageCredential, else HTTP, with the settings of this binding.</summary>
    protected override TransportBindingElement GetTransport()
    {
        var transport = Security.Mode == WSFederationHttpSecurityMode.TransportWithMessageCredential
            ? new HttpsTransportBindingElement()
            : new HttpTransportBindingElement();
        transport.MaxReceivedMessageSize = MaxReceivedMessageSize;
        transport.MaxBufferPoolSize = MaxBufferPoolSize;
        transport.BypassProxyOnLocal = BypassProxyOnLocal;
        transport.ProxyAddress = ProxyAddress;
        transport.UseDefaultWebProxy = UseDefaultWebProxy;
        return transport;
    }

    partial void OnMessageSecurity(MessageSecurityBindingElement element)
    {
        element.LoggerFactory = LoggerFactory;
        element.ReopenLostSessions = ReopenLostSessions;
    }
}
