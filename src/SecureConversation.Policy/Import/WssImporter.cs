using SecureConversation.Binding;
using SecureConversation.Policy.Assertions;
using SecureConversation.Policy.Wsp;

namespace SecureConversation.Policy.Import;

/// <summary>Reads sp:Wss10, sp:Wss11 and sp:Trust10, sp:Trust13 (WS-SecurityPolicy 1.2 sections 9, 10).</summary>
internal static class WssImporter
{
    /// <summary>What sp:Wss10 and sp:Wss11 say.</summary>
    /// <param name="Version">The version; null where the policy has neither.</param>
    /// <param name="RequireSignatureConfirmation">Whether replies confirm signatures.</param>
    public readonly record struct Wss(SecurityVersion? Version, bool RequireSignatureConfirmation);

    public static Wss Read(AssertionBag bag, SpVersion sp, ImportContext context)
    {
        var result = new Wss(null, false);
        if (bag.Take(sp.Name("Wss10")) is { } wss10)
        {
            var inside = Open(wss10, context);
            References(inside, sp, ["MustSupportRefKeyIdentifier", "MustSupportRefIssuerSerial"]);
            inside.RefuseLeft();
            result = new(SecurityVersion.WSSecurity10, false);
        }

        // 1.1 has all of 1.0.
        if (bag.Take(sp.Name("Wss11")) is { } wss11)
        {
            var inside = Open(wss11, context);
            References(
                inside, sp,
                ["MustSupportRefKeyIdentifier", "MustSupportRefIssuerSerial", "MustSupportRefThumbprint", "MustSupportRefEncryptedKey"]);
            var confirm = inside.TakeFlag(sp.Name("RequireSignatureConfirmation"));
            inside.RefuseLeft();
            result = new(SecurityVersion.WSSecurity11, confirm);
        }

        return result;
    }

    /// <summary>Who contributes to the key of a session.</summary>
    public static SecurityKeyEntropyMode ReadTrust(AssertionBag bag, SpVersion sp, ImportContext context)
    {
        if (bag.Take(sp.Trust) is not { } trust)
        {
            return SecurityKeyEntropyMode.CombinedEntropy;
        }

        var inside = Open(trust, context);
        inside.TakeFlag(sp.Name("MustSupportIssuedTokens"));
        var client = inside.TakeFlag(sp.Name("RequireClientEntropy"));
        var server = inside.TakeFlag(sp.Name("RequireServerEntropy"));
        // Every request for a session names the service.
        _ = sp.IsOasis && inside.TakeFlag(sp.Name("RequireAppliesTo"));
        inside.RefuseLeft();
        return (client, server) switch
        {
            (true, false) => SecurityKeyEntropyMode.ClientEntropy,
            (false, true) => SecurityKeyEntropyMode.ServerEntropy,
            _ => SecurityKeyEntropyMode.CombinedEntropy,
        };
    }

    private static AssertionBag Open(Assertion assertion, ImportContext context)
    {
        context.RequireNoParameters(assertion);
        return context.Open(assertion);
    }

    // Every receiver of this library supports these, so they change nothing.
    private static void References(AssertionBag inside, SpVersion sp, ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            inside.TakeFlag(sp.Name(name));
        }
    }
}
