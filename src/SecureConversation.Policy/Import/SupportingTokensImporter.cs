using System.Collections.Immutable;
using SecureConversation.Binding;
using SecureConversation.Policy.Assertions;
using SecureConversation.Policy.Wsp;

namespace SecureConversation.Policy.Import;

/// <summary>Reads supporting tokens (WS-SecurityPolicy 1.2 section 8).</summary>
internal static class SupportingTokensImporter
{
    /// <summary>The assertions that hold supporting tokens, understood or not.</summary>
    public static bool IsSupportingTokens(Assertion assertion) =>
        Namespaces.IsSecurityPolicy(assertion.Name.Namespace)
            && assertion.Name.LocalName.EndsWith("SupportingTokens", StringComparison.Ordinal);

    public static SupportingTokenParameters Read(AssertionBag bag, SpVersion sp, ImportContext context, bool isTransport)
    {
        var signed = Tokens(bag, sp, "SignedSupportingTokens", context, isTransport);
        var encrypted = sp.IsOasis ? Tokens(bag, sp, "SignedEncryptedSupportingTokens", context, isTransport) : [];
        if (!sp.IsOasis)
        {
            // 1.1 has no assertion for signed and encrypted tokens. WCF encrypts user names there, and so does everybody who talks to it.
            encrypted = [.. signed.Where(t => t is UserNameSecurityTokenParameters)];
            signed = [.. signed.Where(t => t is not UserNameSecurityTokenParameters)];
        }

        return new()
        {
            Signed = signed,
            SignedEncrypted = encrypted,
            Endorsing = Tokens(bag, sp, "EndorsingSupportingTokens", context, isTransport),
            SignedEndorsing = Tokens(bag, sp, "SignedEndorsingSupportingTokens", context, isTransport),
        };
    }

    private static ImmutableArray<SecurityTokenParameters> Tokens(
        AssertionBag bag, SpVersion sp, string name, ImportContext context, bool isTransport)
    {
        var result = ImmutableArray.CreateBuilder<SecurityTokenParameters>();
        foreach (var container in bag.TakeAll(sp.Name(name)))
        {
            context.RequireNoParameters(container);
            var inside = context.Open(container);
            var tokens = inside.TakeWhere(a => TokenImporter.IsToken(a.Name));
            if (tokens.IsEmpty)
            {
                context.Refuse(container.Element, "it has no token.", "Add a token, or take it out.");
            }

            foreach (var token in tokens)
            {
                if (new TokenImporter(context, sp).Read(token, TokenImporter.OfClient) is { } read)
                {
                    result.Add(read);
                }
            }

            // Over a transport an endorsing certificate signs the timestamp and wsa:To (WS-SecurityPolicy 1.2 section 8.10, WCF).
            if (isTransport)
            {
                var parts = PartsImporter.Read(inside, sp, context);
                if (parts.SignsBody || parts.HasEncrypted || parts.SignedHeaders.Any(h => !Namespaces.IsAddressing(h.Namespace)))
                {
                    context.Refuse(
                        container.Element, "its token signs or encrypts more than the timestamp and headers of WS-Addressing.",
                        "Leave sp:SignedParts out of it.");
                }
            }

            inside.RefuseLeft();
        }

        return result.ToImmutable();
    }
}
