using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Engine.Receive;

/// <summary>
/// The supporting tokens of a message (WS-SecurityPolicy 1.2 section 8). Each does what the binding asks of it; the authenticator judges
/// later whether it is trusted.
/// </summary>
/// <param name="Proved">What they prove, that of the kind that gives the identity last.</param>
internal sealed record SupportingTokens(IReadOnlyList<ProvedToken> Proved)
{
    /// <summary>Those of a message without any.</summary>
    public static SupportingTokens None { get; } = new([]);

    /// <summary>The certificates whose keys endorsed the message.</summary>
    public IEnumerable<X509Certificate2> Certificates => Proved.Select(p => p.Certificate).OfType<X509Certificate2>();

    /// <summary>The user name; null when there is none.</summary>
    public UsernameToken? UserName => Proved.OfType<ProvedUserName>().FirstOrDefault()?.Token;

    /// <summary>The certificates that the message brings and whose keys signed nothing.</summary>
    public IEnumerable<X509Certificate2> Attached => Proved.OfType<AttachedCertificate>().Select(p => p.Attached);

    /// <summary>
    /// Finds a token for each that the binding asks for, those of which it demands most first, and refuses what is left: it proves nothing
    /// and must not be mistaken for an identity later.
    /// </summary>
    /// <param name="requirements">The requirements for the message.</param>
    /// <param name="opened">The decrypted message.</param>
    /// <param name="signed">What its signatures cover.</param>
    /// <param name="plain">Its security header.</param>
    /// <param name="own">The location of the receiver's own certificate, which is no token of the client; null when there is none.</param>
    /// <exception cref="SecurityFailureException">One is missing, does not do what is asked of it, or was not asked for.</exception>
    public static SupportingTokens Require(
        MessageRequirements requirements, OpenedMessage opened, MessageIntegrity signed, SecurityHeader plain, MessagePart? own)
    {
        var found = Find(requirements, opened, signed, plain, own);
        if (found.Count == 0 && requirements is { PrimaryUserName: null, Supporting.Count: 0 })
        {
            return None;
        }

        var proved = new List<ProvedToken>();
        if (requirements.PrimaryUserName is { } form)
        {
            proved.Add(TokenOfKey(plain, form));
        }

        foreach (var wanted in requirements.Supporting.Where(t => t != requirements.EndorsingContext).OrderByDescending(t => t.Demands))
        {
            var index = found.FindIndex(f => f.Problem(wanted, requirements) is null);
            if (index >= 0)
            {
                proved.Add(found[index].Prove(wanted.Parameters));
                found.RemoveAt(index);
            }
            else if (!wanted.IsOptional)
            {
                Refuse(wanted, found, plain, requirements);
            }
        }

        var extra = found.FindIndex(f => !f.IsOfSigner);
        return extra < 0
            ? new SupportingTokens([.. proved.OrderBy(p => p.Kind.Precedence)])
            : Fail.With<SupportingTokens>(FailureCode.UnexpectedElement, found[extra].Kind.ElementName);
    }

    /// <summary>The user name whose key signed the message. It is no supporting token.</summary>
    private static ProvedUserName TokenOfKey(SecurityHeader plain, UserNameSecurityTokenParameters form)
    {
        var token = UsernameToken.Read(plain.Single(TokenKind.UserName)!.Value.Element);
        token.RequireKey(form);
        return new ProvedUserName(token, form);
    }

    /// <summary>The tokens of the client in a message but that of the primary signature: those that endorse, then the others.</summary>
    private static List<FoundToken> Find(
        MessageRequirements requirements, OpenedMessage opened, MessageIntegrity signed, SecurityHeader plain, MessagePart? own)
    {
        var found = new List<FoundToken>();
        foreach (var signature in signed.Signatures)
        {
            if (signature is { IsEndorsing: true, Proof: { } proof })
            {
                var location = signature.Token;
                found.Add(new FoundToken(proof.Kind, default, proof, Endorses: true,
                    IsSigned: location is { } covered && signed.Covers(covered),
                    IsEncrypted: location is { } sealedOne && opened.IsEncrypted(sealedOne)));
            }
        }

        foreach (var item in plain.Items)
        {
            var location = MessagePart.SecurityItem(item.Position);
            if (item.Token is not { IsOfClient: true } kind || location == own
                || (kind == TokenKind.UserName && requirements.PrimaryUserName is not null))
            {
                continue;
            }

            // A signature that names its certificate by a property of it may mean one that does not travel: then this one is another token.
            var user = SignatureOf(signed, location);
            if (user.Token is null || user is { IsEndorsing: false, Signature.Key.IsById: false })
            {
                found.Add(new FoundToken(
                    kind, item, null, Endorses: false, signed.Covers(location), opened.IsEncrypted(location))
                {
                    IsOfSigner = user.Token is not null,
                });
            }
        }

        return found;
    }

    private static HeldSignature SignatureOf(MessageIntegrity signed, MessagePart token) =>
        signed.Signatures.FirstOrDefault(s => s.Token == token);

    private static void Refuse(
        SupportingToken wanted, List<FoundToken> found, SecurityHeader plain, MessageRequirements requirements)
    {
        // The nearest one says more than that there is none.
        var problem = found.Where(f => f.Kind == wanted.Kind).Select(f => f.Problem(wanted, requirements)).Order().FirstOrDefault();
        Fail.With(problem ?? FailureCode.TokenMissing, wanted.Kind.ElementName, plain.Describe(),
            $"a token that is {wanted.Attachment} (EndpointSupportingTokenParameters or OperationSupportingTokenParameters)");
    }

    /// <summary>A token of the client in a message, and what was done with it.</summary>
    private readonly record struct FoundToken(
        TokenKind Kind, SecurityItem Item, ProvedToken? Proof, bool Endorses, bool IsSigned, bool IsEncrypted)
    {
        /// <summary>Whether the primary signature can have meant it, so that nobody has to ask for it.</summary>
        public bool IsOfSigner { get; init; }

        /// <summary>Why it is not the one that is wanted; null when it is.</summary>
        public FailureCode? Problem(SupportingToken wanted, MessageRequirements requirements) =>
            Kind != wanted.Kind || Endorses != wanted.Endorses ? FailureCode.TokenMissing
            // Another client could endorse the message in the place of the sender, unless the signature says whose endorsement it is.
            : !IsSigned && (wanted.IsSigned || (requirements.IsBound && wanted.Endorses)) ? FailureCode.PartNotSigned
            : !IsEncrypted && wanted.IsEncrypted ? FailureCode.PartNotEncrypted
            : null;

        public ProvedToken Prove(SecurityTokenParameters wanted) => Proof ?? Kind.Prove(Item.Element, wanted)
            ?? Fail.With<ProvedToken>(FailureCode.UnexpectedElement, Kind.ElementName);
    }
}
