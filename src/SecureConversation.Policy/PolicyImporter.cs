using System.Collections.Immutable;
using System.Xml.Linq;
using SecureConversation.Binding;
using SecureConversation.Policy.Import;
using SecureConversation.Policy.Wsp;

namespace SecureConversation.Policy;

/// <summary>
/// Imports the policy of an endpoint without a WSDL (WS-Policy 1.2 and 1.5, WS-SecurityPolicy 1.1 and 1.2). Nothing is imported to
/// something weaker than it says: an assertion that is not understood refuses its alternative.
/// </summary>
public static class PolicyImporter
{
    /// <summary>Imports a policy whose SignedParts and EncryptedParts apply to all messages.</summary>
    /// <param name="policy">The <c>wsp:Policy</c> element. References are looked up in its document.</param>
    /// <param name="soap">The version of SOAP, which no policy says.</param>
    /// <param name="options">Limits; null for <see cref="WsdlImporterOptions.Default"/>.</param>
    /// <returns>The alternatives, at least one, in the order of the policy.</returns>
    /// <exception cref="PolicyException">The policy breaks the rules of WS-Policy, or a limit is exceeded.</exception>
    public static ImmutableArray<PolicyAlternative> Import(
        XElement policy, SoapVersion soap = SoapVersion.Soap12, WsdlImporterOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(policy);
        options ??= WsdlImporterOptions.Default;
        if (!WspNames.IsPolicyElement(policy))
        {
            throw Locations.Fail(policy, $"{policy.Name.LocalName} is no wsp:Policy of WS-Policy 1.2 or 1.5: give the policy element.");
        }

        var index = new PolicyIndex();
        index.Add(policy.AncestorsAndSelf().Last(), address: null);
        var alternatives = Normalizer.Expand(new PolicyReader(index, options).Read(policy), options.MaxAlternatives);
        return AlternativeImporter.ImportAll(new() { Alternatives = alternatives, Place = policy, Soap = soap });
    }
}
