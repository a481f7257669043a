using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace SecureConversation.Binding;

/// <summary>
/// Tokens of the client in addition to the one that protects the message (WS-SecurityPolicy 1.2 section 8). A certificate under
/// <see cref="Signed"/>, <see cref="SignedEncrypted"/> or <see cref="Encrypted"/> signs nothing: it must be trusted, and says of its holder
/// only what the signer of the message claims, see <see cref="VerifiedMessage.AttachedCertificates"/>.
/// </summary>
public sealed record SupportingTokenParameters
{
    /// <summary>No supporting tokens.</summary>
    // A new one each time: whoever binds a configuration by reflection writes into what he finds.
    public static SupportingTokenParameters None => new();

    /// <summary>Tokens that sign the message signature.</summary>
    public ImmutableArray<SecurityTokenParameters> Endorsing { get; init; } = [];

    /// <summary>
    /// Tokens that the message signature covers. A user name with a password is refused here, since the password travels in clear, unless
    /// <see cref="UserNameSecurityTokenParameters.AllowClearTextPassword"/> is true.
    /// </summary>
    [SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "The name of WCF and WS-SecurityPolicy.")]
    public ImmutableArray<SecurityTokenParameters> Signed { get; init; } = [];

    /// <summary>Tokens that the message signature covers and that are encrypted.</summary>
    public ImmutableArray<SecurityTokenParameters> SignedEncrypted { get; init; } = [];

    /// <summary>Tokens that the message signature covers and that sign it.</summary>
    public ImmutableArray<SecurityTokenParameters> SignedEndorsing { get; init; } = [];

    /// <summary>
    /// Tokens that are encrypted and that the message signature need not cover (WS-SecurityPolicy 1.2 section 8.5). WCF has no such list.
    /// This library signs them all the same when it sends them, and takes them either way; prefer <see cref="SignedEncrypted"/>.
    /// </summary>
    public ImmutableArray<SecurityTokenParameters> Encrypted { get; init; } = [];

    /// <summary>
    /// Tokens that are encrypted and sign the message signature (WS-SecurityPolicy 1.2 section 8.7). WCF has no such list. Whether the
    /// message signature covers them is as in <see cref="Encrypted"/>.
    /// </summary>
    public ImmutableArray<SecurityTokenParameters> EndorsingEncrypted { get; init; } = [];

    /// <summary>
    /// Tokens that are encrypted, that the message signature covers and that sign it (WS-SecurityPolicy 1.2 section 8.8). WCF has no such
    /// list.
    /// </summary>
    public ImmutableArray<SecurityTokenParameters> SignedEndorsingEncrypted { get; init; } = [];

    /// <summary>Whether there are no supporting tokens.</summary>
    public bool IsEmpty => Lists.All(list => list.IsEmpty);

    /// <summary>All supporting tokens, list by list.</summary>
    public IEnumerable<SecurityTokenParameters> All => Lists.SelectMany(list => list);

    private ImmutableArray<SecurityTokenParameters>[] Lists =>
        [Endorsing, Signed, SignedEncrypted, SignedEndorsing, Encrypted, EndorsingEncrypted, SignedEndorsingEncrypted];

    /// <summary>Compares the tokens, not the arrays.</summary>
    public bool Equals(SupportingTokenParameters? other) =>
        other is not null && Lists.Zip(other.Lists, (one, another) => one.SequenceEqual(another)).All(same => same);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var token in All)
        {
            hash.Add(token);
        }

        return hash.ToHashCode();
    }

    // The default of records prints the type name of an array instead of its items.
    private bool PrintMembers(StringBuilder builder)
    {
        builder.AppendJoin(", ", All);
        return !IsEmpty;
    }
}
