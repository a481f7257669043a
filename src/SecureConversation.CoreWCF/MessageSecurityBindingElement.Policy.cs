namespace SecureConversation.CoreWCF;

// The WS-SecurityPolicy of the WSDL that CoreWCF makes.
public sealed partial class MessageSecurityBindingElement : IPolicyExportExtension
{
    /// <summary>
    /// Whether the policy says what WS-Trust needs. Default true; WCF leaves it out for BasicHttpBinding, and recognizes that by it.
    /// </summary>
    internal bool ExportsTrust { get; set; } = true;

    /// <summary>
    /// Writes the security of the endpoint into its WSDL (WS-SecurityPolicy 1.1 or 1.2, as <see cref="MessageSecurityVersion"/> says), in
    /// the places where WCF has it. Called by CoreWCF.
    /// </summary>
    /// <param name="exporter">Says the version of WS-Policy.</param>
    /// <param name="context">Gets the assertions.</param>
    /// <exception cref="NotSupportedException">A setting cannot be said by a policy; the message names it.</exception>
    void IPolicyExportExtension.ExportPolicy(MetadataExporter exporter, PolicyConversionContext context)
    {
        ArgumentNullException.ThrowIfNull(exporter);
        ArgumentNullException.ThrowIfNull(context);
        Internal.PolicyOfContract.Add(this, exporter, context);
    }
}
