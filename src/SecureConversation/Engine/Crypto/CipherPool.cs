using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace SecureConversation.Engine.Crypto;

/// <summary>
/// Keyed ciphers of one key, one per thread at work: an instance may not be shared by threads, and keying one costs more than a small message.
/// </summary>
internal sealed class CipherPool : IDisposable
{
    private readonly ConcurrentQueue<SymmetricAlgorithm> _aes = new();
    private readonly ConcurrentQueue<SymmetricAlgorithm> _tripleDes = new();
    private volatile bool _disposed;

    /// <summary>Takes a cipher out of the pool, or keys a new one.</summary>
    /// <exception cref="CryptographicException">The key has no length of the algorithm, or 3DES calls it weak.</exception>
    public SymmetricAlgorithm Take(bool tripleDes, KeyMaterial key)
    {
        // Held even when a cipher is pooled: a disposed key has to fail the same way whether or not one was left behind.
        using var lease = key.Lease();
        return (tripleDes ? _tripleDes : _aes).TryDequeue(out var cipher) ? cipher : Create(tripleDes, lease.Span);
    }

    public void Return(bool tripleDes, SymmetricAlgorithm cipher)
    {
        if (_disposed)
        {
            cipher.Dispose();
            return;
        }

        (tripleDes ? _tripleDes : _aes).Enqueue(cipher);
        if (_disposed)
        {
            // Disposed of between the look and the return: whoever comes last empties the pool.
            Drain();
        }
    }

    public void Dispose()
    {
        _disposed = true;
        Drain();
    }

    private static SymmetricAlgorithm Create(bool tripleDes, ReadOnlySpan<byte> key)
    {
        SymmetricAlgorithm cipher = tripleDes ? TripleDES.Create() : Aes.Create();
        try
        {
            cipher.SetKey(key);
            return cipher;
        }
        catch
        {
            cipher.Dispose();
            throw;
        }
    }

    private void Drain()
    {
        while (_aes.TryDequeue(out var cipher) || _tripleDes.TryDequeue(out cipher))
        {
            cipher.Dispose();
        }
    }
}
