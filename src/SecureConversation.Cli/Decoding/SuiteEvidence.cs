using SecureConversation.Binding;
using SecureConversation.Engine.Crypto;

namespace SecureConversation.Cli.Decoding;

/// <summary>Finds the algorithm suite in the algorithms that messages name.</summary>
internal static class SuiteEvidence
{
    private static readonly HashSet<string> Ciphers = [.. SecurityAlgorithmSuite.Named.Select(s => s.DefaultEncryptionAlgorithm)];
    private static readonly HashSet<string> Digests = [.. SecurityAlgorithmSuite.Named.Select(s => s.DefaultDigestAlgorithm)];
    private static readonly HashSet<string> Wraps = [.. SecurityAlgorithmSuite.Named.Select(s => s.DefaultAsymmetricKeyWrapAlgorithm)];

    /// <param name="setting">The name of the setting.</param>
    /// <param name="forms">The messages that the element protects.</param>
    /// <param name="like">The suite of the other element, which gives what these messages do not show; null where there is none.</param>
    /// <param name="evidence">Keeps the reasons.</param>
    public static SecurityAlgorithmSuite Decide(
        string setting, IReadOnlyList<WireForm> forms, SecurityAlgorithmSuite? like, Evidence evidence)
    {
        var other = like ?? SecurityAlgorithmSuite.Default;
        var reasons = new Evidence();
        var ciphers = forms.SelectMany(f => f.Message.Encryptions.Select(e => (f.Message.Number, e.Algorithm)))
            .Where(e => Ciphers.Contains(e.Algorithm)).ToList();
        var cipher = reasons.Decide("cipher", ciphers, CipherOf(forms, other));
        var digest = reasons.Decide("digest",
            forms.SelectMany(f => f.Digests.Select(d => (f.Message.Number, d))).Where(d => Digests.Contains(d.d)), other.Digest.Uri);
        var wrap = reasons.Decide("wrap",
            forms.SelectMany(f => f.Items.Where(i => i.Name == WireNames.EncryptedKey)
                .Select(i => (f.Message.Number, WrapOf(i))))
                .Where(w => Wraps.Contains(w.Item2)),
            other.DefaultAsymmetricKeyWrapAlgorithm);

        // Not every combination is a suite: what messages show counts for more than what the other element has.
        int Worth(string setting) => reasons.Assumptions.Any(a => a.Setting == setting && a.IsSeen) ? 10 : 1;
        var suite = SecurityAlgorithmSuite.Named.MaxBy(s => (s.DefaultEncryptionAlgorithm == cipher ? Worth("cipher") : 0)
            + (s.DefaultDigestAlgorithm == digest ? Worth("digest") : 0)
            + (s.DefaultAsymmetricKeyWrapAlgorithm == wrap ? Worth("wrap") : 0))!;
        var unseen = reasons.Assumptions.Where(a => !a.IsSeen).Select(a => a.Setting).ToList();
        evidence.Note(setting, suite.Name, unseen.Count == 3 ? "no message shows an algorithm"
            : unseen.Count == 0 ? "the algorithms of all parts of a message are of this suite"
            : $"the algorithms that messages show are of this suite; the {string.Join(" and the ", unseen)} cannot be seen",
            isSeen: unseen.Count < 3);
        return suite;
    }

    // Where keys are agreed on, the suite has both ways, and the certificate of the receiver decides between them.
    private static string WrapOf(System.Xml.Linq.XElement key) => WireEncapsulation.IsIn(key) ? AlgorithmUris.MLKem
        : key.Element(WireNames.KeyInfo)?.Element(WireNames.Xenc + "AgreementMethod")?.Attribute("Algorithm")?.Value is { } agreement
            ? SecurityAlgorithmSuite.Known.FirstOrDefault(s => s.DefaultKeyAgreementAlgorithm == agreement)
                ?.DefaultAsymmetricKeyWrapAlgorithm ?? ""
            : key.Element(WireNames.EncryptionMethod)?.Attribute("Algorithm")?.Value ?? "";

    // Nothing is encrypted: the length of the keys that sign tells AES-128 from the others.
    private static string CipherOf(IReadOnlyList<WireForm> forms, SecurityAlgorithmSuite other)
    {
        var length = forms.SelectMany(f => f.Message.Encryptions.Select(e => e.Source?.Octets?.Length)
            .Concat(f.Items.Where(WireNames.IsDerivedKey).Select(i => LengthOf(i)))).OfType<int>().ToList();
        if (length.Count > 0 && length.TrueForAll(l => l == 16) && other.DefaultSignatureKeyDerivationLength != 128)
        {
            return SecurityAlgorithmSuite.Basic128.DefaultEncryptionAlgorithm;
        }

        return length.Contains(24) && other.DefaultSignatureKeyDerivationLength == 128
            ? SecurityAlgorithmSuite.Basic256.DefaultEncryptionAlgorithm
            : other.DefaultEncryptionAlgorithm;
    }

    private static int? LengthOf(System.Xml.Linq.XElement token) =>
        int.TryParse(token.Element(token.Name.Namespace + "Length")?.Value, out var length) ? length : null;
}
