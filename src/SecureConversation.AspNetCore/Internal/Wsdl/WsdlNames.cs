using System.Xml.Linq;

namespace SecureConversation.AspNetCore.Internal.Wsdl;

/// <summary>Names of WSDL 1.1, its SOAP bindings, and XML Schema.</summary>
internal static class WsdlNames
{
    public static XNamespace Wsdl { get; } = "http://schemas.xmlsoap.org/wsdl/";

    public static XNamespace Soap11 { get; } = "http://schemas.xmlsoap.org/wsdl/soap/";

    public static XNamespace Soap12 { get; } = "http://schemas.xmlsoap.org/wsdl/soap12/";

    public static XNamespace Schema { get; } = "http://www.w3.org/2001/XMLSchema";

    public static XName Definitions { get; } = Wsdl + "definitions";

    public static XName Import { get; } = Wsdl + "import";

    public static XName Types { get; } = Wsdl + "types";

    public static XName Binding { get; } = Wsdl + "binding";

    public static XName Service { get; } = Wsdl + "service";

    public static XName Port { get; } = Wsdl + "port";

    public static XName SchemaRoot { get; } = Schema + "schema";

    public static XName SchemaImport { get; } = Schema + "import";

    public static XName SchemaInclude { get; } = Schema + "include";

    public static XName SchemaRedefine { get; } = Schema + "redefine";
}
