using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace SecureConversation.Engine.Crypto;

/// <summary>
/// A pool of ciphers with one key. Threads must not share a cipher, and setting its key costs more than encrypting a small message.
/// </summary>
internal sealed class CipherPool : IDisposable
{
    private readonly ConcurrentQueue<SymmetricAlgorithm> _aes = new();
    private readonly ConcurrentQueue<SymmetricAlgorithm> _tripleDes = new();
    private volatile bool _disposed;

    /// <summary>Takes a cipher out of the pool, or keys a new one.</summary>
    /// <exception cref="CryptographicException">The key has a wrong length for the algorithm, or is a weak key of 3DES.</exception>
    public SymmetricAlgorithm Take(bool tripleDes, KeyMaterial key)
    {
        // The lease is taken even when a cipher is in the pool, so that a disposed key always fails in the same way.
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
            // The pool was disposed after the first check, and its Dispose may have missed this cipher.
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
