namespace SecureConversation.Binding;

/// <summary>
/// Transport binding (WS-SecurityPolicy 1.2 section 7.3): the transport (TLS) protects messages, which carry a timestamp and the tokens of
/// the client. Nothing in them is encrypted. A token that endorses signs the timestamp and, with a private key and with WS-Addressing,
/// a:To. Whether a token is listed as signed or encrypted makes no difference. The certificate of the service is that of the transport;
/// messages need none.
/// </summary>
/// <remarks>
/// Whoever reads the messages of such a binding where TLS ends can repeat them: as in WCF, they are not remembered. Set DetectReplays of
/// <see cref="SecurityBindingElement.LocalServiceSettings"/> to have those remembered that a token endorses.
/// </remarks>
public sealed record TransportSecurityBindingElement : SecurityBindingElement
{
    /// <summary>As in WCF, messages that a transport protects are not remembered unless DetectReplays is set.</summary>
    public TransportSecurityBindingElement()
    {
        LocalClientSettings = new() { DetectReplays = false };
        LocalServiceSettings = new() { DetectReplays = false };
    }

    /// <summary>The first endorsing token may be that of a session.</summary>
    internal override SecureConversationSecurityTokenParameters? SessionToken =>
        EndpointSupportingTokenParameters.Endorsing is [SecureConversationSecurityTokenParameters session, ..] ? session : null;

    /// <inheritdoc/>
    /// <remarks>
    /// As in WCF, supporting tokens keep their setting, but for that of a session. It has an effect on sessions without Cancel only.
    /// </remarks>
    public override TransportSecurityBindingElement SetKeyDerivation(bool requireDerivedKeys) =>
        WithSession(session => session with { RequireDerivedKeys = requireDerivedKeys });

    /// <inheritdoc/>
    public override TransportSecurityBindingElement ForCxfAndWss4j()
    {
        var element = WithSession(
            session => session with { BootstrapSecurityBindingElement = session.BootstrapSecurityBindingElement?.ForCxfAndWss4j() });
        return element with { MessageSecurityVersion = MessageSecurityVersion.WithBspAttributes };
    }

    private TransportSecurityBindingElement WithSession(
        Func<SecureConversationSecurityTokenParameters, SecureConversationSecurityTokenParameters> change) => this with
        {
            EndpointSupportingTokenParameters = EndpointSupportingTokenParameters with
            {
                Endorsing =
                [
                    .. EndpointSupportingTokenParameters.Endorsing.Select(token =>
                        token is SecureConversationSecurityTokenParameters session ? change(session) : token),
                ],
            },
        };
}
