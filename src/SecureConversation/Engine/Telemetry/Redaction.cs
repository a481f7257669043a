using System.Text;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Telemetry;

/// <summary>
/// Takes secrets out of an envelope in clear: the content of elements that hold some. All other octets stay as they are.
/// </summary>
/// <param name="isSecret">Says which elements of the application hold secrets; null for none.</param>
internal sealed class Redaction(Func<string, string, bool>? isSecret)
{
    // The log has bounded the envelope before.
    private static readonly XmlLimits Limits = XmlLimits.Known with { MaxIndexedNodes = int.MaxValue, MaxIndexedAttributes = int.MaxValue };

    private static readonly XmlName[] Secrets =
    [
        Wsse.Password,
        ProtocolVersion.February2005.BinarySecret, ProtocolVersion.February2005.Entropy, ProtocolVersion.February2005.RequestedProofToken,
        ProtocolVersion.V13.BinarySecret, ProtocolVersion.V13.Entropy, ProtocolVersion.V13.RequestedProofToken,
    ];

    /// <summary>Whether an envelope can hold secrets. A name in XML has no references, so it is found as it is.</summary>
    public bool Concerns(ReadOnlySpan<byte> envelope)
    {
        if (isSecret is not null)
        {
            return true;
        }

        foreach (var name in Secrets)
        {
            if (envelope.IndexOf(name.LocalName) >= 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether an envelope can hold the password of a user name.</summary>
    public static bool MayHavePassword(ReadOnlySpan<byte> envelope) => envelope.IndexOf(Wsse.Password.LocalName) >= 0;

    /// <summary>The envelope without its secrets; null when it cannot be read. The caller disposes of it.</summary>
    public PooledBytes? Apply(ReadOnlyMemory<byte> envelope)
    {
        var output = new PooledBytes(envelope.Length);
        try
        {
            using var xml = XmlIndex.Parse(envelope, Limits);
            var copied = 0;
            for (var element = xml.Root; !element.IsNull;)
            {
                var isHidden = Hide(element, envelope.Span, output, ref copied);
                element = isHidden ? Following(element) : element.FirstChild is { IsNull: false } child ? child : Following(element);
            }

            output.Write(envelope.Span[copied..]);
            return output;
        }
        catch (SecurityFailureException)
        {
            output.Dispose();
            return null;
        }
        catch
        {
            output.Dispose();
            throw;
        }
    }

    /// <summary>Copies what is before the content of a secret element, and replaces that. Says whether it is one.</summary>
    private bool Hide(XmlElement element, ReadOnlySpan<byte> document, PooledBytes output, ref int copied)
    {
        var isOurs = Array.Exists(Secrets, element.Is);
        if (!isOurs && isSecret?.Invoke(Encoding.UTF8.GetString(element.NamespaceUri), Encoding.UTF8.GetString(element.LocalName)) != true)
        {
            return false;
        }

        // The attributes of the specifications say what kind of secret it is; those of the application may be one.
        foreach (ref readonly var attribute in isOurs ? [] : element.Records)
        {
            if (!attribute.IsDeclaration)
            {
                output.Write(document[copied..attribute.ValueStart]);
                copied = attribute.ValueEnd;
            }
        }

        if (element.ContentStart < element.ContentEnd)
        {
            output.Write(document[copied..element.ContentStart]);
            output.Write("<!-- Removed-->"u8);
            copied = element.ContentEnd;
        }

        return true;
    }

    /// <summary>The next element in document order that is not inside this one.</summary>
    private static XmlElement Following(XmlElement element)
    {
        while (!element.IsNull && element.NextSibling.IsNull)
        {
            element = element.Parent;
        }

        return element.NextSibling;
    }
}
