using System.Security.Cryptography;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using SecureConversation.Cli.Reports;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Names;

namespace SecureConversation.Cli.Decoding;

/// <summary>Computes the digests of a message that was refused, and looks for a form that has the stated digest.</summary>
internal sealed class FailedReferences
{
    private const int MaxForm = 256 * 1024;

    // Anybody can state wrong digests, and each form costs as much as the part is large.
    private const int MaxSearched = 16;

    private const string NotComputed = "not computed: too many references";
    private const string NotShown = "the forms are not shown: too many references";

    private readonly WireMessage _message;
    private readonly FormBudget _budget;
    private readonly XElement? _wire;
    private readonly ILookup<string, XElement> _plainParts;
    private readonly ILookup<string, XElement> _wireParts;
    private readonly Dictionary<(XElement, string, string?, string), Form?> _received = [];
    private readonly Dictionary<(XElement, string, string), (Form?, string?)> _searches = [];
    private readonly Dictionary<XElement, long> _sizes = [];
    private readonly Dictionary<XElement, bool> _encrypted = [];
    private bool _isOver;

    /// <param name="message">The message that was refused.</param>
    /// <param name="report">What all messages of the report may cost; null for this one alone.</param>
    public FailedReferences(WireMessage message, FormBudget? report = null)
    {
        _message = message;
        _budget = (report ?? FormBudget.OfReport()).OfMessage(message.Octets.Length);
        _wire = WireReader.Read(message.Octets);
        _plainParts = Parts(message.Envelope);
        _wireParts = Parts(_wire);
    }

    public ReferenceReport Read(XElement reference)
    {
        var uri = reference.Attribute("URI")?.Value ?? "";
        var id = uri is ['#', .. var rest] ? rest : "";
        var plain = _plainParts[id].FirstOrDefault();
        var wire = _wireParts[id].FirstOrDefault();
        var stated = reference.Element(WireNames.DigestValue)?.Value.Trim();
        var algorithm = reference.Element(WireNames.DigestMethod)?.Attribute("Algorithm")?.Value;
        var report = new ReferenceReport
        {
            Part = (plain ?? wire) is { } part ? WireNames.Short(part.Name) : null,
            Uri = uri,
            DigestAlgorithm = algorithm,
            StatedDigest = stated,
        };
        return (plain ?? wire) is { } element && !WireReader.IsCut(element)
            && (_wire is null || !WireReader.IsCut(_wire)) && IsHash(algorithm)
            ? Compare(report, reference, element, plain is null ? null : wire)
            : report;
    }

    private ReferenceReport Compare(ReferenceReport report, XElement reference, XElement element, XElement? wire)
    {
        _isOver = false;
        var (stated, algorithm) = (report.StatedDigest ?? "", report.DigestAlgorithm!);
        if (Received(reference, element, algorithm) is not { } form)
        {
            return _isOver ? report with { Difference = NotComputed } : report;
        }

        // Where the message is encrypted first, the signature is over the ciphertext: that is how it was received.
        if (form.Digest != stated && wire is not null && Received(reference, wire, algorithm) is { } ciphertext
            && ciphertext.Digest == stated)
        {
            form = ciphertext;
        }

        if (form.Digest == stated)
        {
            return report with { ComputedDigest = stated, Matches = true };
        }

        if (HasCiphertext(element))
        {
            return report with { Difference = "it was not decrypted, so the digest of what was signed cannot be computed" };
        }

        var (signed, difference) = Search(element, stated, algorithm, report.Uri);
        report = report with { ComputedDigest = form.Digest, Matches = false, Difference = difference ?? (_isOver ? NotComputed : null) };
        if (!_budget.TryKeep((form.Text?.Length ?? 0) + (signed?.Text?.Length ?? 0)))
        {
            return report with { Difference = report.Difference is null ? NotShown : $"{report.Difference}; {NotShown}" };
        }

        return report with
        {
            ReceivedForm = form.Text,
            SignedForm = signed?.Text,
            FirstDifference = form.Text is { } received && signed?.Text is { } other ? FirstDifference(received, other) : null,
        };
    }

    private bool HasCiphertext(XElement element)
    {
        if (!_encrypted.TryGetValue(element, out var has))
        {
            _encrypted[element] = has = element.DescendantsAndSelf(WireNames.EncryptedData)
                .Any(data => _message.Encryptions.Exists(e => !e.IsDecrypted && e.Id == WireNames.IdOf(data)));
        }

        return has;
    }

