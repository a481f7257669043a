using System.Xml.Linq;

namespace SecureConversation.AspNetCore.Internal.Wsdl;

/// <summary>A WSDL or schema document of the application.</summary>
/// <param name="path">Its full path.</param>
/// <param name="root">Its content.</param>
/// <param name="query">
/// What its address has after the question mark, as WCF numbers them: <c>wsdl</c>, <c>wsdl=wsdl0</c>, <c>xsd=xsd0</c>.
/// </param>
internal sealed class WsdlFile(string path, XElement root, string query)
{
    public string Path => path;

    /// <summary>Changed while the set is made, and not after that.</summary>
    public XElement Root { get; set; } = root;

    public string Query => query;

    public bool IsSchema => Root.Name == WsdlNames.SchemaRoot;
}
