using SecureConversation.Binding;
using SecureConversation.Policy.Assertions;
using SecureConversation.Policy.Wsp;

namespace SecureConversation.Policy.Import;

/// <summary>Reads sp:BootstrapPolicy: how the handshake of a session is protected (WS-SecurityPolicy 1.2 section 5.4.7).</summary>
internal static class BootstrapImporter
{
    public static SecurityBindingElement? Read(Assertion bootstrap, ImportContext context)
    {
        context.RequireNoParameters(bootstrap);
        var bag = context.Open(bootstrap);
        if (SpVersion.Of(bag.Left.Select(a => a.Name.Namespace)) is not { } sp)
        {
            context.Refuse(bootstrap.Element, "it says nothing of security.", "Add the binding assertion of the handshake.");
            return null;
        }

        var parts = PartsImporter.Read(bag, sp, context);
        foreach (var header in parts.SignedHeaders.Union(parts.EncryptedHeaders).Where(h => !Namespaces.IsAddressing(h.Namespace)))
        {
            context.Refuse(
                bootstrap.Element,
                $"it protects the header '{Text.Short(header.Name)}', and a handshake has headers of WS-Addressing only.",
                "Leave sp:Header out of sp:BootstrapPolicy.");
        }

        // A handshake is always signed and encrypted. A policy that says less of a body than it says of headers means something else.
        if ((parts.HasSigned && !parts.SignsBody) || (parts.HasEncrypted && !parts.EncryptsBody))
        {
            context.Refuse(
                bootstrap.Element, "its SignedParts or EncryptedParts leave out the body of the handshake, which carries keys.",
                "Add sp:Body to both.");
        }

        var element = ElementImporter.Read(bag, sp, context);
        // The transport's importer of WCF drops these here, too: the handshake has the transport of the session.
        AddressingImporter.Read(bag, context);
        OtherRequirements.Take(bag, context);
        bag.RefuseLeft();
        if (element is null && context.Refusals.Count == 0)
        {
            context.Refuse(bootstrap.Element, "it has no binding assertion.", "Add sp:SymmetricBinding or sp:AsymmetricBinding.");
        }

        return element;
    }
}
