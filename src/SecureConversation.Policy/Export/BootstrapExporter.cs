using System.Xml.Linq;
using SecureConversation.Binding;

namespace SecureConversation.Policy.Export;

/// <summary>Writes sp:BootstrapPolicy: what the handshake signs and encrypts, and its binding. In the version of its session.</summary>
internal sealed class BootstrapExporter(SpWriter writer, MessageVersion version, PolicyExportOptions options)
{
    public XElement Write(SecurityBindingElement element)
    {
        if (element.MessageSecurityVersion.TrustVersion == TrustVersion.Trust13 != writer.Sp.IsOasis)
        {
            throw new NotSupportedException(
                $"The bootstrap has {element.MessageSecurityVersion}, and its session the other version of WS-SecurityPolicy: "
                + "give both the same versions of WS-Trust.");
        }

        if (!element.OperationSupportingTokenParameters.IsEmpty || !element.OptionalOperationSupportingTokenParameters.IsEmpty)
        {
            throw new NotSupportedException("No policy says OperationSupportingTokenParameters of a bootstrap: put the tokens into its "
                + "EndpointSupportingTokenParameters.");
        }

        var parts = new PartsExporter(writer, version);
        return writer.Nested(
            "BootstrapPolicy",
            [parts.Signed(signsBody: true, []), parts.Encrypted(encryptsBody: true, []),
                .. new ElementExporter(writer, version, options).Write(element, encrypts: true)]);
    }
}
