using System.Collections.Immutable;
using System.Net.Security;
using System.Xml.Linq;
using SecureConversation.Binding;
using SecureConversation.Policy.Assertions;

namespace SecureConversation.Policy.Export;

/// <summary>Writes sp:SignedParts and sp:EncryptedParts of a message.</summary>
internal sealed class PartsExporter(SpWriter writer, MessageVersion version, ReliableExporter? reliable = null)
{
    // In the order of WCF.
    private static readonly ImmutableArray<string> AddressingHeaders =
        ["To", "From", "FaultTo", "ReplyTo", "MessageID", "RelatesTo", "Action"];

    /// <summary>The namespace of the headers of WS-Addressing; null without addressing.</summary>
    public static XNamespace? AddressingNamespace(MessageVersion version) => version.Addressing switch
    {
        AddressingVersion.WSAddressing10 => Namespaces.Addressing10,
        AddressingVersion.WSAddressingAugust2004 => Namespaces.Addressing2004,
        _ => null,
    };

    public ImmutableArray<XElement> Write(ProtectionLevel body, ImmutableArray<ProtectedHeader> headers)
    {
        var signed = Signed(body != ProtectionLevel.None, headers.Where(h => h.Level != ProtectionLevel.None && !IsReliable(h)));
        var encrypted = Encrypted(body == ProtectionLevel.EncryptAndSign, headers.Where(h => h.Level == ProtectionLevel.EncryptAndSign));
        return [.. new[] { signed, encrypted }.OfType<XElement>().Where(e => e.HasElements).Select(writer.Top)];
    }

    public XElement Signed(bool signsBody, IEnumerable<ProtectedHeader> headers) => new(
        writer.Sp.Name("SignedParts"),
        signsBody ? writer.Flag("Body") : null,
        reliable?.Headers.Select(name => Header(name.LocalName, name.NamespaceName)),
        AddressingNamespace(version) is { } ns ? AddressingHeaders.Select(name => Header(name, ns.NamespaceName)) : null,
        headers.Select(h => Header(h.Name, h.Namespace)));

    public XElement Encrypted(bool encryptsBody, IEnumerable<ProtectedHeader> headers) => new(
        writer.Sp.Name("EncryptedParts"), encryptsBody ? writer.Flag("Body") : null, headers.Select(h => Header(h.Name, h.Namespace)));

    // An imported binding has them among the headers of its messages.
    private bool IsReliable(ProtectedHeader header) =>
        reliable is not null && reliable.Headers.Contains(XName.Get(header.Name, header.Namespace));

    private XElement Header(string name, string ns) =>
        new(writer.Sp.Name("Header"), new XAttribute("Name", name), new XAttribute("Namespace", ns));
}
