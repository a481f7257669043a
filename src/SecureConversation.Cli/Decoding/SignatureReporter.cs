using System.Security.Cryptography.X509Certificates;
using System.Xml.Linq;
using SecureConversation.Cli.Reports;
using SecureConversation.Diagnosis;

namespace SecureConversation.Cli.Decoding;

/// <summary>
/// Says of each signature what it covers. What is right about it is said by the engine alone: the tree is read again to show it, and a
/// stranger may have written it so that a second reading finds another signature or another part.
/// </summary>
internal sealed class SignatureReporter
{
    private const string AmbiguousPart = "more than one part has this Id";

    private readonly WireMessage _message;
    private readonly ILookup<string, XElement> _parts;
    private readonly List<(WireSignature Signature, SignatureProtection? Verified)> _signatures;

    public SignatureReporter(
        WireMessage message, IReadOnlyList<WireSignature> signatures, MessageProtection? protection, X509Certificate2? sender,
        bool isRefused, FormBudget forms)
    {
        _message = message;
        _parts = Parts(message).Where(part => WireNames.IdOf(part) is not null)
            .ToLookup(part => WireNames.IdOf(part)!, StringComparer.Ordinal);
        var keys = signatures.Select(signature => SignatureKeys.Of(message, signature)).ToList();
        _signatures = Match(signatures, keys, protection?.Signatures ?? []);
        var failed = isRefused ? new FailedReferences(message, forms) : null;
        var ids = signatures.Select(s => WireNames.IdOf(s.Element)).OfType<string>().Select(id => "#" + id).ToHashSet();
        Reports =
        [
            .. _signatures.Zip(keys, (signature, key) => new SignatureReport(
                signature.Signature.Method,
                KeyOf(signature.Verified, key, sender),
                signature.Verified?.IsEndorsing ?? signature.Signature.References.Any(r => ids.Contains(UriOf(r))),
                [.. signature.Signature.References.Select((r, i) => Reference(r, signature.Verified?.Parts[i], failed))])),
        ];
    }

    /// <summary>The signatures in the order of the header.</summary>
    public IReadOnlyList<SignatureReport> Reports { get; }

    /// <summary>Whether a reference names an Id that more than one part has.</summary>
    public bool IsAmbiguous => _signatures.Exists(s => s.Signature.References.Any(r => Named(r).Count() > 1));

    /// <summary>The indexes of the verified signatures over a part.</summary>
    public IReadOnlyList<int> SignedBy(XElement element) =>
    [
        .. Enumerable.Range(0, _signatures.Count).Where(i => _signatures[i] is { Verified: { } verified } signature
            && signature.Signature.References.Select((r, at) => (Reference: r, Name: verified.Parts[at]))
                .Any(r => Only(r.Reference) == element && IsNameOf(r.Name, element))),
    ];

    // A signature of the engine is that of the header with the same method, parts and, where the header leads to it, key.
    private List<(WireSignature, SignatureProtection?)> Match(
        IReadOnlyList<WireSignature> signatures, List<KeyReport?> keys, IReadOnlyList<SignatureProtection> verified)
    {
        var left = verified.ToList();
        var matched = new SignatureProtection?[signatures.Count];
        foreach (var isKeyKnown in new[] { true, false })
        {
            for (var i = 0; i < signatures.Count; i++)
            {
                if (matched[i] is null
                    && left.Find(v => (!isKeyKnown || v.Key.Name == keys[i]?.Name) && IsLike(signatures[i], v)) is { } same)
                {
                    matched[i] = same;
                    left.Remove(same);
                }
            }
        }

        return [.. signatures.Select((signature, i) => (signature, matched[i]))];
    }

    private bool IsLike(WireSignature signature, SignatureProtection verified) =>
        signature.Method == verified.Algorithm && signature.References.Count == verified.Parts.Count
        && signature.References.Zip(verified.Parts).All(pair => Only(pair.First) is not { } part || IsNameOf(pair.Second, part));

    private static KeyReport? KeyOf(SignatureProtection? verified, KeyReport? named, X509Certificate2? sender) =>
        verified is null || verified.Key.Name == named?.Name ? named
        : new KeyReport(verified.Key.Kind.ToString(), verified.Key.Name,
            sender is not null && verified.Key.Name == Convert.ToBase64String(sender.GetCertHash()) ? sender.Subject : null);

    private ReferenceReport Reference(XElement reference, string? verified, FailedReferences? failed)
    {
        var isAmbiguous = Named(reference).Count() > 1;
        if (failed is not null && !isAmbiguous)
        {
            return failed.Read(reference);
        }

        var digest = reference.Element(WireNames.DigestValue)?.Value.Trim();
        return new ReferenceReport
        {
            Uri = UriOf(reference),
            // Of an Id that the engine has no part of, it says the Id.
            Part = verified is { } name && !name.StartsWith('#') ? name
                : Only(reference) is { } part ? WireNames.Short(part.Name) : null,
            DigestAlgorithm = reference.Element(WireNames.DigestMethod)?.Attribute("Algorithm")?.Value,
            StatedDigest = digest,
            ComputedDigest = verified is null ? null : digest,
            Matches = verified is null ? null : true,
            Difference = isAmbiguous && verified is null ? AmbiguousPart : null,
        };
    }

    private static string UriOf(XElement reference) => reference.Attribute("URI")?.Value ?? "";

    private IEnumerable<XElement> Named(XElement reference) => UriOf(reference) is ['#', .. var id] ? _parts[id] : [];

    private XElement? Only(XElement reference)
    {
        var named = Named(reference).Take(2).ToList();
        return named.Count == 1 ? named[0] : null;
    }

    // prefix:name or {namespace}name; the prefixes of the engine are not all of ours.
    private static bool IsNameOf(string name, XElement element) =>
        name.EndsWith($":{element.Name.LocalName}", StringComparison.Ordinal)
        || name.EndsWith($"}}{element.Name.LocalName}", StringComparison.Ordinal);

    // What the engine lets a signature refer to: header blocks, the items of the security header, and the body.
    private static IEnumerable<XElement> Parts(WireMessage message) =>
    [
        .. message.Header?.Elements() ?? [],
        .. message.SecurityItems,
        .. message.Body is { } body ? [body] : (XElement[])[],
    ];
}
