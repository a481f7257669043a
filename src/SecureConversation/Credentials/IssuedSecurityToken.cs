using System.Security.Cryptography;
using SecureConversation.Binding;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;
using SecureConversation.Shared;

namespace SecureConversation.Credentials;

/// <summary>
/// A token that a security token service issued, such as a SAML assertion, with the key that its holder proves (WS-Trust 1.3 section 4.4).
/// The client looks at neither its signature nor its claims: they are between the issuer and the service. Safe for concurrent use.
/// </summary>
/// <remarks>
/// Whoever makes a token disposes of it; a client disposes of those that its <see cref="IIssuedTokenProvider"/> hands to it. To hand the
/// same token to several clients, give each a <see cref="Share"/>. The key is zeroed when the last of them is disposed of, and no message
/// uses it any more.
/// </remarks>
public sealed class IssuedSecurityToken : IDisposable, IKeptToken<IssuedSecurityToken>
{
    private readonly Core _core;
    private int _isDisposed;

    private IssuedSecurityToken(Core core) => _core = core;

    /// <summary>A token whose holder proves a symmetric key.</summary>
    /// <param name="token">The XML of the token, in UTF-8, an element that stands on its own. It is sent as it is.</param>
    /// <param name="proofKey">The key. Copied; the caller zeroes it.</param>
    /// <param name="facts">When it is valid, and how messages refer to it; null for always, and by the Id of the assertion.</param>
    /// <exception cref="ArgumentException">The XML or a reference is not usable, or the key is shorter than 64 bits.</exception>
    public static IssuedSecurityToken CreateSymmetric(
        ReadOnlyMemory<byte> token, ReadOnlySpan<byte> proofKey, IssuedSecurityTokenFacts? facts = null) =>
        proofKey.Length >= 8
            ? new(Core.Create(token, SecurityKeyType.SymmetricKey, facts, SymmetricKey.From(proofKey), rsa: null))
            : throw new ArgumentException("A proof key has at least 64 bits.", nameof(proofKey));

    /// <summary>A token whose holder proves an RSA key.</summary>
    /// <param name="token">The XML of the token, in UTF-8, an element that stands on its own. It is sent as it is.</param>
    /// <param name="proofKey">The private key. The token disposes of it.</param>
    /// <param name="facts">When it is valid, and how messages refer to it; null for always, and by the Id of the assertion.</param>
    /// <exception cref="ArgumentException">The XML or a reference is not usable.</exception>
    public static IssuedSecurityToken CreateAsymmetric(
        ReadOnlyMemory<byte> token, RSA proofKey, IssuedSecurityTokenFacts? facts = null)
    {
        ArgumentNullException.ThrowIfNull(proofKey);
        return new(Core.Create(token, SecurityKeyType.AsymmetricKey, facts, key: null, proofKey));
    }

    /// <summary>A token without a key: whoever has it is its holder.</summary>
    /// <param name="token">The XML of the token, in UTF-8, an element that stands on its own. It is sent as it is.</param>
    /// <param name="facts">When it is valid; null for always.</param>
    /// <exception cref="ArgumentException">The XML or a reference is not usable.</exception>
    public static IssuedSecurityToken CreateBearer(ReadOnlyMemory<byte> token, IssuedSecurityTokenFacts? facts = null) =>
        new(Core.Create(token, SecurityKeyType.BearerKey, facts, key: null, rsa: null));

    internal static IssuedSecurityToken Create(
        byte[] token, SecurityKeyType type, IssuedSecurityTokenFacts facts, SymmetricKey? key, RSA? rsa) =>
        new(Core.Create(token, type, facts, key, rsa));

    /// <summary>The XML of the token in UTF-8, as the issuer wrote it.</summary>
    public ReadOnlyMemory<byte> TokenXml => _core.Xml.Octets;

    /// <summary>The kind of key.</summary>
    public SecurityKeyType KeyType => _core.KeyType;

    /// <summary>The URI of the type of token, as the issuer named it; null when it did not.</summary>
    public string? TokenType => _core.Facts.TokenType;

    /// <summary>When it becomes valid, UTC, as the issuer said.</summary>
    public DateTimeOffset ValidFrom => _core.Facts.ValidFrom;

    /// <summary>When it expires, UTC, as the issuer said.</summary>
    public DateTimeOffset ValidTo => _core.Facts.ValidTo;

