using Microsoft.Extensions.Logging;

namespace SecureConversation.ServiceModel;

public partial class WSHttpBinding
{
    /// <summary>Where events of message security are logged; null (default) logs nothing.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <inheritdoc cref="MessageSecurityBindingElement.ReopenLostSessions"/>
    public bool ReopenLostSessions { get; set; }

    partial void OnMessageSecurity(MessageSecurityBindingElement element)
    {
        element.LoggerFactory = LoggerFactory;
        element.ReopenLostSessions = ReopenLostSessions;
    }
}

public partial class WS2007HttpBinding
{
    /// <summary>Where events of message security are logged; null (default) logs nothing.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <inheritdoc cref="MessageSecurityBindingElement.ReopenLostSessions"/>
    public bool ReopenLostSessions { get; set; }

    partial void OnMessageSecurity(MessageSecurityBindingElement element)
    {
        element.LoggerFactory = LoggerFactory;
        element.ReopenLostSessions = ReopenLostSessions;
    }
}

public partial class BasicHttpBinding
{
    /// <summary>Where events of message security are logged; null (default) logs nothing.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    partial void OnMessageSecurity(MessageSecurityBindingElement element) => element.LoggerFactory = LoggerFactory;
}
