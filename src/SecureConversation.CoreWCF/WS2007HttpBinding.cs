using CoreWCF;
using CoreWCF.Channels;
using SecureConversation.CoreWCF.Internal;

namespace SecureConversation.CoreWCF;

/// <summary>
/// CoreWCF's WS2007HttpBinding with message security, which CoreWCF leaves out: <c>Security.Mode = Message</c> with
/// <c>Security.Message.ClientCredentialType</c> Certificate, UserName or None, <c>EstablishSecurityContext</c> and <c>AlgorithmSuite</c>.
/// Other modes are those of CoreWCF.
/// </summary>
/// <remarks>
/// The defaults are WCF's, two of which are not offered and refused when the host starts: set <c>ClientCredentialType</c>, which is Windows,
/// and set <c>NegotiateServiceCredential</c> to false, on both sides.
/// </remarks>
public class WS2007HttpBinding : global::CoreWCF.WS2007HttpBinding
{
    /// <summary>A binding with message security.</summary>
    public WS2007HttpBinding()
    {
    }

    /// <summary>A binding.</summary>
    /// <param name="securityMode">Where security is applied.</param>
    public WS2007HttpBinding(SecurityMode securityMode)
        : base(securityMode)
    {
    }

    /// <summary>A binding.</summary>
    /// <param name="securityMode">Where security is applied.</param>
    /// <param name="reliableSessionEnabled">Must be false: CoreWCF has no reliable sessions.</param>
    public WS2007HttpBinding(SecurityMode securityMode, bool reliableSessionEnabled)
        : base(securityMode, reliableSessionEnabled)
    {
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">A setting of message security is not offered; the message names it.</exception>
    public override BindingElementCollection CreateBindingElements() =>
        HttpMessageSecurity.Insert(base.CreateBindingElements(), Security, HttpMessageSecurity.VersionOfWS2007Http);

    /// <inheritdoc/>
    protected override SecurityBindingElement? CreateMessageSecurity() =>
        // CoreWCF's element for this mode does not exist; ours is inserted when the elements are there.
        Security.Mode == SecurityMode.Message ? null : base.CreateMessageSecurity();
}
