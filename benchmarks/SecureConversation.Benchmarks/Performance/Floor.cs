using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;

namespace SecureConversation.Benchmarks.Performance;

/// <summary>
/// The primitives that no implementation of a message can do without, over the very bytes of that message and nothing else: a digest of
/// each signed part, the HMAC of SignedInfo, AES and base64 of what is encrypted, and one pass over the text on each side. Neither XML nor
/// copies, nothing is allocated, and the keys are there: those of a session are derived once.
/// </summary>
internal sealed class Floor : IDisposable
{
    private readonly MessageParts _parts;
    private readonly byte[][] _encoded;
    private readonly byte[] _cipher;
    private readonly byte[] _text;
    private readonly Aes _aes = Aes.Create();

    public Floor(MessageParts parts)
    {
        _parts = parts;
        _aes.SetKey(parts.Secret);
        _encoded = [.. parts.Encrypted.Select(plain => Encoding.ASCII.GetBytes(Convert.ToBase64String(_aes.EncryptCbc(plain, parts.Nonce))))];
        _cipher = new byte[_encoded.Max(text => text.Length)];
        _text = new byte[_encoded.Max(text => text.Length) + 64];
    }

    public void Secure()
    {
        Require(Utf8.IsValid(_parts.Plain));
        Authenticate();
        foreach (var plain in _parts.Encrypted)
        {
            var length = _aes.EncryptCbc(plain, _parts.Nonce, _cipher);
            Base64.EncodeToUtf8(_cipher.AsSpan(0, length), _text, out _, out _);
        }
    }

    public void Verify()
    {
        Require(Utf8.IsValid(_parts.Plain));
        Authenticate();
        foreach (var text in _encoded)
        {
            Base64.DecodeFromUtf8(text, _cipher, out _, out var length);
            _aes.DecryptCbc(_cipher.AsSpan(0, length), _parts.Nonce, _text);
        }
    }

    public void Dispose() => _aes.Dispose();

    /// <summary>The same on both sides: the digests and the HMAC.</summary>
    private void Authenticate()
    {
        Span<byte> hash = stackalloc byte[32];
        foreach (var part in _parts.Signed)
        {
            _ = _parts.IsSha256 ? SHA256.HashData(part, hash) : SHA1.HashData(part, hash);
        }

        _ = _parts.IsSha256 ? HMACSHA256.HashData(_parts.Secret, _parts.SignedInfo, hash) : HMACSHA1.HashData(_parts.Secret, _parts.SignedInfo, hash);
    }

    private static void Require(bool holds)
    {
        if (!holds)
        {
            throw new InvalidOperationException("Not UTF-8.");
        }
    }
}

/// <summary>The bytes of a message that its cryptography reads.</summary>
/// <param name="Plain">The envelope without security.</param>
/// <param name="Signed">Each part that the signature covers.</param>
/// <param name="SignedInfo">What the HMAC reads.</param>
/// <param name="Encrypted">The plaintext of each EncryptedData.</param>
/// <param name="Secret">The key of the session.</param>
/// <param name="IsSha256">Of the suite: SHA-256 or SHA-1.</param>
internal sealed record MessageParts(byte[] Plain, byte[][] Signed, byte[] SignedInfo, byte[][] Encrypted, byte[] Secret, bool IsSha256)
{
    public byte[] Nonce { get; } = new byte[16];
}
