namespace SecureConversation.Shared;

/// <summary>The URIs that plain SOAP messages hold.</summary>
internal static class SoapUris
{
    /// <summary>The namespace of SOAP 1.1.</summary>
    public const string Soap11 = "http://schemas.xmlsoap.org/soap/envelope/";

    /// <summary>The namespace of SOAP 1.2.</summary>
    public const string Soap12 = "http://www.w3.org/2003/05/soap-envelope";

    /// <summary>The namespace of WS-Addressing 1.0.</summary>
    public const string Addressing10 = "http://www.w3.org/2005/08/addressing";

    /// <summary>The namespace of WS-Addressing of August 2004.</summary>
    public const string AddressingAugust2004 = "http://schemas.xmlsoap.org/ws/2004/08/addressing";

    /// <summary>The namespace of WS-Security 1.0, and of its fault codes.</summary>
    public const string Wsse = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";

    /// <summary>The namespace of the fault codes that WCF's dispatcher answers with when the service does not.</summary>
    public const string Dispatcher = "http://schemas.microsoft.com/net/2005/12/windowscommunicationfoundation/dispatcher";
}
