using System.Diagnostics.CodeAnalysis;
using System.Xml.Linq;

namespace SecureConversation.Policy.Wsp;

/// <summary>The address of a document, beside its tree.</summary>
internal sealed record DocumentAddress(Uri Value);

/// <summary>Relative addresses of documents.</summary>
internal static class Addresses
{
    /// <summary>Resolves an address against that of the document in which it stands, without its fragment. False when it is none.</summary>
    public static bool TryResolve(XObject place, string relative, [NotNullWhen(true)] out Uri? address)
    {
        address = null;
        // The URI of a file takes a number sign for a part of its name.
        var fragment = relative.IndexOf('#', StringComparison.Ordinal);
        relative = fragment < 0 ? relative : relative[..fragment];
        return place.Document?.Annotation<DocumentAddress>() is { } from
            ? Uri.TryCreate(from.Value, relative, out address)
            : Uri.TryCreate(relative, UriKind.Absolute, out address);
    }
}
