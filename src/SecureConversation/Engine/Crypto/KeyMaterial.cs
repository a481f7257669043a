using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace SecureConversation.Engine.Crypto;

/// <summary>
/// The octets of a key in native memory: never copied by the garbage collector, zeroed on release. The count of
/// <see cref="SafeHandle"/> lets a thread finish with a key that another one has disposed of, for instance at renewal.
/// </summary>
internal sealed class KeyMaterial : SafeHandleZeroOrMinusOneIsInvalid
{
    private volatile bool _disposed;

    private KeyMaterial(int length)
        : base(ownsHandle: true)
    {
        Length = length;
        // One byte more than none, so that an empty key has memory and thus a valid handle, too.
        SetHandle(Marshal.AllocHGlobal(Math.Max(length, 1)));
    }

    /// <summary>Number of octets.</summary>
    public int Length { get; }

    /// <summary>Looks at the memory after it was wiped. For tests only.</summary>
    internal ReadOnlySpanAction<byte, KeyMaterial>? BeforeFree { get; set; }

    /// <summary>Copies the octets; the caller wipes the source.</summary>
    public static KeyMaterial From(ReadOnlySpan<byte> octets)
    {
        var key = new KeyMaterial(octets.Length);
        octets.CopyTo(key.Memory);
        return key;
    }

    /// <summary>A random key of the given number of bytes.</summary>
    public static KeyMaterial Random(int length, RandomSource? random = null)
    {
        var key = new KeyMaterial(length);
        (random ?? RandomSource.System).Fill(key.Memory);
        return key;
    }

    /// <summary>A random key without zero octets.</summary>
    public static KeyMaterial RandomNonZero(int length, RandomSource? random = null)
    {
        var key = new KeyMaterial(length);
        (random ?? RandomSource.System).FillNonZero(key.Memory);
        return key;
    }

    /// <summary>Access to the octets; they stay until the lease is disposed of, even when the key is disposed of meanwhile.</summary>
    /// <exception cref="ObjectDisposedException">The key was disposed of before.</exception>
    public KeyLease Lease()
    {
        // A SafeHandle would go on giving out references while others keep it open.
        ObjectDisposedException.ThrowIf(_disposed, this);
        var added = false;
        DangerousAddRef(ref added);
        return new KeyLease(this);
    }

    /// <summary>Says the length only.</summary>
    public override string ToString() => $"{Length * 8} bits";

    protected override void Dispose(bool disposing)
    {
        _disposed = true;
        base.Dispose(disposing);
    }

    protected override bool ReleaseHandle()
    {
        CryptographicOperations.ZeroMemory(Memory);
        BeforeFree?.Invoke(Memory, this);
        Marshal.FreeHGlobal(handle);
        return true;
    }

    // The address as a reference, without an unsafe context. Only while the handle is held.
    private Span<byte> Memory => MemoryMarshal.CreateSpan(ref Unsafe.AddByteOffset(ref Unsafe.NullRef<byte>(), handle), Length);

    /// <summary>A counted reference to a key.</summary>
    [SuppressMessage("Performance", "CA1815", Justification = "Never compared.")]
    internal readonly ref struct KeyLease(KeyMaterial key)
    {
        /// <summary>The octets; not to be kept longer than the lease.</summary>
        public ReadOnlySpan<byte> Span => key.Memory;

        public void Dispose() => key.DangerousRelease();
    }
}
