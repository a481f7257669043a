using System.Security.Cryptography;

namespace SecureConversation.Engine.Crypto;

/// <summary>Source of keys, nonces, IVs and padding. Only tests replace it, to make messages reproducible.</summary>
internal abstract class RandomSource
{
    /// <summary>The random number generator of the operating system.</summary>
    public static RandomSource System { get; } = new OperatingSystemSource();

    /// <summary>Fills the span. Several threads may call this method at once.</summary>
    public abstract void Fill(Span<byte> destination);

    /// <summary>Fills the span with octets other than zero, as WCF does for the entropy and keys of a service.</summary>
    public void FillNonZero(Span<byte> destination)
    {
        Fill(destination);
        for (var i = 0; i < destination.Length; i++)
        {
            while (destination[i] == 0)
            {
                Fill(destination.Slice(i, 1));
            }
        }
    }

    private sealed class OperatingSystemSource : RandomSource
    {
        public override void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);
    }
}
