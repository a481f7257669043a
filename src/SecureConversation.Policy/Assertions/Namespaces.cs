using System.Xml.Linq;

namespace SecureConversation.Policy.Assertions;

/// <summary>Namespaces of policies and of WSDL.</summary>
internal static class Namespaces
{
    public static readonly XNamespace Wsp12 = "http://schemas.xmlsoap.org/ws/2004/09/policy";
    public static readonly XNamespace Wsp15 = "http://www.w3.org/ns/ws-policy";
    public static readonly XNamespace Wsu = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
    public static readonly XNamespace Wsdl = "http://schemas.xmlsoap.org/wsdl/";
    public static readonly XNamespace Soap11Wsdl = "http://schemas.xmlsoap.org/wsdl/soap/";
    public static readonly XNamespace Soap12Wsdl = "http://schemas.xmlsoap.org/wsdl/soap12/";
    public static readonly XNamespace Soap11 = "http://schemas.xmlsoap.org/soap/envelope/";
    public static readonly XNamespace Soap12 = "http://www.w3.org/2003/05/soap-envelope";

    /// <summary>WS-SecurityPolicy 1.1.</summary>
    public static readonly XNamespace Sp11 = "http://schemas.xmlsoap.org/ws/2005/07/securitypolicy";
    /// <summary>WS-SecurityPolicy 1.2, and what 1.3 has of it.</summary>
    public static readonly XNamespace Sp12 = "http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200702";
    /// <summary>What WS-SecurityPolicy 1.3 added.</summary>
    public static readonly XNamespace Sp13 = "http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200802";
    /// <summary>The extensions of WCF.</summary>
    public static readonly XNamespace Mssp = "http://schemas.microsoft.com/ws/2005/07/securitypolicy";
    /// <summary>The transport security of net.tcp.</summary>
    public static readonly XNamespace Msf = "http://schemas.microsoft.com/ws/2006/05/framing/policy";

    /// <summary>The suites of CXF that WS-SecurityPolicy does not have.</summary>
    public static readonly XNamespace Cxf = "http://cxf.apache.org/custom/security-policy";
    /// <summary>The suites of eDelivery.</summary>
    public static readonly XNamespace EDelivery = "http://e-delivery.eu/custom/security-policy";
    /// <summary>The suites of Oxalis, which are those of eDelivery.</summary>
    public static readonly XNamespace Oxalis = "http://oxalis.difi.no/custom/security-policy";
    /// <summary>What only ends of this library have.</summary>
    public static readonly XNamespace Own = "urn:secure-conversation:policy";

    public static readonly XNamespace Trust10 = "http://schemas.xmlsoap.org/ws/2005/02/trust";
    public static readonly XNamespace Trust13 = "http://docs.oasis-open.org/ws-sx/ws-trust/200512";

    /// <summary>WS-ReliableMessaging of February 2005, and its policy.</summary>
    public static readonly XNamespace Rm2005 = "http://schemas.xmlsoap.org/ws/2005/02/rm";
    public static readonly XNamespace RmPolicy2005 = "http://schemas.xmlsoap.org/ws/2005/02/rm/policy";
    /// <summary>WS-ReliableMessaging 1.1, its policy, and what WCF adds to that.</summary>
    public static readonly XNamespace Rm11 = "http://docs.oasis-open.org/ws-rx/wsrm/200702";
    public static readonly XNamespace RmPolicy11 = "http://docs.oasis-open.org/ws-rx/wsrmp/200702";
    public static readonly XNamespace NetRmPolicy11 = "http://schemas.microsoft.com/ws-rx/wsrmp/200702";

    public static readonly XNamespace Addressing10 = "http://www.w3.org/2005/08/addressing";
    public static readonly XNamespace Addressing2004 = "http://schemas.xmlsoap.org/ws/2004/08/addressing";
    /// <summary>wsaw: the WSDL binding of WS-Addressing 1.0, candidate recommendation of 2006. What WCF writes.</summary>
    public static readonly XNamespace Wsaw = "http://www.w3.org/2006/05/addressing/wsdl";
    /// <summary>wsam: WS-Addressing 1.0 Metadata.</summary>
    public static readonly XNamespace Wsam = "http://www.w3.org/2007/05/addressing/metadata";
    /// <summary>wsap: the policy of WS-Addressing of August 2004.</summary>
    public static readonly XNamespace Wsap = "http://schemas.xmlsoap.org/ws/2004/08/addressing/policy";
    public static readonly XNamespace Identity = "http://schemas.xmlsoap.org/ws/2006/02/addressingidentity";
    public static readonly XNamespace Signature = "http://www.w3.org/2000/09/xmldsig#";

    public static bool IsPolicy(XNamespace ns) => ns == Wsp12 || ns == Wsp15;

    public static bool IsSecurityPolicy(XNamespace ns) => ns == Sp11 || ns == Sp12 || ns == Sp13 || ns == Mssp;

    public static bool IsAddressing(string ns) => ns == Addressing10.NamespaceName || ns == Addressing2004.NamespaceName;
}
