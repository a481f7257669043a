using System.Xml.Linq;
using SecureConversation.Engine.Crypto;

namespace SecureConversation.Cli.Decoding;

/// <summary>One signature of a message, as far as it can be read.</summary>
internal sealed class WireSignature
{
    private const int MaxReferences = 256;

    private WireSignature(XElement element)
    {
        Element = element;
        var info = element.Element(WireNames.SignedInfo);
        Method = info?.Element(WireNames.SignatureMethod)?.Attribute("Algorithm")?.Value ?? "";
        References = [.. info?.Elements(WireNames.DsReference).Take(MaxReferences) ?? []];
        KeyInfo = element.Element(WireNames.KeyInfo);
    }

    public XElement Element { get; }

    /// <summary>URI of the signature method.</summary>
    public string Method { get; }

    public IReadOnlyList<XElement> References { get; }

    public XElement? KeyInfo { get; }

    /// <summary>Whether a private key made it.</summary>
    public bool IsAsymmetric =>
        Method is AlgorithmUris.RsaSha1 or AlgorithmUris.RsaSha256 or AlgorithmUris.RsaSha384 or AlgorithmUris.RsaSha512
            or AlgorithmUris.PssSha256 or AlgorithmUris.PssSha384 or AlgorithmUris.PssSha512
            or AlgorithmUris.EcdsaSha256 or AlgorithmUris.EcdsaSha384 or AlgorithmUris.EcdsaSha512;

    /// <summary>The Id of the token of its key; null where the message does not hold it.</summary>
    public string? TokenId => LocalReference(KeyInfo);

    public bool Covers(XElement element) =>
        WireNames.IdOf(element) is { } id && References.Any(r => r.Attribute("URI")?.Value == "#" + id);

    /// <summary>The signatures of a message in the order of its header.</summary>
    public static IReadOnlyList<WireSignature> Of(WireMessage message) =>
        [.. message.SecurityItems.Where(item => item.Name == WireNames.Signature).Take(32).Select(item => new WireSignature(item))];

    /// <summary>The Id that a KeyInfo or a token reference points at within the message.</summary>
    public static string? LocalReference(XElement? keyInfo) =>
        keyInfo?.Descendants(WireNames.Reference).FirstOrDefault()?.Attribute("URI")?.Value is ['#', .. var id] ? id : null;
}
