using SecureConversation.Binding;

namespace SecureConversation.Cli.Decoding;

/// <summary>Settings that may be the binding.</summary>
internal sealed record Candidate(SecurityBindingElement Element, MessageVersion Version, ChannelProtectionRequirements Protection)
{
    public SecurityBindingElement? Bootstrap => Element.SessionToken?.BootstrapSecurityBindingElement;

    /// <summary>The binding; null where settings contradict each other.</summary>
    public MessageSecurityBinding? Build(out string? problem)
    {
        try
        {
            problem = null;
            return MessageSecurityBinding.Create(Element, Version, Protection);
        }
        catch (ArgumentException e)
        {
            problem = e.Message;
            return null;
        }
    }

    /// <summary>The same with another element, or with another bootstrap.</summary>
    public Candidate With(bool isBootstrap, Func<SecurityBindingElement, SecurityBindingElement> change) =>
        !isBootstrap ? this with { Element = change(Element) }
        : this with
        {
            Element = WithSession(Element,
            session => session with
            {
                BootstrapSecurityBindingElement =
                change(session.BootstrapSecurityBindingElement!)
            })
        };

    /// <summary>An element with a changed token of its session.</summary>
    public static SecurityBindingElement WithSession(
        SecurityBindingElement element,
        Func<SecureConversationSecurityTokenParameters, SecureConversationSecurityTokenParameters> change) => element switch
        {
            SymmetricSecurityBindingElement { ProtectionTokenParameters: SecureConversationSecurityTokenParameters session } symmetric =>
                symmetric with { ProtectionTokenParameters = change(session) },
            TransportSecurityBindingElement
            { EndpointSupportingTokenParameters.Endorsing: [SecureConversationSecurityTokenParameters session, ..] } transport =>
                transport with { EndpointSupportingTokenParameters = new() { Endorsing = [change(session)] } },
            _ => element,
        };
}
