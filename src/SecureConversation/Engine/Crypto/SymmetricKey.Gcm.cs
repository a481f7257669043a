using System.Security.Cryptography;
using SecureConversation.Engine.Failures;

namespace SecureConversation.Engine.Crypto;

/// <summary>AES-GCM (NIST SP 800-38D, XML Encryption 1.1 section 5.2.4).</summary>
internal sealed partial class SymmetricKey
{
    /// <summary>
    /// How often a process encrypts with one key. NIST SP 800-38D section 8.3 allows 2^32 random IVs of 96 bits; sixteen processes that
    /// have a session in common stay below it together.
    /// </summary>
    internal const long MaxAuthenticatedEncryptions = 1L << 28;

    private long _authenticatedEncryptions;

    /// <summary>How often this key has encrypted. Settable for tests only.</summary>
    internal long AuthenticatedEncryptions
    {
        get => Interlocked.Read(ref _authenticatedEncryptions);
        set => Interlocked.Exchange(ref _authenticatedEncryptions, value);
    }

    /// <summary>
    /// Decrypts what has a tag. False when the tag does not hold, and then the destination is zeroed. Nobody without the key makes another
    /// ciphertext that holds, so the time of a failure says only what its sender knows.
    /// </summary>
    /// <param name="algorithm">The cipher.</param>
    /// <param name="sealedOctets">IV, ciphertext and tag.</param>
    /// <param name="destination">As long as the ciphertext; may be the ciphertext itself.</param>
    public bool TryDecryptAuthenticated(EncryptionAlgorithm algorithm, ReadOnlySpan<byte> sealedOctets, Span<byte> destination)
    {
        if (!Fits(algorithm))
        {
            CryptographicOperations.ZeroMemory(destination);
            return false;
        }

        var ready = TakeReady();
        try
        {
            if (ready is not null)
            {
                return ready.TryDecryptAuthenticated(algorithm, sealedOctets, destination);
            }

            using var cipher = CreateGcm(algorithm);
            return TryDecrypt(cipher, algorithm, sealedOctets, destination);
        }
        finally
        {
            if (ready is not null)
            {
                ReadyKeys.Return(ready);
            }
        }
    }

    /// <summary>The same with a cipher that is keyed.</summary>
    internal static bool TryDecrypt(AesGcm cipher, EncryptionAlgorithm algorithm, ReadOnlySpan<byte> sealedOctets, Span<byte> destination)
    {
        try
        {
            var (iv, tag) = (algorithm.IvBytes, algorithm.TagBytes);
            cipher.Decrypt(sealedOctets[..iv], sealedOctets[iv..^tag], sealedOctets[^tag..], destination);
            return true;
        }
        catch (CryptographicException)
        {
            CryptographicOperations.ZeroMemory(destination);
            return false;
        }
    }

    /// <summary>A cipher with this key, which zeroes its copy when it is disposed of.</summary>
    internal AesGcm CreateGcm(EncryptionAlgorithm algorithm)
    {
        using var lease = _material.Lease();
        return new AesGcm(lease.Span, algorithm.TagBytes);
    }

    private void EncryptAuthenticated(EncryptionAlgorithm algorithm, ReadOnlySpan<byte> plain, int spaces, ReadOnlySpan<byte> rest,
        Span<byte> destination, RandomSource random)
    {
        if (Interlocked.Increment(ref _authenticatedEncryptions) > MaxAuthenticatedEncryptions)
        {
            Fail.With(FailureCode.LimitExceeded, "random IVs of AES-GCM under one key", FailureText.Of(_authenticatedEncryptions, "uses"),
                $"at most {MaxAuthenticatedEncryptions}: renew the session, or open another one");
        }

        var iv = destination[..algorithm.IvBytes];
        var body = destination[algorithm.IvBytes..^algorithm.TagBytes];

        // First, because it may fail, and then the destination has no plaintext.
        random.FillForOnce(iv);
        plain.CopyTo(body);
        body.Slice(plain.Length, spaces).Fill((byte)' ');
        rest.CopyTo(body[(plain.Length + spaces)..]);
        try
        {
            if (TakeReady() is { } ready)
            {
                try
                {
                    ready.EncryptAuthenticated(algorithm, destination);
                    return;
                }
                finally
                {
                    ReadyKeys.Return(ready);
                }
            }

            using var cipher = CreateGcm(algorithm);
            cipher.Encrypt(iv, body, body, destination[^algorithm.TagBytes..]);
        }
        catch
        {
            CryptographicOperations.ZeroMemory(destination);
            throw;
        }
    }
}
