using System.Security.Cryptography;

namespace SecureConversation.Engine.Crypto;

/// <summary>
/// The key of a session or an EncryptedKey, or a key derived from one. Safe for concurrent use. Disposing zeroes the key as soon as other
/// threads have finished their work with it. What is keyed with it and waits for the next message has its place in
/// <see cref="ReadyKeys"/>, and not here, where it would be most of the memory of an idle session.
/// </summary>
internal sealed partial class SymmetricKey : IDisposable
{
    private const int StackLimit = 512;
    private readonly KeyMaterial _material;

    private SymmetricKey(KeyMaterial material) => _material = material;

    /// <summary>Number of octets.</summary>
    public int Length => _material.Length;

    /// <summary>Whether the key was zeroed, or will be as soon as no other thread uses it.</summary>
    public bool IsDisposed => _material.IsDisposed;

    /// <summary>Number of bits.</summary>
    public int LengthInBits => _material.Length * 8;

    /// <summary>Copies the octets; the caller zeroes the source.</summary>
    public static SymmetricKey From(ReadOnlySpan<byte> octets) => new(KeyMaterial.From(octets));

    /// <summary>Creates a random key of <paramref name="length"/> bytes.</summary>
    public static SymmetricKey Random(int length, RandomSource? random = null) => new(KeyMaterial.Random(length, random));

    /// <summary>Creates a random key of <paramref name="length"/> bytes without zero octets, as WCF does for service entropy.</summary>
    public static SymmetricKey RandomNonZero(int length, RandomSource? random = null) => new(KeyMaterial.RandomNonZero(length, random));

    /// <summary>A key of the first octets of this one.</summary>
    public SymmetricKey Truncate(int length)
    {
        using var lease = _material.Lease();
        return From(lease.Span[..length]);
    }

    /// <summary>Copies the octets to <paramref name="destination"/>; the caller zeroes the copy.</summary>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    /// <exception cref="ObjectDisposedException">The key was disposed of.</exception>
    public void CopyTo(Span<byte> destination)
    {
        using var lease = _material.Lease();
        lease.Span.CopyTo(destination);
    }

    /// <summary>Whether the key has these octets. Takes fixed time.</summary>
    public bool FixedTimeEquals(ReadOnlySpan<byte> octets)
    {
        using var lease = _material.Lease();
        return CryptographicOperations.FixedTimeEquals(lease.Span, octets);
    }

    /// <summary>Derives a key with this key as the secret: the bytes from offset to offset + length of the stream of P_hash.</summary>
    public SymmetricKey Derive(
        KeyDerivationAlgorithm algorithm, ReadOnlySpan<byte> label, ReadOnlySpan<byte> nonce, int offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        var derived = length <= StackLimit ? stackalloc byte[length] : new byte[length];
        try
        {
            using var lease = _material.Lease();
            PHash.Derive(algorithm, lease.Span, label, nonce, offset, derived);
            return From(derived);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(derived);
        }
    }

    /// <summary>Writes the MAC to the first <see cref="SymmetricSignatureAlgorithm.Size"/> bytes of <paramref name="mac"/>.</summary>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public void ComputeHmac(SymmetricSignatureAlgorithm algorithm, ReadOnlySpan<byte> data, Span<byte> mac)
    {
        if (TakeReady() is { } ready)
        {
            try
            {
                ready.ComputeHmac(algorithm, data, mac);
                return;
            }
            finally
            {
                ReadyKeys.Return(ready);
            }
        }

        using var lease = _material.Lease();
        CryptographicOperations.HmacData(algorithm.Hash, lease.Span, data, mac);
    }

    /// <summary>Whether the MAC is valid. Takes fixed time; a truncated MAC is not valid.</summary>
    public bool VerifyHmac(SymmetricSignatureAlgorithm algorithm, ReadOnlySpan<byte> data, ReadOnlySpan<byte> mac)
    {
        Span<byte> expected = stackalloc byte[algorithm.Size];
        ComputeHmac(algorithm, data, expected);
        return CryptographicOperations.FixedTimeEquals(expected, mac);
    }

    /// <summary>
    /// Length of IV and ciphertext in bytes for a plaintext of <paramref name="plainLength"/> bytes: with padding of at least one octet, or
    /// with the tag.
    /// </summary>
    public static int GetCiphertextLength(EncryptionAlgorithm algorithm, int plainLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(plainLength);
        return algorithm.IsAuthenticated
            ? algorithm.MinCiphertextBytes + plainLength
            : algorithm.BlockBytes + ((plainLength / algorithm.BlockBytes) + 1) * algorithm.BlockBytes;
    }

