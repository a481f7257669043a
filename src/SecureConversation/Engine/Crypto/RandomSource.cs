using System.Security.Cryptography;

namespace SecureConversation.Engine.Crypto;

/// <summary>Source of keys, nonces, IVs and padding. Only tests replace it, to make messages reproducible.</summary>
internal abstract class RandomSource
{
    /// <summary>The random number generator of the operating system.</summary>
    public static RandomSource System { get; } = new OperatingSystemSource();

    /// <summary>Fills the span. Several threads may call this method at once.</summary>
    public abstract void Fill(Span<byte> destination);

    /// <summary>Whether this is <see cref="System"/>.</summary>
    public bool IsOfSystem => ReferenceEquals(this, System);

    /// <summary>
    /// Fills the span with octets that are no secret for longer than the message that they are drawn for: IVs, padding, Ids. Several
    /// threads may call this method at once.
    /// </summary>
    public virtual void FillForOnce(Span<byte> destination) => Fill(destination);

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
        // The generator costs as much for a few octets as for many.
        private const int Supply = 512;

        [ThreadStatic]
        private static byte[]? Drawn;

        [ThreadStatic]
        private static int Left;

        public override void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);

        public override void FillForOnce(Span<byte> destination)
        {
            if (destination.Length > Supply / 4)
            {
                Fill(destination);
                return;
            }

            var supply = Drawn ??= new byte[Supply];
            if (Left < destination.Length)
            {
                Fill(supply);
                Left = Supply;
            }

            // Nothing is handed out twice, and what was handed out is gone.
            Left -= destination.Length;
            var next = supply.AsSpan(Left, destination.Length);
            next.CopyTo(destination);
            next.Clear();
        }
    }
}
