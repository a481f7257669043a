using SecureConversation.Binding;
using SecureConversation.Policy.Assertions;

namespace SecureConversation.Policy.Import;

/// <summary>Reads the assertions of WS-Addressing: WCF's wsaw:UsingAddressing, wsam:Addressing of 2007, and that of August 2004.</summary>
internal static class AddressingImporter
{
    /// <summary>The version; null where the policy says none.</summary>
    public static AddressingVersion? Read(AssertionBag bag, ImportContext context)
    {
        AddressingVersion? version = null;
        foreach (var using10 in bag.TakeAll(Namespaces.Wsaw + "UsingAddressing"))
        {
            context.RequireNoParameters(using10);
            context.Open(using10).RefuseLeft();
            version = AddressingVersion.WSAddressing10;
        }

        foreach (var metadata in bag.TakeAll(Namespaces.Wsam + "Addressing"))
        {
            context.RequireNoParameters(metadata);
            var inside = context.Open(metadata);
            inside.TakeFlag(Namespaces.Wsam + "AnonymousResponses");
            inside.RefuseLeft();
            version = AddressingVersion.WSAddressing10;
        }

        foreach (var anonymous in bag.TakeAll(Namespaces.Wsaw + "Anonymous"))
        {
            if (anonymous.Element.Value.Trim() == "prohibited")
            {
                context.RefuseUnknown(anonymous.Element, "");
            }
        }

        foreach (var using2004 in bag.TakeAll(Namespaces.Wsap + "UsingAddressing"))
        {
            context.RequireNoParameters(using2004);
            context.Open(using2004).RefuseLeft();
            if (version is not null)
            {
                context.Refuse(using2004.Element, "the policy asks for two versions of WS-Addressing.", "Leave one in each alternative.");
            }

            version = AddressingVersion.WSAddressingAugust2004;
        }

        return version;
    }
}
