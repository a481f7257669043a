using System.Collections.Frozen;

namespace SecureConversation.Policy.Import;

/// <summary>
/// Assertions about other things than message security, by namespace. The transport, the encoding and reliable messaging are the caller's,
/// who is told their names; the settings that Metro writes for its own side are nobody else's.
/// </summary>
internal static class OtherRequirements
{
    private static readonly FrozenSet<string> Understood = new[]
    {
        // MTOM, binary and other encodings.
        "http://schemas.xmlsoap.org/ws/2004/09/policy/optimizedmimeserialization",
        "http://www.w3.org/2007/08/soap12-mtom-policy",
        "http://schemas.microsoft.com/ws/06/2004/mspolicy/netbinary1",
        "http://schemas.microsoft.com/ws/06/2004/policy/http",
        "http://schemas.xmlsoap.org/ws/2004/09/policy/encoding",
        "http://java.sun.com/xml/ns/wsit/2006/09/policy/encoding/client",
        "http://java.sun.com/xml/ns/wsit/2006/09/policy/fastinfoset/service",
        "http://java.sun.com/xml/ns/wsit/2006/09/policy/transport/client",
        "http://java.sun.com/xml/ns/wsit/2006/09/policy/soaptcp/service",
        // Reliable messaging.
        "http://schemas.xmlsoap.org/ws/2005/02/rm/policy",
        "http://docs.oasis-open.org/ws-rx/wsrmp/200702",
        "http://schemas.microsoft.com/net/2005/02/rm/policy",
        "http://schemas.microsoft.com/ws-rx/wsrmp/200702",
        "http://sun.com/2006/03/rm",
        "http://sun.com/2006/03/rm/client",
        "http://docs.oasis-open.org/ws-rx/wsmc/200702",
        // Transactions.
        "http://schemas.xmlsoap.org/ws/2004/10/wsat",
        "http://docs.oasis-open.org/ws-tx/wsat/2006/06",
        // Duplex and one-way channels of WCF, and the framing of net.tcp.
        "http://schemas.microsoft.com/net/2006/06/duplex",
        "http://schemas.microsoft.com/ws/2005/05/routing/policy",
        "http://schemas.microsoft.com/ws/2006/05/framing/policy",
    }.ToFrozenSet();

    private static readonly FrozenSet<string> OfOtherSide = new[]
    {
        "http://schemas.sun.com/2006/03/wss/client",
        "http://schemas.sun.com/2006/03/wss/server",
        "http://schemas.sun.com/ws/2006/05/sc/client",
        "http://schemas.sun.com/ws/2006/05/sc/server",
        "http://schemas.sun.com/ws/2006/05/trust/client",
        "http://schemas.sun.com/ws/2006/05/trust/server",
    }.ToFrozenSet();

    /// <summary>Takes the assertions that are known not to be about message security.</summary>
    public static void Take(AssertionBag bag, ImportContext context)
    {
        foreach (var other in bag.TakeWhere(a => Understood.Contains(a.Name.NamespaceName)))
        {
            context.RequireAlso(other.Name);
        }

        foreach (var own in bag.TakeWhere(a => OfOtherSide.Contains(a.Name.NamespaceName)))
        {
            context.Warn($"{own.Name.LocalName} is a setting of Metro for its own side, and says nothing to others.");
        }
    }
}
