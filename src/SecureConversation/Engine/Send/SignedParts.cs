using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Signature;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Send;

/// <summary>
/// Digests the planned parts of an envelope for the primary signature. The signature also covers the declarations of prefixes that values
/// refer to (<c>xsi:type="q:X"</c>): these prefixes are listed in ec:InclusiveNamespaces, so that nobody can bind them to another
/// namespace. Of a part that is encrypted afterwards, all prefixes that its tags use or declare are listed: nobody's ciphertext may stand
/// in what no digest covers. A part without such a prefix has no list. All lists of a signature together are bounded; prefixes beyond that
/// are left out, as WCF leaves out all. In the profile Bound every prefix is listed, or nothing is sent.
/// </summary>
internal sealed class SignedParts(MessageRequirements requirements, XmlLimits limits)
{
    private readonly Dictionary<int, byte[]> _hidden = [];
    private readonly List<(int Start, int End)> _repeats = [];
    private int _listed;

    /// <summary>Whether values refer to more prefixes than could be listed.</summary>
    public bool LeavesOutPrefixes { get; private set; }

    /// <summary>
    /// Where encryption comes first, the digest is that of ciphertext. So the prefixes that the content refers to, and that are declared
    /// outside it, are found before it is encrypted.
    /// </summary>
    public void Survey(SendPlan plan)
    {
        if (!requirements.SignPrefixesInValues || requirements.IsBound)
        {
            return;
        }

        using var digest = new ReferenceDigest(requirements.Suite.Digest);
        Span<byte> unused = stackalloc byte[requirements.Suite.Digest.Size];
        foreach (var part in plan.Signed)
        {
            if (part.Encrypt)
            {
                var element = ElementOf(plan, part);
                var start = part.Block == PlannedPart.Body ? element.ContentStart : element.Start;
                using var survey = new PrefixSurvey(PrefixInterest.Outside, start, Room);
                digest.Compute(element, default, CanonicalForm.Recommendation, unused, survey);
                _hidden[part.Block] = Take(survey);
            }
        }
    }

    /// <summary>Digests the parts. Those that WCF would digest differently are rewritten (see <see cref="AgreedForm"/>).</summary>
    public List<PartDigest> Digest(SendPlan plan)
    {
        var digests = new List<PartDigest>(plan.Signed.Count);
        List<(XmlElement Element, byte[] Prefixes)>? ambiguous = null;
        using var digest = new ReferenceDigest(requirements.Suite.Digest);
        foreach (var part in plan.Signed)
        {
            var element = ElementOf(plan, part);
            var (value, prefixes, differs) = Digest(element, part, digest);
            if (differs)
            {
                (ambiguous ??= []).Add((element, prefixes));
            }

            // Where encryption came first, the signature covers the EncryptedHeader, which has an Id of its own.
            var id = part.Block == PlannedPart.Body ? part.Id : plan.Envelope.Headers[part.Block].Id!.Value.ToString();
            digests.Add(new PartDigest(id, value, prefixes));
        }

        if (ambiguous is not null)
        {
            plan.Replace(AgreedForm.Rewrite(plan.Envelope, ambiguous.OrderBy(a => a.Element.Start), limits));
            FindRepeats(plan, digest);
        }

        _repeats.Sort();
        plan.Repeats = _repeats;
        return digests;
    }

    /// <summary>
    /// Finds what repeats in the envelope that was written anew: all has moved, and a header block declares for itself what it took from
    /// outside.
    /// </summary>
    private void FindRepeats(SendPlan plan, ReferenceDigest digest)
    {
        _repeats.Clear();
        Span<byte> unused = stackalloc byte[requirements.Suite.Digest.Size];
        foreach (var part in plan.Signed)
        {
            var element = ElementOf(plan, part);
            if (requirements.SignPrefixesInValues && SealedFrom(element, part) is >= 0 and var start)
            {
                using var survey = new PrefixSurvey(PrefixInterest.Values, sealedFrom: start);
                digest.Compute(element, default, CanonicalForm.Recommendation, unused, survey);
                _repeats.AddRange(survey.Repeats);
            }
        }
    }

    private (byte[] Value, byte[] Prefixes, bool Differs) Digest(XmlElement element, PlannedPart part, ReferenceDigest digest)
    {
        var value = new byte[requirements.Suite.Digest.Size];
        if (requirements.IsBound)
        {
            using var all = new PrefixSurvey(PrefixInterest.All);
            var differ = digest.Compute(element, default, CanonicalForm.Recommendation, value, all);
            return (value, all.ToCompleteList(), differ);
        }

        var known = _hidden.GetValueOrDefault(part.Block);
        using var survey = known is null && requirements.SignPrefixesInValues
            ? new PrefixSurvey(PrefixInterest.Values, maxBytes: Room, sealedFrom: SealedFrom(element, part))
            : null;
        var prefixes = known ?? [];
        if (survey is not null && SealedFrom(element, part) == element.ContentStart && ContentSurvey.TryRead(element, survey))
        {
            prefixes = Take(survey);
            return (value, prefixes, digest.Compute(element, prefixes, CanonicalForm.Recommendation, value));
        }

        var differs = digest.Compute(element, prefixes, CanonicalForm.Recommendation, value, survey);
        if (survey is not null)
        {
            prefixes = Take(survey);
            if (prefixes.Length > 0 && survey.ChangesForm)
            {
                differs = digest.Compute(element, prefixes, CanonicalForm.Recommendation, value);
            }

            _repeats.AddRange(survey.Repeats);
        }

        return (value, prefixes, differs);
    }

    private int SealedFrom(XmlElement element, PlannedPart part) => !part.Encrypt || !requirements.SignsFirst ? -1
        : part.Block == PlannedPart.Body ? element.ContentStart : element.Start;

    private int Room => InclusivePrefixes.MaxListBytes - _listed;

    private byte[] Take(PrefixSurvey survey)
    {
        var list = survey.ToList();
        _listed += list.Length;
        LeavesOutPrefixes |= survey.IsCut;
        return list;
    }

    private static XmlElement ElementOf(SendPlan plan, PlannedPart part) =>
        part.Block == PlannedPart.Body ? plan.Envelope.Body : plan.Envelope.Headers[part.Block].Element;
}
