using System.Xml.Linq;
using SecureConversation.Policy.Wsp;

namespace SecureConversation.Policy.Import;

/// <summary>What the import of one alternative finds out: refusals and warnings.</summary>
internal sealed class ImportContext
{
    // A stranger's policy must not make a long list.
    private const int MaxRefusals = 32;
    private const int MaxWarnings = 128;

    private readonly List<PolicyRefusal> _refusals = [];
    private readonly OrderedDictionary<string, bool> _warnings = [];
    private readonly OrderedDictionary<XName, bool> _requirements = [];

    public IReadOnlyList<PolicyRefusal> Refusals => _refusals;

    public IReadOnlyList<string> Warnings => _warnings.Keys;

    /// <summary>What the alternative asks for besides message security.</summary>
    public IReadOnlyList<XName> OtherRequirements => _requirements.Keys;

    /// <summary>Adds what another context found out.</summary>
    public void Add(ImportContext other)
    {
        foreach (var refusal in other._refusals)
        {
            Add(refusal);
        }

        foreach (var warning in other._warnings.Keys)
        {
            Warn(warning);
        }

        foreach (var requirement in other._requirements.Keys)
        {
            RequireAlso(requirement);
        }
    }

    public void Refuse(XObject place, string reason, string remedy)
    {
        var name = place switch
        {
            XAttribute attribute => attribute.Name,
            XElement element => element.Name,
            _ => place.Parent!.Name,
        };
        Add(new PolicyRefusal { Assertion = name, Location = Locations.Of(place), Reason = reason, Remedy = remedy });
    }

    /// <summary>Refuses an assertion that nobody consumed, in the words that are known for it.</summary>
    public void RefuseUnknown(XElement element, string parent)
    {
        var (reason, remedy) = Unoffered.Of(element, parent);
        Refuse(element, reason, remedy);
    }

    public void Warn(string warning)
    {
        if (_warnings.Count < MaxWarnings)
        {
            _warnings.TryAdd(warning, true);
        }
        else
        {
            _warnings.TryAdd($"There are more than {MaxWarnings} warnings.", true);
        }
    }

    public void RequireAlso(XName name) => _requirements.TryAdd(name, true);

    private void Add(PolicyRefusal refusal)
    {
        if (_refusals.Count < MaxRefusals && !_refusals.Contains(refusal))
        {
            _refusals.Add(refusal);
        }
    }
}
