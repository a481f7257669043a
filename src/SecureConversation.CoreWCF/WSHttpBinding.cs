using CoreWCF;
using CoreWCF.Channels;
using SecureConversation.CoreWCF.Internal;

namespace SecureConversation.CoreWCF;

/// <summary>
/// CoreWCF's WSHttpBinding with message security, which CoreWCF leaves out: <c>Security.Mode = Message</c> with
/// <c>Security.Message.ClientCredentialType</c> Certificate, UserName or None, <c>EstablishSecurityContext</c> and <c>AlgorithmSuite</c>.
/// Other modes are those of CoreWCF.
/// </summary>
/// <remarks>
/// The defaults are WCF's, two of which are not offered and refused when the host starts: set <c>ClientCredentialType</c>, which is Windows,
/// and set <c>NegotiateServiceCredential</c> to false, on both sides.
/// </remarks>
public class WSHttpBinding : global::CoreWCF.WSHttpBinding
{
    /// <summary>A binding with message security.</summary>
    public WSHttpBinding()
    {
    }

    /// <summary>A binding.</summary>
    /// <param name="securityMode">Where security is applied.</param>
    public WSHttpBinding(SecurityMode securityMode)
        : base(securityMode)
    {
    }

    /// <summary>A binding.</summary>
    /// <param name="securityMode">Where security is applied.</param>
    /// <param name="reliableSessionEnabled">Must be false: CoreWCF has no reliable sessions.</param>
    public WSHttpBinding(SecurityMode securityMode, bool reliableSessionEnabled)
        : base(securityMode, reliableSessionEnabled)
    {
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">A setting of message security is not offered; the message names it.</exception>
    public override BindingElementCollection CreateBindingElements() =>
        HttpMessageSecurity.Insert(base.CreateBindingElements(), Security, HttpMessageSecurity.VersionOfWSHttp);

    /// <inheritdoc/>
    protected override SecurityBindingElement? CreateMessageSecurity() =>
        // CoreWCF's element for this mode does not exist; ours is inserted when the elements are there.
        Security.Mode == SecurityMode.Message ? null : base.CreateMessageSecurity();
}
