using System.Security.Cryptography;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using SecureConversation.Cli.Reports;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Names;

namespace SecureConversation.Cli.Decoding;

/// <summary>Computes the digests of a message that was refused, and looks for a form that has the stated digest.</summary>
internal sealed class FailedReferences(WireMessage message)
{
    private const int MaxForm = 256 * 1024;

    // Anybody can state wrong digests, and each form costs as much as the part is large.
    private const int MaxSearched = 16;

    private readonly XElement? _wire = WireReader.Read(message.Octets);
    private readonly ILookup<string, XElement> _plainParts = Parts(message.Envelope);
    private readonly ILookup<string, XElement> _wireParts = Parts(WireReader.Read(message.Octets));
    private int _searched;

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
        if (Received(reference, element) is not { } form)
        {
            return report;
        }

        var computed = Digest(form, report.DigestAlgorithm!);
        // Where the message is encrypted first, the signature is over the ciphertext: that is how it was received.
        if (computed != report.StatedDigest && wire is not null && Received(reference, wire) is { } ciphertext
            && Digest(ciphertext, report.DigestAlgorithm!) == report.StatedDigest)
        {
            (form, computed) = (ciphertext, report.StatedDigest);
        }

        if (computed == report.StatedDigest)
        {
            return report with { ComputedDigest = computed, Matches = true };
        }

        if (element.DescendantsAndSelf(WireNames.EncryptedData)
            .Any(data => message.Encryptions.Exists(e => !e.IsDecrypted && e.Id == WireNames.IdOf(data))))
        {
            return report with { Difference = "it was not decrypted, so the digest of what was signed cannot be computed" };
        }

        var (signed, difference) = ++_searched <= MaxSearched ? Search(element, report) : (null, null);
        var (received, other) = (Text(form), signed is null ? null : Text(signed));
        return report with
        {
            ComputedDigest = computed,
            Matches = false,
            ReceivedForm = received,
            SignedForm = other,
            Difference = difference,
            FirstDifference = received is null || other is null ? null : FirstDifference(received, other),
        };
    }

    private (byte[]? Form, string? Difference) Search(XElement element, ReferenceReport report)
    {
        string[] hashes = [report.DigestAlgorithm!, AlgorithmUris.Sha1, AlgorithmUris.Sha256];
        foreach (var (difference, make) in CanonicalForms.Candidates(element, _wireParts[report.Uri.TrimStart('#')].FirstOrDefault()))
        {
            if (Guarded(make) is not { } form)
            {
                continue;
            }

            foreach (var hash in hashes.Distinct().Where(hash => Digest(form, hash) == report.StatedDigest))
            {
                return (form, hash == report.DigestAlgorithm ? difference : $"{difference}, and the digest is of {hash}");
            }
        }

        return (null, null);
    }

    // What the transforms of the reference say. Only canonicalization is computed here.
    private static byte[]? Received(XElement reference, XElement element)
    {
        var transform = reference.Descendants(WireNames.Ds + "Transform").FirstOrDefault();
        var algorithm = transform?.Attribute("Algorithm")?.Value ?? Uris.ExcC14N;
        if (algorithm == Uris.StrTransform)
        {
            return null;
        }

        var prefixes = transform?.Elements().FirstOrDefault(e => e.Name.LocalName == "InclusiveNamespaces")?.Attribute("PrefixList")?.Value;
        return Guarded(() => CanonicalForms.Of(element, algorithm.StartsWith(Ns.ExcC14N, StringComparison.Ordinal),
            algorithm.EndsWith("WithComments", StringComparison.Ordinal), prefixes));
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
}
