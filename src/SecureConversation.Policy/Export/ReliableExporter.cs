using System.Collections.Immutable;
using System.Globalization;
using System.Xml.Linq;
using SecureConversation.Binding;
using SecureConversation.Policy.Assertions;

namespace SecureConversation.Policy.Export;

/// <summary>
/// Writes what WCF says of a reliable session: one assertion, which stands first in the policy of the endpoint, and the headers that are
/// signed in every message. Window, repetitions and flow control are no business of the other side, and no policy says them.
/// </summary>
internal sealed class ReliableExporter(SpWriter writer, ReliableSessionBindingElement reliable)
{
    // In the order of WCF.
    private static readonly ImmutableArray<string> Headers2005 = ["Sequence", "SequenceAcknowledgement", "AckRequested"];
    private static readonly ImmutableArray<string> Headers11 = [.. Headers2005, "UsesSequenceSTR"];

    private bool Is11 => reliable.ReliableMessagingVersion == ReliableMessagingVersion.WSReliableMessaging11;

    private XNamespace Namespace => Is11 ? Namespaces.Rm11 : Namespaces.Rm2005;

    /// <summary>The headers that are signed wherever they are.</summary>
    public ImmutableArray<XName> Headers => [.. (Is11 ? Headers11 : Headers2005).Select(name => Namespace + name)];

    /// <summary>The assertion.</summary>
    /// <param name="isSession">Whether sequences are bound to the context of a secure conversation.</param>
    public XElement Assertion(bool isSession) => Is11 ? Assertion11(isSession) : new(
        Namespaces.RmPolicy2005 + "RMAssertion",
        new XAttribute(XNamespace.Xmlns + "wsrm", Namespaces.RmPolicy2005.NamespaceName),
        Milliseconds(Namespaces.RmPolicy2005, "InactivityTimeout", reliable.InactivityTimeout),
        Milliseconds(Namespaces.RmPolicy2005, "AcknowledgementInterval", reliable.AcknowledgementInterval));

    // WS-RM Policy 1.1 section 2.3. What it has no words for stands in the namespace of WCF.
    private XElement Assertion11(bool isSession) => new(
        Namespaces.RmPolicy11 + "RMAssertion",
        new XAttribute(XNamespace.Xmlns + "wsrmp", Namespaces.RmPolicy11.NamespaceName),
        new XAttribute(XNamespace.Xmlns + "netrmp", Namespaces.NetRmPolicy11.NamespaceName),
        new XElement(
            writer.Wsp + "Policy",
            isSession ? new XElement(Namespaces.RmPolicy11 + "SequenceSTR") : null,
            writer.Nested(
                Namespaces.RmPolicy11 + "DeliveryAssurance",
                new XElement(Namespaces.RmPolicy11 + "ExactlyOnce"),
                reliable.Ordered ? new XElement(Namespaces.RmPolicy11 + "InOrder") : null)),
        Milliseconds(Namespaces.NetRmPolicy11, "InactivityTimeout", reliable.InactivityTimeout),
        Milliseconds(Namespaces.NetRmPolicy11, "AcknowledgementInterval", reliable.AcknowledgementInterval));

    private static XElement Milliseconds(XNamespace ns, string name, TimeSpan value) =>
        new(ns + name, new XAttribute("Milliseconds", ((long)value.TotalMilliseconds).ToString(CultureInfo.InvariantCulture)));
}
