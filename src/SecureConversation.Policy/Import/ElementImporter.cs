using System.Collections.Immutable;
using SecureConversation.Binding;
using SecureConversation.Policy.Assertions;
using SecureConversation.Policy.Wsp;

namespace SecureConversation.Policy.Import;

/// <summary>Reads a binding assertion with its supporting tokens and versions into a binding element.</summary>
internal static class ElementImporter
{
    private static readonly ImmutableArray<string> Bindings = ["SymmetricBinding", "AsymmetricBinding", "TransportBinding"];

    /// <summary>Whether the assertion is a binding assertion (WS-SecurityPolicy 1.2 section 7).</summary>
    public static bool IsBinding(Assertion assertion) =>
        Namespaces.IsSecurityPolicy(assertion.Name.Namespace) && Bindings.Contains(assertion.Name.LocalName);

    /// <summary>Reads the element; null when there is none, or when it is refused.</summary>
    public static SecurityBindingElement? Read(AssertionBag bag, SpVersion sp, ImportContext context)
    {
        var found = bag.TakeWhere(a => a.Name.Namespace == sp.Namespace && Bindings.Contains(a.Name.LocalName));
        if (found.IsEmpty && bag.Left.FirstOrDefault(a => Namespaces.IsSecurityPolicy(a.Name.Namespace)) is { } orphan)
        {
            context.Refuse(
                orphan.Element, "it stands beside no binding assertion, so that it is not said what protects messages.",
                "Add sp:SymmetricBinding, sp:AsymmetricBinding or sp:TransportBinding.");
        }

        var binding = Choose(found, sp, context);
        var element = binding is null ? null : new BindingImporter(context, sp).Read(binding);
        var supporting = SupportingTokensImporter.Read(bag, sp, context, isTransport: element is TransportSecurityBindingElement);
        var wss = WssImporter.Read(bag, sp, context);
        var entropy = WssImporter.ReadTrust(bag, sp, context);
        if (element is null)
        {
            return null;
        }

        return element with
        {
            MessageSecurityVersion = Version(element, sp, wss.Version),
            RequireSignatureConfirmation = wss.RequireSignatureConfirmation,
            KeyEntropyMode = entropy,
            EndpointSupportingTokenParameters = supporting.Required,
            OptionalEndpointSupportingTokenParameters = supporting.Optional,
        };
    }

    /// <summary>
    /// WCF reads a policy with neither sp:Wss10 nor sp:Wss11 as its default, which is of February 2005 whatever the version of the policy.
    /// It writes such policies for transports only. For others the policy's own version stands, in WS-Security 1.1, which has all of 1.0.
    /// </summary>
    private static MessageSecurityVersion Version(SecurityBindingElement element, SpVersion sp, SecurityVersion? security) =>
        security is null && element is TransportSecurityBindingElement && !sp.IsOasis
            ? MessageSecurityVersion.Default
            : sp.Messages(security ?? SecurityVersion.WSSecurity11);

    private static Assertion? Choose(ImmutableArray<Assertion> found, SpVersion sp, ImportContext context)
    {
        var transports = found.Where(a => a.Name == sp.Name("TransportBinding")).ToList();
        var messages = found.Except(transports).ToList();
        if (messages.Count > 1 || transports.Count > 1)
        {
            foreach (var more in messages.Skip(1).Concat(transports.Skip(1)))
            {
                context.Refuse(more.Element, "there is more than one binding assertion.", "Leave one in each alternative.");
            }

            return null;
        }

        if (messages.Count == 0)
        {
            return transports.FirstOrDefault();
        }

        // Messages that are protected twice, by themselves and by HTTPS: the transport is the caller's, who is told.
        foreach (var transport in transports)
        {
            new BindingImporter(context, sp).Read(transport);
            context.Warn("Messages are protected themselves and by the transport: call the https address.");
        }

        return messages[0];
    }
}
