using System.Xml.Linq;
using SecureConversation.Cli.Reports;

namespace SecureConversation.Cli.Decoding;

/// <summary>The tree of an envelope for a report: header blocks, the children of the security header, and the body.</summary>
internal static class EnvelopeTree
{
    private const int MaxParts = 512;
    private const int MaxText = 1024 * 1024;

    /// <summary>The tree; null where the message is no envelope.</summary>
    /// <param name="message">The message.</param>
    /// <param name="signedBy">The indexes of the verified signatures over an element; null where nothing is verified.</param>
    public static PartReport? Of(WireMessage message, Func<XElement, IReadOnlyList<int>>? signedBy = null)
    {
        if (message.Envelope is not { } envelope)
        {
            return null;
        }

        var (count, root) = (0, new PartReport { Name = WireNames.Short(envelope.Name) });
        return root with { Children = [.. envelope.Elements().Select(child => Part(child, 1)).OfType<PartReport>()] };

        PartReport? Part(XElement element, int depth)
        {
            if (++count > MaxParts)
            {
                return null;
            }

            var isParent = element == message.Header || element == message.Security || element == message.Body;
            var encryption = message.Encryptions.FindIndex(e => e.Plain == element);
            return new PartReport
            {
                Name = WireNames.Short(element.Name),
                Id = WireNames.IdOf(element),
                SignedBy = signedBy?.Invoke(element) ?? [],
                EncryptedBy = encryption < 0 ? null : encryption,
                Text = isParent && element.HasElements ? null : Text(element),
                Children = isParent ? [.. element.Elements().Select(child => Part(child, depth + 1)).OfType<PartReport>()] : [],
            };
        }
    }

    /// <summary>An element as text, cut where it is too long.</summary>
    public static string Text(XElement element)
    {
        var text = element.ToString(SaveOptions.DisableFormatting);
        return text.Length <= MaxText ? text : text[..MaxText];
    }
}
