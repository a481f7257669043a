using System.Xml.Linq;
using SecureConversation.Policy.Assertions;

namespace SecureConversation.Policy.Wsp;

/// <summary>Elements and attributes of WS-Policy 1.2 and 1.5.</summary>
internal static class WspNames
{
    public static bool IsPolicyElement(XElement element) => Is(element, "Policy");

    public static bool Is(XElement element, string local) =>
        element.Name.LocalName == local && Namespaces.IsPolicy(element.Name.Namespace);

    public static bool Flag(XElement element, string local, PolicyVersion? only = null)
    {
        var attribute = (only == PolicyVersion.Policy15 ? null : element.Attribute(Namespaces.Wsp12 + local))
            ?? element.Attribute(Namespaces.Wsp15 + local);
        return attribute?.Value.Trim() switch
        {
            null or "false" or "0" => false,
            "true" or "1" => true,
            var other => throw Locations.Fail(attribute, $"wsp:{local} is '{Text.Short(other)}': write true or false."),
        };
    }
}

/// <summary>Texts of strangers in messages.</summary>
internal static class Text
{
    private const int MaxLength = 100;

    public static string Short(string value)
    {
        var text = value.Length <= MaxLength ? value : value[..MaxLength] + "…";
        return string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
    }
}
