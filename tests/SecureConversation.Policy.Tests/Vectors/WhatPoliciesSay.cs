using SecureConversation.Binding;

namespace SecureConversation.Policy.Tests.Vectors;

/// <summary>A binding without the settings that no policy of WCF says. Each line names one.</summary>
internal static class WhatPoliciesSay
{
    public static SecurityBindingElement Of(SecurityBindingElement element, bool encrypts, bool isCxf)
    {
        var said = element with
        {
            EndpointSupportingTokenParameters = element.EndpointSupportingTokenParameters with
            {
                Endorsing = [.. element.EndpointSupportingTokenParameters.Endorsing.Select(token => Of(token, isCxf))],
            },
            // The recordings of transport bindings went over plain HTTP, which no assertion says.
            AllowInsecureTransport = false,
            // Local to each side.
            LocalServiceSettings = new(),
            LocalClientSettings = new(),
            // The attributes of the Basic Security Profile: an importer of WCF always switches them on.
            MessageSecurityVersion = WithBsp(element.MessageSecurityVersion),
            // sp:EncryptSignature is not written where nothing is encrypted.
            MessageProtectionOrder = !encrypts
                && element.MessageProtectionOrder == MessageProtectionOrder.SignBeforeEncryptAndEncryptSignature
                ? MessageProtectionOrder.SignBeforeEncrypt
                : element.MessageProtectionOrder,
        };
        return said switch
        {
            // CXF's policies of sessions are of WS-Security 1.1, whatever the recording calls it. No message of a session shows the
            // difference.
            SymmetricSecurityBindingElement symmetric
                when isCxf && symmetric.ProtectionTokenParameters is SecureConversationSecurityTokenParameters session =>
                symmetric with
                {
                    MessageSecurityVersion = WithBsp(MessageSecurityVersion.All.First(v =>
                        v.SecurityVersion == SecurityVersion.WSSecurity11
                            && v.TrustVersion == symmetric.MessageSecurityVersion.TrustVersion)),
                    ProtectionTokenParameters = Of(session, isCxf),
                },
            SymmetricSecurityBindingElement symmetric =>
                symmetric with { ProtectionTokenParameters = Of(symmetric.ProtectionTokenParameters!, isCxf) },
            AsymmetricSecurityBindingElement asymmetric => asymmetric with
            {
                // The client's own choice.
                AllowSerializedSigningTokenOnReply = false,
                InitiatorTokenParameters = Of(asymmetric.InitiatorTokenParameters!, isCxf),
                RecipientTokenParameters = Of(asymmetric.RecipientTokenParameters!, isCxf),
            },
            _ => said,
        };
    }

    private static SecurityTokenParameters Of(SecurityTokenParameters token, bool isCxf) => token switch
    {
        SecureConversationSecurityTokenParameters session => session with
        {
            BootstrapSecurityBindingElement = Of(session.BootstrapSecurityBindingElement!, encrypts: true, isCxf),
            // WS-SecurityPolicy 1.2 says MustNotSendRenew of every session that is not cancelled, which is never renewed.
            CanRenewSession = session.CanRenewSession && session.RequireCancellation,
        },
        // CXF's own choice of a reference where its policy asks for none.
        X509SecurityTokenParameters { InclusionMode: not SecurityTokenInclusionMode.Never } x509 when isCxf =>
            x509 with { X509ReferenceStyle = X509ReferenceStyle.Any },
        // No assertion says this style, and WCF writes none.
        X509SecurityTokenParameters { X509ReferenceStyle: X509ReferenceStyle.RawDataKeyIdentifier } x509 =>
            x509 with { X509ReferenceStyle = X509ReferenceStyle.Any },
        _ => token,
    };

    private static MessageSecurityVersion WithBsp(MessageSecurityVersion version) => MessageSecurityVersion.All.Single(v =>
        v.EmitBspRequiredAttributes && v.SecurityVersion == version.SecurityVersion && v.TrustVersion == version.TrustVersion);
}
