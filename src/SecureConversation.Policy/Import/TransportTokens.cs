using SecureConversation.Policy.Assertions;
using SecureConversation.Policy.Wsp;

namespace SecureConversation.Policy.Import;

/// <summary>
/// Reads what stands in sp:TransportToken. The transport is the caller's: it is told by name what the transport has to be.
/// </summary>
internal static class TransportTokens
{
    public static void Read(AssertionBag inside, SpVersion sp, Assertion container, ImportContext context)
    {
        var found = false;
        if (inside.Take(sp.Name("HttpsToken")) is { } https)
        {
            found = true;
            context.RequireAlso(https.Name);
            context.RequireNoParameters(https, "RequireClientCertificate", sp.Name("IncludeToken"));
            ReadClientCertificate(https, sp, context);

            var details = context.Open(https);
            foreach (var name in new[] { "RequireClientCertificate", "HttpBasicAuthentication", "HttpDigestAuthentication" })
            {
                if (sp.IsOasis && details.TakeFlag(sp.Name(name)))
                {
                    context.RequireAlso(sp.Name(name));
                }
            }

            details.RefuseLeft();
        }

        foreach (var tcp in inside.TakeWhere(a => a.Name.Namespace == Namespaces.Msf))
        {
            found = true;
            context.RequireAlso(tcp.Name);
        }

        inside.RefuseLeft();
        if (!found)
        {
            context.Refuse(container.Element, "it has no sp:HttpsToken.", "Add sp:HttpsToken.");
        }
    }

    // An xs:boolean (WS-SecurityPolicy 1.1 section 5.3.10).
    private static void ReadClientCertificate(Assertion https, SpVersion sp, ImportContext context)
    {
        var attribute = https.Element.Attribute("RequireClientCertificate");
        switch (attribute?.Value.Trim(' ', '\t', '\r', '\n'))
        {
            case null or "false" or "0":
                break;
            case "true" or "1":
                context.RequireAlso(sp.Name("RequireClientCertificate"));
                break;
            case var other:
                context.Refuse(attribute!, $"'{Text.Short(other)}' is neither true nor false.", "Write true or false.");
                break;
        }
    }
}
