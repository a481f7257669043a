using System.Xml.Linq;
using SecureConversation.Policy.Assertions;
using SecureConversation.Policy.Wsp;

namespace SecureConversation.Policy.Wsdl;

/// <summary>
/// Refuses what demands something of a port in a way that is not read: policies of other versions of WS-Policy, policies and assertions in
/// wrong places, and extensions that must be understood (WSDL 1.1 section 2.1.3). Left aside they would make the import weaker.
/// </summary>
internal static class UnreadPolicies
{
    public static void Refuse(XElement child)
    {
        var ns = child.Name.Namespace;
        if (ns == Namespaces.Wsdl || Namespaces.IsPolicy(ns))
        {
            return;
        }

        if (Namespaces.IsSecurityPolicy(ns))
        {
            throw Locations.Fail(
                child, $"The assertion {Text.Short(child.Name.LocalName)} stands outside of a policy: put it into wsp:Policy.");
        }

        if (child.DescendantsAndSelf().FirstOrDefault(IsLikePolicy) is { } policy)
        {
            throw Locations.Fail(
                policy,
                $"A policy of '{Text.Short(policy.Name.NamespaceName)}' inside of {Text.Short(child.Name.LocalName)} is not read: write "
                + "policies of WS-Policy 1.2 or 1.5, as children of the elements of WSDL.");
        }

        if (child.Attribute(Namespaces.Wsdl + "required")?.Value.Trim() is "true" or "1" && !IsUnderstood(ns))
        {
            throw Locations.Fail(
                child, $"The extension {Text.Short(child.Name.ToString())} has to be understood (wsdl:required), and is not: take it out.");
        }
    }

    public static void RefuseAttributes(XElement subject)
    {
        var others = subject.Attributes().Where(a => a.Name.LocalName == "PolicyURIs" && !Namespaces.IsPolicy(a.Name.Namespace));
        if (others.FirstOrDefault() is { } uris)
        {
            throw Locations.Fail(
                uris, $"PolicyURIs of '{Text.Short(uris.Name.NamespaceName)}' is not read: use wsp:PolicyURIs of WS-Policy 1.2 or 1.5.");
        }
    }

    private static bool IsLikePolicy(XElement element) =>
        element.Name.LocalName is "Policy" or "PolicyReference" or "PolicyAttachment" && element.Name.Namespace != Namespaces.Wsdl;

    private static bool IsUnderstood(XNamespace ns) =>
        ns == Namespaces.Soap11Wsdl || ns == Namespaces.Soap12Wsdl || ns == Namespaces.Wsaw || ns == Namespaces.Wsam
        || Namespaces.IsAddressing(ns.NamespaceName);
}
