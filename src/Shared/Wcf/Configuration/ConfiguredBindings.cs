using System.Text;
using System.Xml;
using SecureConversation.Configuration;

namespace SecureConversation.Shared;

/// <summary>
/// Makes bindings of the stack out of those of a file. Message security is that of this library; what the stack offers itself, the stack
/// does; what neither offers is refused.
/// </summary>
internal static class ConfiguredBindings
{
    /// <exception cref="ServiceModelConfigurationException">The binding has problems, or a setting is not offered.</exception>
    public static Channels.Binding Create(ConfiguredBinding binding)
    {
        ArgumentNullException.ThrowIfNull(binding);
        binding.EnsureUsable();
        var made = ConfiguredRefusal.At(binding, () => Make(binding));
        made.Name = binding.Name.Length > 0 ? binding.Name : made.Name;
        made.OpenTimeout = binding.OpenTimeout;
        made.CloseTimeout = binding.CloseTimeout;
        made.SendTimeout = binding.SendTimeout;
        made.ReceiveTimeout = binding.ReceiveTimeout;
        return made;
    }

    /// <summary>Refuses message security that this library does not offer, at its place in the file and not when a channel opens.</summary>
    /// <param name="binding">The binding of the file.</param>
    /// <param name="made">What was made of it.</param>
    /// <exception cref="ServiceModelConfigurationException">It is not offered.</exception>
    public static void RequireOffered(ConfiguredBinding binding, Channels.Binding made)
    {
        if (binding.Security is not (null or EngineBinding.TransportSecurityBindingElement)
            || (binding.Security is not null && made.CreateBindingElements().Find<MessageSecurityBindingElement>() is not null))
        {
#if CORE_WCF
            binding.CreateMessageSecurityBinding();
#else
            // The client has the reliable sessions of its stack.
            (binding with { ReliableSession = null }).CreateMessageSecurityBinding();
#endif
        }
    }

    private static Channels.Binding Make(ConfiguredBinding binding) => binding.Kind switch
    {
        "wsHttpBinding" => ConfiguredHttpBindings.WSHttp(
            binding, new OwnWSHttpBinding(ConfiguredHttpBindings.Mode(binding), binding.ReliableSession is not null)),
        "ws2007HttpBinding" => ConfiguredHttpBindings.WSHttp(
            binding, new OwnWS2007HttpBinding(ConfiguredHttpBindings.Mode(binding), binding.ReliableSession is not null)),
        "wsFederationHttpBinding" => ConfiguredFederation.Fill(binding, new OwnWSFederationHttpBinding(
            ConfiguredFederation.Mode(binding), binding.ReliableSession is not null)),
        "ws2007FederationHttpBinding" => ConfiguredFederation.Fill(binding, new OwnWS2007FederationHttpBinding(
            ConfiguredFederation.Mode(binding), binding.ReliableSession is not null)),
        "basicHttpBinding" or "basicHttpsBinding" => ConfiguredHttpBindings.Basic(binding),
        "customBinding" => ConfiguredCustomBinding.Create(binding),
#if CORE_WCF
        "netTcpBinding" => throw ConfiguredRefusal.Of(binding, "net.tcp is not made from files for CoreWCF: it needs a port of its own, "
            + "which code says.", "Call UseNetTcp and add this endpoint in code, or take a binding over HTTP."),
#else
        "netTcpBinding" => ConfiguredTcpBinding.Create(binding),
#endif
        "wsDualHttpBinding" => throw ConfiguredRefusal.Of(binding,
            $"{ConfiguredRefusal.Stack} has no wsDualHttpBinding, and neither has this library: the service would have to connect to its "
                + "clients.", "Use netTcpBinding on both sides, which has callbacks, or wsHttpBinding and let clients ask."),
        _ => throw ConfiguredRefusal.Of(binding, $"{ConfiguredRefusal.Stack} has no {binding.Kind}, and neither has this library.",
            "Use wsHttpBinding, ws2007HttpBinding, basicHttpBinding or customBinding on both sides."),
    };

    public static void Apply(ConfiguredReaderQuotas from, XmlDictionaryReaderQuotas to)
    {
        // 0 is the default of the encoder.
        to.MaxDepth = from.MaxDepth > 0 ? from.MaxDepth : to.MaxDepth;
        to.MaxStringContentLength = from.MaxStringContentLength > 0 ? from.MaxStringContentLength : to.MaxStringContentLength;
        to.MaxArrayLength = from.MaxArrayLength > 0 ? from.MaxArrayLength : to.MaxArrayLength;
        to.MaxBytesPerRead = from.MaxBytesPerRead > 0 ? from.MaxBytesPerRead : to.MaxBytesPerRead;
        to.MaxNameTableCharCount = from.MaxNameTableCharCount > 0 ? from.MaxNameTableCharCount : to.MaxNameTableCharCount;
    }

    public static Encoding TextEncoding(ConfiguredBinding binding) => binding.Encoding.WriteEncoding.ToUpperInvariant() switch
    {
        "UTF-8" => new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true),
        "UTF-16" => new UnicodeEncoding(bigEndian: false, byteOrderMark: false, throwOnInvalidBytes: true),
        "UNICODEFFFE" => new UnicodeEncoding(bigEndian: true, byteOrderMark: false, throwOnInvalidBytes: true),
        var other => throw ConfiguredRefusal.Of(binding, $"The encoding '{other}' is none of SOAP messages in WCF.", "Write utf-8."),
    };
}