    /// <summary>Another object for the same token. Each is disposed of on its own.</summary>
    /// <exception cref="ObjectDisposedException">This one was disposed of.</exception>
    public IssuedSecurityToken Share()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) == 1 || !_core.Users.TryEnter(), this);
        return new IssuedSecurityToken(_core);
    }

    internal IssuedTokenXml Xml => _core.Xml;

    /// <summary>The key of a token with a symmetric key; else null. It lives as long as this object.</summary>
    internal SymmetricKey? Key => _core.Key;

    /// <summary>The key of a token with an asymmetric key; else null. It lives as long as this object.</summary>
    internal RSA? PrivateKey => _core.Rsa;

    /// <summary>Whether a reference of a reply names the token: by the Id of the assertion, or as those of the issuer do.</summary>
    internal bool IsNamedBy(KeyReference reference) =>
        reference.Kind == KeyReferenceKind.Assertion && _core.Ids.Contains(reference.LocalId.ToString());

    /// <summary>Writes the reference of a message that carries the token.</summary>
    internal void WriteAttachedReference(PooledBytes output, bool isWss11)
    {
        if ((_core.Attached ?? _core.Unattached) is { } given)
        {
            output.Write(given);
        }
        else
        {
            IssuedTokenReference.Write(output, _core.Xml, isWss11);
        }
    }

    /// <summary>Zeroes the key, unless others share it.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            _core.Users.Leave();
        }
    }

    /// <summary>Returns kind of key and validity, never the key or a claim.</summary>
    public override string ToString() => $"{KeyType}, valid from {ValidFrom:u} to {ValidTo:u}";

    /// <summary>What all that share a token have in common.</summary>
    private sealed class Core
    {
        private Core() => Users = new UseCount(() =>
        {
            Key?.Dispose();
            Rsa?.Dispose();
        });

        public UseCount Users { get; }
        public required IssuedTokenXml Xml { get; init; }
        public required SecurityKeyType KeyType { get; init; }
        public required IssuedSecurityTokenFacts Facts { get; init; }
        public required byte[]? Attached { get; init; }
        public required byte[]? Unattached { get; init; }

        /// <summary>The Ids by which replies may name the assertion; of an encrypted one only the references tell it.</summary>
        public required string[] Ids { get; init; }

        public required SymmetricKey? Key { get; init; }
        public required RSA? Rsa { get; init; }

        public static Core Create(
            ReadOnlyMemory<byte> token, SecurityKeyType type, IssuedSecurityTokenFacts? facts, SymmetricKey? key, RSA? rsa)
        {
            try
            {
                return CreateCore(token, type, facts ?? new IssuedSecurityTokenFacts(), key, rsa);
            }
            catch (Exception e)
            {
                key?.Dispose();
                if (e is SecurityFailureException failure)
                {
                    throw new ArgumentException($"The issued token is not usable: {failure.Message}.", nameof(token), failure);
                }

                throw;
            }
        }

        private static Core CreateCore(
            ReadOnlyMemory<byte> token, SecurityKeyType type, IssuedSecurityTokenFacts facts, SymmetricKey? key, RSA? rsa)
        {
            if (facts.ValidTo <= facts.ValidFrom)
            {
                Fail.With(FailureCode.InvalidTrustResponse, "lifetime of the issued token",
                    $"{FailureText.Instant(facts.ValidFrom)} to {FailureText.Instant(facts.ValidTo)}", "an end after the beginning");
            }

            var xml = IssuedTokenXml.Parse(token.ToArray());
            var attached = facts.AttachedReference.IsEmpty ? null : IssuedTokenReference.Parse(facts.AttachedReference);
            var unattached = facts.UnattachedReference.IsEmpty ? null : IssuedTokenReference.Parse(facts.UnattachedReference);
            if (type == SecurityKeyType.BearerKey)
            {
                // A bearer token is signed and nothing refers to a key of it.
                RequireId(xml);
            }
            else if (attached is null && unattached is null && !IssuedTokenReference.CanDerive(xml))
            {
                Fail.With(FailureCode.InvalidTrustResponse, "reference to the issued token",
                    "neither RequestedAttachedReference nor RequestedUnattachedReference",
                    "both, since the token is no assertion of SAML in clear to which the client could refer by its Id");
            }

            return new Core
            {
                Xml = xml,
                KeyType = type,
                Facts = facts,
                Attached = attached,
                Unattached = unattached,
                Ids = [.. new[] { IssuedTokenReference.CanDerive(xml) ? xml.Id : null, IdIn(attached), IdIn(unattached) }.OfType<string>()],
                Key = key,
                Rsa = rsa,
            };
        }

        private static string? IdIn(byte[]? reference) => reference is null ? null : IssuedTokenReference.FindAssertionId(reference);

        private static void RequireId(IssuedTokenXml xml)
        {
            if (xml.Id is null)
            {
                Fail.With(FailureCode.InvalidTrustResponse, "Id of the issued token", "none", "one by which a signature can name it");
            }
        }
    }
}

/// <summary>What an issuer says of a token beside the token itself.</summary>
public sealed class IssuedSecurityTokenFacts
{
    /// <summary>When it becomes valid. Default: always.</summary>
    public DateTimeOffset ValidFrom { get; init; } = DateTimeOffset.MinValue;

    /// <summary>When it expires. Default: never. The service decides by what stands in the token.</summary>
    public DateTimeOffset ValidTo { get; init; } = DateTimeOffset.MaxValue;

    /// <summary>The URI of the type of token; null when the issuer does not say.</summary>
    public string? TokenType { get; init; }

    /// <summary>
    /// The wsse:SecurityTokenReference of messages that carry the token, as XML in UTF-8 that stands on its own. Empty (default) to refer
    /// to an assertion of SAML by its Id. A token that is encrypted needs it.
    /// </summary>
    public ReadOnlyMemory<byte> AttachedReference { get; init; }

    /// <summary>The same of messages without the token, which are the replies.</summary>
    public ReadOnlyMemory<byte> UnattachedReference { get; init; }
}
