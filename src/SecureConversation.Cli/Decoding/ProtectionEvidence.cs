using System.Net.Security;
using System.Xml.Linq;
using SecureConversation.Binding;
using SecureConversation.Engine.Names;

namespace SecureConversation.Cli.Decoding;

/// <summary>Finds the protection levels of bodies, and the headers of the application that are protected.</summary>
internal sealed class ProtectionEvidence(IReadOnlyList<WireForm> forms, Evidence evidence)
{
    private readonly List<WireForm> _forms = [.. forms.Where(f => f.Message.SessionStep is null && f.BodyLevel is not null)];

    public ChannelProtectionRequirements Decide(SecurityBindingElement element)
    {
        if (element is TransportSecurityBindingElement)
        {
            return ChannelProtectionRequirements.Default;
        }

        var usual = _forms.Where(f => !f.Message.IsFault && !IsReliable(f)).Select(f => (f.Message.Number, f.BodyLevel!.Value)).ToList();
        var level = evidence.Decide("ProtectionLevel", usual.OrderByDescending(fact => fact.Value), ProtectionLevel.EncryptAndSign);
        var protection = ChannelProtectionRequirements.Default.WithDefault(level);
        foreach (var group in _forms.Where(f => f.Message.Action is not null)
            .GroupBy(f => (f.Message.IsRequest, f.Message.Action)).Take(512))
        {
            protection = WithAction(protection, level, group.Key.IsRequest, group.Key.Action!, [.. group]);
        }

        return WithHeaders(protection);
    }

    private ChannelProtectionRequirements WithAction(ChannelProtectionRequirements protection, ProtectionLevel usual,
        bool isRequest, string action, List<WireForm> group)
    {
        // The strongest of those that as many messages have: what is weaker is rather broken than agreed on.
        var most = group.GroupBy(f => f.BodyLevel!.Value).OrderByDescending(g => g.Count()).ThenByDescending(g => g.Key).First();
        var expected = group[0].Message.IsFault ? ProtectionLevel.EncryptAndSign : usual;
        if (most.Key == expected)
        {
            return protection;
        }

        evidence.Note($"ProtectionLevel of {action}", most.Key.ToString(), $"message {most.First().Message.Number} shows it", isSeen: true);
        return isRequest ? protection.WithRequest(action, most.Key) : protection.WithReply(action, most.Key);
    }

    private ChannelProtectionRequirements WithHeaders(ChannelProtectionRequirements protection)
    {
        var seen = _forms.SelectMany(f => Blocks(f).Select(block => (Form: f, block.Name, block.Level)))
            .GroupBy(fact => fact.Name).Take(256);
        foreach (var header in seen)
        {
            var levels = header.GroupBy(fact => fact.Level).OrderByDescending(g => g.Count()).ThenByDescending(g => g.Key).ToList();
            if (levels is [{ Key: ProtectionLevel.None }])
            {
                continue;
            }

            if (levels.Count == 1 || !DependsOnAction(header.Select(fact => (fact.Form, fact.Level)), out var byAction))
            {
                var level = levels[0].Key == ProtectionLevel.None && levels[0].Count() == levels[1].Count() ? levels[1].Key : levels[0].Key;
                if (level != ProtectionLevel.None)
                {
                    Note(header.Key, level, levels.First(g => g.Key == level).First().Form);
                    protection = protection.WithHeader(header.Key.LocalName, header.Key.NamespaceName, level);
                }

                continue;
            }

            foreach (var (form, level) in byAction.Where(rule => rule.Level != ProtectionLevel.None))
            {
                Note(header.Key, level, form);
                protection = protection.WithHeader(
                    form.Message.Direction, form.Message.Action!, header.Key.LocalName, header.Key.NamespaceName, level);
            }
        }

        return protection;
    }

    private void Note(XName header, ProtectionLevel level, WireForm form) => evidence.Note(
        $"ProtectionLevel of {WireNames.Short(header)}", level.ToString(), $"message {form.Message.Number} shows it", isSeen: true);

    // One level in each action, and several messages of it: else it is a message that differs, not an agreement.
    private static bool DependsOnAction(
        IEnumerable<(WireForm Form, ProtectionLevel Level)> facts, out List<(WireForm Form, ProtectionLevel Level)> rules)
    {
        var groups = facts.GroupBy(f => (f.Form.Message.IsRequest, f.Form.Message.Action)).ToList();
        rules = [.. groups.Select(g => g.First())];
        return groups.TrueForAll(g => g.Key.Action is not null && g.Select(f => f.Level).Distinct().Count() == 1);
    }

    private static IEnumerable<(XName Name, ProtectionLevel Level)> Blocks(WireForm form)
    {
        foreach (var block in (form.Message.Header?.Elements() ?? []).Take(256))
        {
            if (block.Name != WireNames.Security && block.Name != WireNames.EncryptedHeader && block.Name != WireNames.EncryptedData
                && !WireNames.IsAddressing(block.Name.Namespace))
            {
                yield return (block.Name, form.WasEncrypted(block) ? ProtectionLevel.EncryptAndSign
                    : form.Primary!.Covers(block) ? ProtectionLevel.Sign : ProtectionLevel.None);
            }
        }
    }

    private static bool IsReliable(WireForm form) => form.Message.Action is { } action
        && (action.StartsWith(Ns.RmFebruary2005, StringComparison.Ordinal) || action.StartsWith(Ns.Rm11, StringComparison.Ordinal));
}
