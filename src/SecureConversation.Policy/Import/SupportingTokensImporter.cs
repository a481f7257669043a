using System.Collections.Immutable;
using SecureConversation.Binding;
using SecureConversation.Policy.Assertions;
using SecureConversation.Policy.Wsp;

namespace SecureConversation.Policy.Import;

/// <summary>The supporting tokens of a scope.</summary>
/// <param name="Required">Those that a message has to have.</param>
/// <param name="Optional">Those that it may lack.</param>
internal readonly record struct SupportingTokenLists(SupportingTokenParameters Required, SupportingTokenParameters Optional);

/// <summary>Joins lists of supporting tokens.</summary>
internal static class SupportingTokensExtensions
{
    /// <summary>The tokens of both.</summary>
    public static SupportingTokenParameters Concat(this SupportingTokenParameters one, SupportingTokenParameters other) => new()
    {
        Signed = one.Signed.AddRange(other.Signed),
        SignedEncrypted = one.SignedEncrypted.AddRange(other.SignedEncrypted),
        Encrypted = one.Encrypted.AddRange(other.Encrypted),
        Endorsing = one.Endorsing.AddRange(other.Endorsing),
        SignedEndorsing = one.SignedEndorsing.AddRange(other.SignedEndorsing),
        EndorsingEncrypted = one.EndorsingEncrypted.AddRange(other.EndorsingEncrypted),
        SignedEndorsingEncrypted = one.SignedEndorsingEncrypted.AddRange(other.SignedEndorsingEncrypted),
    };
}

/// <summary>Reads supporting tokens (WS-SecurityPolicy 1.2 section 8).</summary>
internal static class SupportingTokensImporter
{
    /// <summary>The assertions that hold supporting tokens, understood or not.</summary>
    public static bool IsSupportingTokens(Assertion assertion) =>
        Namespaces.IsSecurityPolicy(assertion.Name.Namespace)
            && assertion.Name.LocalName.EndsWith("SupportingTokens", StringComparison.Ordinal);

    public static SupportingTokenLists Read(AssertionBag bag, SpVersion sp, ImportContext context, bool isTransport)
    {
        var signed = Tokens(bag, sp, "SignedSupportingTokens", context, isTransport);
        var encrypted = Oasis("SignedEncryptedSupportingTokens");
        if (isTransport)
        {
            // It signs and encrypts all of it.
            var plain = Tokens(bag, sp, "SupportingTokens", context, isTransport).AddRange(Oasis("EncryptedSupportingTokens"));
            encrypted = encrypted.AddRange(plain.Where(IsUserName));
            signed = signed.AddRange(plain.Where(t => !IsUserName(t)));
        }

        if (!sp.IsOasis)
        {
            // 1.1 has no assertion for signed and encrypted tokens. WCF encrypts user names there, and so does everybody who talks to it.
            // What counts for whoever has it is not read by others either. A transport encrypts it, whatever the list.
            encrypted = encrypted.AddRange(signed.Where(IsSecret));
            signed = [.. signed.Where(t => !IsSecret(t))];
        }

        var onlyEncrypted = isTransport ? [] : Oasis("EncryptedSupportingTokens");
        var endorsing = Tokens(bag, sp, "EndorsingSupportingTokens", context, isTransport);
        var signedEndorsing = Tokens(bag, sp, "SignedEndorsingSupportingTokens", context, isTransport);
        var endorsingEncrypted = Oasis("EndorsingEncryptedSupportingTokens");
        var signedEndorsingEncrypted = Oasis("SignedEndorsingEncryptedSupportingTokens");
        return new(List(optional: false), List(optional: true));

        bool IsSecret((SecurityTokenParameters Token, bool IsOptional) read) => IsUserName(read)
            || (!isTransport && read.Token is IssuedSecurityTokenParameters { KeyType: SecurityKeyType.BearerKey });

        ImmutableArray<(SecurityTokenParameters Token, bool IsOptional)> Oasis(string name) =>
            sp.IsOasis ? Tokens(bag, sp, name, context, isTransport) : [];

        SupportingTokenParameters List(bool optional) => new()
        {
            Signed = Of(signed, optional),
            SignedEncrypted = Of(encrypted, optional),
            Encrypted = Of(onlyEncrypted, optional),
            Endorsing = Of(endorsing, optional),
            SignedEndorsing = Of(signedEndorsing, optional),
            EndorsingEncrypted = Of(endorsingEncrypted, optional),
            SignedEndorsingEncrypted = Of(signedEndorsingEncrypted, optional),
        };
    }

    private static bool IsUserName((SecurityTokenParameters Token, bool IsOptional) read) => read.Token is UserNameSecurityTokenParameters;

    private static ImmutableArray<SecurityTokenParameters> Of(
        ImmutableArray<(SecurityTokenParameters Token, bool IsOptional)> read, bool optional) =>
        [.. read.Where(r => r.IsOptional == optional).Select(r => r.Token)];

    private static ImmutableArray<(SecurityTokenParameters Token, bool IsOptional)> Tokens(
        AssertionBag bag, SpVersion sp, string name, ImportContext context, bool isTransport)
    {
        var result = ImmutableArray.CreateBuilder<(SecurityTokenParameters, bool)>();
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
                var place = name.Contains("Endorsing", StringComparison.Ordinal) ? TokenImporter.OfEndorsingClient : TokenImporter.OfClient;
                if (new TokenImporter(context, sp).Read(token, place) is { } read)
                {
                    result.Add((read, token.IsOptionalToken));
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
