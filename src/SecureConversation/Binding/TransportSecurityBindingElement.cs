namespace SecureConversation.Binding;

/// <summary>
/// Transport binding (WS-SecurityPolicy 1.2 section 7.3): the transport protects messages, which carry a timestamp and supporting tokens.
/// Configuration files and policies are read and written with it; messages are not offered yet:
/// <see cref="MessageSecurityBinding.Create(SecurityBindingElement, MessageVersion, ChannelProtectionRequirements)"/> refuses it.
/// </summary>
public sealed record TransportSecurityBindingElement : SecurityBindingElement
{
    /// <inheritdoc/>
    /// <remarks>As in WCF, supporting tokens keep their setting, but for that of a session.</remarks>
    public override TransportSecurityBindingElement SetKeyDerivation(bool requireDerivedKeys) => this with
    {
        EndpointSupportingTokenParameters = EndpointSupportingTokenParameters with
        {
            Endorsing =
            [
                .. EndpointSupportingTokenParameters.Endorsing.Select(token =>
                    token is SecureConversationSecurityTokenParameters ? token with { RequireDerivedKeys = requireDerivedKeys } : token),
            ],
        },
    };

    /// <inheritdoc/>
    public override TransportSecurityBindingElement ForCxfAndWss4j() =>
        this with { MessageSecurityVersion = MessageSecurityVersion.WithBspAttributes };
}
