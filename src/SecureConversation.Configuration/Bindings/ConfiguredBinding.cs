using System.Collections.Immutable;
using SecureConversation.Binding;

namespace SecureConversation.Configuration;

/// <summary>
/// A <c>&lt;binding&gt;</c> of a file, or the binding of that kind without settings. Adapters make the binding of their stack of it.
/// </summary>
public sealed record ConfiguredBinding
{
    /// <summary>Where it stands; for a binding without settings, where it is used.</summary>
    public required ConfigurationLocation Location { get; init; }

    /// <summary>The element that holds the binding: <c>wsHttpBinding</c>, <c>customBinding</c> and so on.</summary>
    public required string Kind { get; init; }

    /// <summary>The name; empty for the binding that is the default of its kind (.NET Framework 4).</summary>
    public string Name { get; init; } = "";

    /// <summary>Who protects messages. Of a customBinding: what its elements amount to.</summary>
    public ConfiguredSecurityMode SecurityMode { get; init; }

    /// <summary>The message security; null where messages carry none.</summary>
    public SecurityBindingElement? Security { get; init; }

    /// <summary>The <c>&lt;message&gt;</c> settings of a standard binding with message security; null elsewhere.</summary>
    public ConfiguredMessageSecurity? MessageSecurity { get; init; }

    /// <summary>The versions of SOAP and WS-Addressing.</summary>
    public MessageVersion MessageVersion { get; init; } = MessageVersion.Default;

    /// <summary>The transport.</summary>
    public ConfiguredTransport Transport { get; init; } = new();

    /// <summary>The encoding.</summary>
    public ConfiguredEncoding Encoding { get; init; } = new();

    /// <summary>WS-ReliableMessaging; null where the binding has none.</summary>
    public ConfiguredReliableSession? ReliableSession { get; init; }

    /// <summary>Whether both sides send requests over connections of their own (wsDualHttpBinding). Default false.</summary>
    public bool CompositeDuplex { get; init; }

    /// <summary>The address at which a client takes requests of the service, where <see cref="CompositeDuplex"/>; null for any.</summary>
    public Uri? ClientBaseAddress { get; init; }

    /// <summary>Whether an element of a customBinding packs one-way messages (<c>oneWay</c>). Default false.</summary>
    public bool OneWay { get; init; }

    /// <summary>Time for opening a channel. Default 1 minute.</summary>
    public TimeSpan OpenTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Time for closing a channel. Default 1 minute.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Time for sending a message and, at a client, for its reply. Default 1 minute.</summary>
    public TimeSpan SendTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Time for which a session at a service may be idle. Default 10 minutes.</summary>
    public TimeSpan ReceiveTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The problems of the binding.</summary>
    public ImmutableArray<ConfigurationProblem> Problems { get; init; } = [];

    /// <summary>Throws where a problem is an error.</summary>
    /// <exception cref="ServiceModelConfigurationException">The binding cannot be used.</exception>
    public void EnsureUsable() => ProblemFactory.ThrowIfAny(Problems);

    /// <summary>The checked binding of the engine.</summary>
    /// <param name="protection">What is signed and encrypted; <see cref="ChannelProtectionRequirements.Default"/> when null.</param>
    /// <exception cref="ServiceModelConfigurationException">
    /// The binding has problems or no message security, or the engine does not offer a setting; the message says which and what to do.
    /// </exception>
    public MessageSecurityBinding CreateMessageSecurityBinding(ChannelProtectionRequirements? protection = null)
    {
        EnsureUsable();
        if (Security is null)
        {
            throw ProblemFactory.Exception(
                Location,
                $"{Kind}/binding[{Name}]",
                $"The binding has no message security: its mode is {SecurityMode}.",
                "Use it with the stack's own binding, or set the mode to Message on both sides.");
        }

        try
        {
            return MessageSecurityBinding.Create(Security, MessageVersion, protection, ReliableSession?.ToElement());
        }
        catch (ArgumentException e)
        {
            var parameter = $" (Parameter '{e.ParamName}')";
            var reason = e.Message.Replace(parameter, "", StringComparison.Ordinal);
            throw ProblemFactory.Exception(Location, $"{Kind}/binding[{Name}]", reason, "Change both sides alike.", e);
        }
    }
}