    // Several signatures may have the same digest of the same part.
    private (Form? Form, string? Difference) Search(XElement element, string stated, string algorithm, string uri)
    {
        var key = (element, stated, algorithm);
        if (!_searches.TryGetValue(key, out var found) && _searches.Count < MaxSearched)
        {
            found = Searched(element, stated, algorithm, uri);
            if (!_isOver)
            {
                _searches[key] = found;
            }
        }

        return found;
    }

    private (Form? Form, string? Difference) Searched(XElement element, string stated, string algorithm, string uri)
    {
        string[] hashes = [algorithm, AlgorithmUris.Sha1, AlgorithmUris.Sha256];
        foreach (var (difference, make) in CanonicalForms.Candidates(element, _wireParts[uri.TrimStart('#')].FirstOrDefault()))
        {
            if (Within(element, make) is not { } form)
            {
                continue;
            }

            foreach (var hash in hashes.Distinct().Where(hash => Digest(form, hash) == stated))
            {
                return (new Form(stated, Text(form)), hash == algorithm ? difference : $"{difference}, and the digest is of {hash}");
            }
        }

        return (null, null);
    }

    // What the transforms of the reference say. Only canonicalization is computed here.
    private Form? Received(XElement reference, XElement element, string digest)
    {
        var transform = reference.Descendants(WireNames.Ds + "Transform").FirstOrDefault();
        var algorithm = transform?.Attribute("Algorithm")?.Value ?? Uris.ExcC14N;
        if (algorithm == Uris.StrTransform)
        {
            return null;
        }

        var prefixes = transform?.Elements().FirstOrDefault(e => e.Name.LocalName == "InclusiveNamespaces")?.Attribute("PrefixList")?.Value;
        var key = (element, algorithm, prefixes, digest);
        if (_received.TryGetValue(key, out var known))
        {
            return known;
        }

        var octets = Within(element, () => CanonicalForms.Of(element, algorithm.StartsWith(Ns.ExcC14N, StringComparison.Ordinal),
            algorithm.EndsWith("WithComments", StringComparison.Ordinal), prefixes));
        var form = octets is null ? null : new Form(Digest(octets, digest), Text(octets));
        if (!_isOver)
        {
            _received[key] = form;
        }

        return form;
    }

    // The form, unless the message has had its share of them.
    private byte[]? Within(XElement element, Func<byte[]> make)
    {
        if (!_sizes.TryGetValue(element, out var size))
        {
            _sizes[element] = size = CanonicalForms.SizeOf(element);
        }

        if (!_budget.TryTake(size))
        {
            _isOver = true;
            return null;
        }

        return Guarded(make);
    }

    private static byte[]? Guarded(Func<byte[]> make)
    {
        try
        {
            return make();
        }
        catch (Exception e) when (e is XmlException or ArgumentException or InvalidOperationException or CryptographicException)
        {
            return null;
        }
    }

    private static bool IsHash(string? algorithm) =>
        algorithm is AlgorithmUris.Sha1 or AlgorithmUris.Sha256 or AlgorithmUris.Sha384 or AlgorithmUris.Sha512;

    private static string Digest(byte[] form, string algorithm) => Convert.ToBase64String(algorithm switch
    {
        AlgorithmUris.Sha256 => SHA256.HashData(form),
        AlgorithmUris.Sha384 => SHA384.HashData(form),
        AlgorithmUris.Sha512 => SHA512.HashData(form),
        _ => SHA1.HashData(form),
    });

    private static string? Text(byte[] form) => form.Length <= MaxForm ? Encoding.UTF8.GetString(form) : null;

    private static int FirstDifference(string one, string other)
    {
        var i = 0;
        while (i < one.Length && i < other.Length && one[i] == other[i])
        {
            i++;
        }

        return i;
    }

    // The envelope, its blocks, the children of the security header and the body may be referred to.
    private static ILookup<string, XElement> Parts(XElement? envelope) =>
        (envelope?.Elements() ?? []).SelectMany(part => part.Elements().Prepend(part))
        .SelectMany(part => part.Name == WireNames.Security ? part.Elements().Prepend(part) : [part])
        .Where(part => WireNames.IdOf(part) is not null).ToLookup(part => WireNames.IdOf(part)!, StringComparer.Ordinal);

    /// <summary>A canonical form: its digest, and its text where it is short enough to show.</summary>
    private sealed record Form(string Digest, string? Text);
}
