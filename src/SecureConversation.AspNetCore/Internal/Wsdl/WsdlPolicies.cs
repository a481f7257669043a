using System.Xml.Linq;
using SecureConversation.Binding;
using SecureConversation.Policy;

namespace SecureConversation.AspNetCore.Internal.Wsdl;

/// <summary>Puts the policies of an endpoint into its description.</summary>
internal static class WsdlPolicies
{
    /// <exception cref="InvalidOperationException">The description and the endpoint do not go together; the message says why.</exception>
    public static void Attach(IReadOnlyList<WsdlFile> files, WsdlPort port, MessageSecurityBinding binding)
    {
        var file = files.First(file => file.Root.Elements(WsdlNames.Binding).Contains(port.Binding));
        try
        {
            var imported = files.Where(other => other != file && !other.IsSchema).Select(other => new XDocument(other.Root));
            file.Root = WsdlPolicy.Attach(
                new XDocument(file.Root), binding, (string?)port.Binding.Attribute("name"), imported: imported).Root!;
        }
        catch (Exception e) when (e is PolicyException or NotSupportedException)
        {
            throw new InvalidOperationException($"{file.Path}: {e.Message}", e);
        }
    }
}