    /// <summary>
    /// Writes a random IV and the ciphertext. In CBC mode the padding is that of XML Encryption 1.0 section 5.2: random octets, and the
    /// last octet is the length of the padding. In GCM mode the tag follows.
    /// </summary>
    /// <param name="algorithm">The cipher; its key length must be that of this key.</param>
    /// <param name="plain">The plaintext. Must not overlap the destination.</param>
    /// <param name="destination">Exactly <see cref="GetCiphertextLength"/> bytes.</param>
    /// <param name="random">Source of the IV and the padding.</param>
    /// <exception cref="ArgumentException">The destination has another length.</exception>
    /// <exception cref="CryptographicException">The key does not fit the cipher.</exception>
    public void Encrypt(EncryptionAlgorithm algorithm, ReadOnlySpan<byte> plain, Span<byte> destination, RandomSource? random = null) =>
        Encrypt(algorithm, plain, spaces: 0, default, destination, random);

    /// <summary>The same, of a plaintext with white space between two halves.</summary>
    /// <inheritdoc cref="Encrypt(EncryptionAlgorithm, ReadOnlySpan{byte}, Span{byte}, RandomSource?)"/>
    public void Encrypt(
        EncryptionAlgorithm algorithm,
        ReadOnlySpan<byte> plain,
        int spaces,
        ReadOnlySpan<byte> rest,
        Span<byte> destination,
        RandomSource? random = null)
    {
        var length = plain.Length + spaces + rest.Length;
        if (destination.Length != GetCiphertextLength(algorithm, length))
        {
            throw new ArgumentException("The destination must have exactly the length of IV and ciphertext.", nameof(destination));
        }

        if (!Fits(algorithm))
        {
            throw new CryptographicException($"A key of {LengthInBits} bits does not fit {algorithm.Uri}.");
        }

        ObjectDisposedException.ThrowIf(IsDisposed, this);
        if (algorithm.IsAuthenticated)
        {
            EncryptAuthenticated(algorithm, plain, spaces, rest, destination, random ?? RandomSource.System);
            return;
        }

        var iv = destination[..algorithm.BlockBytes];
        var body = destination[algorithm.BlockBytes..];
        var padding = body[length..];

        // Drawn at once: the generator costs as much for a few octets as for many. First, because it may fail, and then the destination
        // has no plaintext.
        Span<byte> drawn = stackalloc byte[iv.Length + padding.Length - 1];
        (random ?? RandomSource.System).FillForOnce(drawn);
        plain.CopyTo(body);
        body.Slice(plain.Length, spaces).Fill((byte)' ');
        rest.CopyTo(body[(plain.Length + spaces)..]);
        drawn[..iv.Length].CopyTo(iv);
        drawn[iv.Length..].CopyTo(padding);
        padding[^1] = (byte)padding.Length;
        try
        {
            // Whose randomness is not the system's, wants to know the IV beforehand.
            if (destination.Length <= ReadyKey.Limit && random is null or { IsOfSystem: true } && TakeReady() is { } ready)
            {
                try
                {
                    ready.Encrypt(algorithm, destination);
                    return;
                }
                finally
                {
                    ReadyKeys.Return(ready);
                }
            }

            using var cipher = CreateCipher(algorithm);
            cipher.EncryptCbc(body, iv, body, PaddingMode.None);
        }
        catch
        {
            CryptographicOperations.ZeroMemory(destination);
            throw;
        }
    }

    /// <summary>
    /// Decrypts IV and ciphertext. Any failure gives false; the random octets of the padding are not checked, and a tag is before anything
    /// is decrypted.
    /// </summary>
    /// <param name="algorithm">The cipher.</param>
    /// <param name="ivAndCipher">IV and ciphertext.</param>
    /// <param name="destination">At least as long as the ciphertext without its IV, because the padding is decrypted into it, too.</param>
    /// <param name="written">Length of the plaintext; zero on failure.</param>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public bool TryDecrypt(EncryptionAlgorithm algorithm, ReadOnlySpan<byte> ivAndCipher, Span<byte> destination, out int written)
    {
        written = 0;
        var block = algorithm.BlockBytes;
        if (!Fits(algorithm) || ivAndCipher.Length < algorithm.MinCiphertextBytes || ivAndCipher.Length % block != 0)
        {
            return false;
        }

        if (destination.Length < ivAndCipher.Length - algorithm.IvBytes)
        {
            throw new ArgumentException("The destination must be as long as the ciphertext.", nameof(destination));
        }

        destination = destination[..(ivAndCipher.Length - algorithm.IvBytes)];
        if (algorithm.IsAuthenticated)
        {
            var isAuthentic = TryDecryptAuthenticated(algorithm, ivAndCipher, destination[..^algorithm.TagBytes]);
            written = isAuthentic ? destination.Length - algorithm.TagBytes : 0;
            CryptographicOperations.ZeroMemory(destination[written..]);
            return isAuthentic;
        }

        var isIntact = TryDecryptBlocks(algorithm, ivAndCipher, destination) & CbcPadding.TryRemove(destination, block, out var length);
        written = isIntact ? length : 0;
        CryptographicOperations.ZeroMemory(destination[written..]);
        return isIntact;
    }

