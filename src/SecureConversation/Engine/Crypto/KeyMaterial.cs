using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace SecureConversation.Engine.Crypto;

/// <summary>
/// The octets of a key in native memory, where the garbage collector never copies them. They are zeroed on release. The reference count
/// of <see cref="SafeHandle"/> lets a thread finish its work with a key that another thread has disposed of.
/// </summary>
internal sealed class KeyMaterial : SafeHandleZeroOrMinusOneIsInvalid
{
    private volatile bool _disposed;

    private KeyMaterial(int length)
        : base(ownsHandle: true)
    {
        Length = length;
        // At least one byte, so that an empty key has a valid handle, too.
        SetHandle(Marshal.AllocHGlobal(Math.Max(length, 1)));
    }

    /// <summary>Number of octets.</summary>
    public int Length { get; }

    /// <summary>Whether the key was disposed of. Other threads may still finish their work with it.</summary>
    public bool IsDisposed => _disposed;

    /// <summary>Called with the memory after it was zeroed. For tests only.</summary>
    internal ReadOnlySpanAction<byte, KeyMaterial>? BeforeFree { get; set; }

    /// <summary>Copies the octets; the caller zeroes the source.</summary>
    public static KeyMaterial From(ReadOnlySpan<byte> octets)
    {
        var key = new KeyMaterial(octets.Length);
        octets.CopyTo(key.Memory);
        return key;
    }

    /// <summary>Creates a random key of <paramref name="length"/> bytes.</summary>
    public static KeyMaterial Random(int length, RandomSource? random = null)
    {
        var key = new KeyMaterial(length);
        (random ?? RandomSource.System).Fill(key.Memory);
        return key;
    }

    /// <summary>Creates a random key of <paramref name="length"/> bytes without zero octets.</summary>
    public static KeyMaterial RandomNonZero(int length, RandomSource? random = null)
    {
        var key = new KeyMaterial(length);
        (random ?? RandomSource.System).FillNonZero(key.Memory);
        return key;
    }

    /// <summary>Gives access to the octets. They stay valid until the lease is disposed, even if the key is disposed before.</summary>
    /// <exception cref="ObjectDisposedException">The key was disposed of before.</exception>
    public KeyLease Lease()
    {
        // A disposed SafeHandle still gives out references while other leases keep it open.
        ObjectDisposedException.ThrowIf(_disposed, this);
        var added = false;
        DangerousAddRef(ref added);
        return new KeyLease(this);
    }

    /// <summary>Returns the length, never the octets.</summary>
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

    // Turns the address into a span without an unsafe context. Valid only while the handle is held.
    private Span<byte> Memory => MemoryMarshal.CreateSpan(ref Unsafe.AddByteOffset(ref Unsafe.NullRef<byte>(), handle), Length);

    /// <summary>A counted reference to a key.</summary>
    [SuppressMessage("Performance", "CA1815", Justification = "Never compared.")]
    internal readonly ref struct KeyLease(KeyMaterial key)
    {
        /// <summary>The octets. The span must not be used after the lease is disposed.</summary>
        public ReadOnlySpan<byte> Span => key.Memory;

        public void Dispose() => key.DangerousRelease();
    }
}
