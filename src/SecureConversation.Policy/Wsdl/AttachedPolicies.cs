using System.Collections.Immutable;
using System.Xml.Linq;
using SecureConversation.Policy.Assertions;
using SecureConversation.Policy.Wsp;

namespace SecureConversation.Policy.Wsdl;

/// <summary>The policies attached to elements of a WSDL (WS-PolicyAttachment 1.5 sections 3, 4).</summary>
internal sealed class AttachedPolicies(PolicyIndex index, WsdlImporterOptions options, PolicyWork work)
{
    /// <summary>The alternatives of all policies that apply to a subject together.</summary>
    public ImmutableArray<ImmutableArray<Assertion>> Of(params ReadOnlySpan<XElement?> subjects)
    {
        var reader = new PolicyReader(index, options);
        var policies = ImmutableArray.CreateBuilder<PolicyNode>();
        foreach (var subject in subjects)
        {
            if (subject is null)
            {
                continue;
            }

            foreach (var child in subject.Elements())
            {
                UnreadPolicies.Refuse(child);
                if (WspNames.IsPolicyElement(child))
                {
                    policies.Add(reader.Read(child));
                }
                else if (WspNames.Is(child, "PolicyReference"))
                {
                    policies.Add(reader.ReadReference(child));
                }
                else if (WspNames.Is(child, "PolicyAttachment"))
                {
                    throw External(child);
                }
            }

            UnreadPolicies.RefuseAttributes(subject);
            foreach (var attribute in subject.Attributes()
                .Where(a => a.Name.LocalName == "PolicyURIs" && Namespaces.IsPolicy(a.Name.Namespace)))
            {
                foreach (var uri in attribute.Value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
                {
                    policies.Add(reader.Read(index.Find(uri, attribute)));
                }
            }
        }

        var alternatives = Normalizer.Expand(new PolicyNode.All(policies.ToImmutable()), options.MaxAlternatives);
        work.Add(alternatives);
        return alternatives;
    }

    /// <summary>An attachment that says itself what it applies to could demand more than the WSDL shows.</summary>
    public static PolicyException External(XElement attachment) => Locations.Fail(
        attachment, "wsp:PolicyAttachment, which says itself what it applies to, is not read: attach the policy to the wsdl:binding.");
}
