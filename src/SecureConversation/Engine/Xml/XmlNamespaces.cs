using SecureConversation.Engine.Failures;

namespace SecureConversation.Engine.Xml;

/// <summary>The reserved namespaces, and the lookup of the URI of a binding.</summary>
internal static class XmlNamespaces
{
    public static ReadOnlySpan<byte> Xml => "http://www.w3.org/XML/1998/namespace"u8;

    public static ReadOnlySpan<byte> Xmlns => "http://www.w3.org/2000/xmlns/"u8;

    /// <summary>
    /// Refuses declarations of reserved prefixes (Namespaces in XML 1.0, section 3) and of prefixes without URI (section 5).
    /// </summary>
    public static void CheckDeclaration(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> uri)
    {
        var legal = uri.Length switch
        {
            0 => prefix.IsEmpty,
            36 => uri.SequenceEqual(Xml) == prefix.SequenceEqual("xml"u8),
            29 => !uri.SequenceEqual(Xmlns) && !prefix.SequenceEqual("xml"u8),
            _ => !prefix.SequenceEqual("xml"u8),
        };
        if (!legal || prefix.SequenceEqual("xmlns"u8))
        {
            Fail.With(FailureCode.NotWellFormed, "namespace declaration");
        }
    }

    public static ReadOnlySpan<byte> Uri(
        ReadOnlySpan<byte> document, ReadOnlySpan<AttributeRecord> records, DecodedUris decodedUris, int binding)
    {
        if (binding < 0)
        {
            return binding == AttributeRecord.XmlNamespace ? Xml : default;
        }

        ref readonly var declaration = ref records[binding];
        return declaration.NeedsDecoding ? decodedUris[declaration.Binding] : declaration.Value(document);
    }
}
