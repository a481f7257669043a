using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace SecureConversation.Binding;

/// <summary>Tokens in addition to the one that protects the message (WS-SecurityPolicy 1.2 section 8).</summary>
public sealed record SupportingTokenParameters
{
    /// <summary>No supporting tokens.</summary>
    // A new one each time: whoever binds a configuration by reflection writes into what he finds.
    public static SupportingTokenParameters None => new();

    /// <summary>Tokens that sign the message signature.</summary>
    public ImmutableArray<SecurityTokenParameters> Endorsing { get; init; } = [];

    /// <summary>Tokens that the message signature covers.</summary>
    [SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "The name of WCF and WS-SecurityPolicy.")]
    public ImmutableArray<SecurityTokenParameters> Signed { get; init; } = [];

    /// <summary>Tokens that the message signature covers and that are encrypted.</summary>
    public ImmutableArray<SecurityTokenParameters> SignedEncrypted { get; init; } = [];

    /// <summary>Tokens that the message signature covers and that sign it.</summary>
    public ImmutableArray<SecurityTokenParameters> SignedEndorsing { get; init; } = [];

    /// <summary>Whether there are no supporting tokens.</summary>
    public bool IsEmpty => Endorsing.IsEmpty && Signed.IsEmpty && SignedEncrypted.IsEmpty && SignedEndorsing.IsEmpty;

    /// <summary>All supporting tokens: endorsing, signed, signed and encrypted, signed and endorsing.</summary>
    public IEnumerable<SecurityTokenParameters> All => [.. Endorsing, .. Signed, .. SignedEncrypted, .. SignedEndorsing];

    /// <summary>Compares the tokens, not the arrays.</summary>
    public bool Equals(SupportingTokenParameters? other) =>
        other is not null
        && Endorsing.SequenceEqual(other.Endorsing)
        && Signed.SequenceEqual(other.Signed)
        && SignedEncrypted.SequenceEqual(other.SignedEncrypted)
        && SignedEndorsing.SequenceEqual(other.SignedEndorsing);

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