    /// <summary>Decrypts whole blocks and leaves the padding in place. False when the key cannot be used with the cipher.</summary>
    /// <param name="algorithm">The cipher.</param>
    /// <param name="ivAndCipher">IV and ciphertext: at least two whole blocks.</param>
    /// <param name="destination">Exactly as long as the ciphertext without its IV; zeroed on failure.</param>
    public bool TryDecryptBlocks(EncryptionAlgorithm algorithm, ReadOnlySpan<byte> ivAndCipher, Span<byte> destination)
    {
        try
        {
            if (ivAndCipher.Length <= ReadyKey.Limit && Fits(algorithm) && TakeReady() is { } ready)
            {
                try
                {
                    ready.Decrypt(algorithm, ivAndCipher, destination);
                    return true;
                }
                finally
                {
                    ReadyKeys.Return(ready);
                }
            }

            using var cipher = CreateCipher(algorithm);
            var block = algorithm.BlockBytes;
            return cipher.DecryptCbc(ivAndCipher[block..], ivAndCipher[..block], destination, PaddingMode.None) == destination.Length;
        }
        catch (CryptographicException)
        {
            CryptographicOperations.ZeroMemory(destination);
            return false;
        }
    }

    /// <summary>Zeroes the key as soon as no other thread uses it.</summary>
    public void Dispose()
    {
        _material.Dispose();
        ReadyKeys.Drop(this);
    }

    /// <summary>Returns the length, never the octets.</summary>
    public override string ToString() => _material.ToString();

    /// <summary>A cipher with this key, which zeroes its copy when it is disposed of.</summary>
    /// <exception cref="CryptographicException">The key has a wrong length for the algorithm, or is a weak key of 3DES.</exception>
    private SymmetricAlgorithm CreateCipher(EncryptionAlgorithm algorithm)
    {
        using var lease = _material.Lease();
        SymmetricAlgorithm cipher = algorithm.IsTripleDes ? TripleDES.Create() : Aes.Create();
        try
        {
            cipher.SetKey(lease.Span);
            return cipher;
        }
        catch
        {
            cipher.Dispose();
            throw;
        }
    }

    /// <summary>A MAC with this key, which zeroes its copy when it is disposed of.</summary>
    internal IncrementalHash CreateMac(SymmetricSignatureAlgorithm algorithm)
    {
        using var lease = _material.Lease();
        return IncrementalHash.CreateHMAC(algorithm.Hash, lease.Span);
    }

    /// <summary>A cipher in CBC mode that takes and gives whole blocks, which zeroes its copy of the key when it is disposed of.</summary>
    /// <exception cref="CryptographicException">The key is a weak key of 3DES.</exception>
    internal ICryptoTransform CreateTransform(EncryptionAlgorithm algorithm, bool isForEncryption)
    {
        using var lease = _material.Lease();
        using SymmetricAlgorithm cipher = algorithm.IsTripleDes ? TripleDES.Create() : Aes.Create();
        cipher.Padding = PaddingMode.None;

        // Given as an array: the cipher would hand out a copy of its own, which nobody zeroes.
        var octets = GC.AllocateUninitializedArray<byte>(Length, pinned: true);
        try
        {
            lease.Span.CopyTo(octets);
            if (algorithm.IsTripleDes && TripleDES.IsWeakKey(octets))
            {
                throw new CryptographicException("A weak key of 3DES.");
            }

            var iv = new byte[algorithm.BlockBytes];
            return isForEncryption ? cipher.CreateEncryptor(octets, iv) : cipher.CreateDecryptor(octets, iv);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(octets);
        }
    }

    private ReadyKey? TakeReady()
    {
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        return ReadyKeys.Take(this);
    }

    private bool Fits(EncryptionAlgorithm algorithm) => Length == algorithm.KeyBytes;
}
