using SecureConversation.Engine.Tokens;

namespace SecureConversation.Binding;

/// <summary>Checks of the elements whose messages the transport protects. Each problem yields one sentence, as in BindingChecks.</summary>
internal static class TransportChecks
{
    public const string TokensInSession = "EndpointSupportingTokenParameters of the element of the session: the messages of a session "
        + "carry no tokens of the client; put them into BootstrapSecurityBindingElement, which opens it.";

    public const string NoBootstrap = "BootstrapSecurityBindingElement must be set: a session needs the security of its handshake.";

    public const string NestedBootstrap = "BootstrapSecurityBindingElement is secure conversation itself: "
        + "use the element of the credentials, for instance CreateMutualCertificateBindingElement().";

    public static IEnumerable<string> Of(TransportSecurityBindingElement element)
    {
        if (element.GetSupportingTokenParameters().Any(token => BindingChecks.Unoffered(token) is not null))
        {
            // SupportingTokenChecks says which.
            yield break;
        }

        var endorses = SupportingToken.AllOf(element).Any(list => list.Tokens.Exists(token => token.Endorses));
        if (endorses && !element.IncludeTimestamp && element.SessionToken is null)
        {
            yield return "IncludeTimestamp = false with a token that endorses: over a protected transport the timestamp is what it signs. "
                + "Set IncludeTimestamp to true.";
        }

        if (endorses && element.SecurityHeaderLayout == SecurityHeaderLayout.LaxTimestampLast)
        {
            // WCF reads such headers as Strict, whatever the layout says: what a signature covers stands before it (recorded).
            yield return "SecurityHeaderLayout LaxTimestampLast with a token that endorses: over a protected transport services, WCF's "
                + "too, expect the timestamp before the signature. Choose another layout.";
        }

        if (element.MessageProtectionProfile != MessageProtectionProfile.Wcf)
        {
            yield return $"MessageProtectionProfile {element.MessageProtectionProfile} is not offered where the transport protects "
                + "messages, since no signature covers them: leave it at Wcf.";
        }

        if (element.RequireSignatureConfirmation)
        {
            yield return "RequireSignatureConfirmation is not offered where the transport protects messages, since no reply is signed: set "
                + "it to false.";
        }

        if (element.SessionToken is { } session)
        {
            foreach (var problem in Session(element, session))
            {
                yield return problem;
            }
        }
    }

    private static IEnumerable<string> Session(
        TransportSecurityBindingElement element, SecureConversationSecurityTokenParameters session)
    {
        if (element.GetSupportingTokenParameters().Count() > 1)
        {
            yield return TokensInSession;
        }

        if (session.BootstrapSecurityBindingElement is not { } bootstrap)
        {
            yield return NoBootstrap;
        }
        else if (bootstrap.SessionToken is not null)
        {
            yield return NestedBootstrap;
        }
        else if (bootstrap is not TransportSecurityBindingElement)
        {
            yield return "BootstrapSecurityBindingElement protects messages itself, and the transport those of the session, which no "
                + "factory of WCF makes: use CreateSecureConversationBindingElement.";
        }
    }
}
