using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Claims;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Engine.Sessions;

/// <summary>
/// Who the client of a session is, in few octets. An identity that the engine made of a certificate or a user name is made of it again;
/// any other is written out with its claims.
/// <code>
/// octet   0 as it is, 1 compressed, with the length before
///   octet             the form: 0 anonymous, 1 of the certificate, 2 of a user name, 3 claims
///   length, octets    the certificate in DER; no octets when there is none
///   octets            the user name in UTF-8, or the principal as ClaimsPrincipal writes it
/// </code>
/// </summary>
internal static class CookieIdentity
{
    /// <summary>A principal takes no more when it is read, whatever it was compressed to.</summary>
    public const int MaxBytes = 64 * 1024;

    // The best ratio for a kilobyte that takes microseconds: a handshake takes a private key besides. Slower ones save few octets more.
    private const int Quality = 6;
    private const int Window = 16;

    private enum Form : byte
    {
        Anonymous,
        Certificate,
        UserName,
        Claims,
    }

    /// <exception cref="InvalidOperationException">The claims of the client are too many.</exception>
    public static byte[] Write(ClaimsPrincipal user, X509Certificate2? certificate)
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true))
        {
            var form = FormOf(user, certificate);
            writer.Write((byte)form);
            var der = certificate is null ? default : certificate.RawDataMemory.Span;
            writer.Write7BitEncodedInt(der.Length);
            writer.Write(der);
            if (form == Form.UserName)
            {
                writer.Write(Encoding.UTF8.GetBytes(user.Identity!.Name!));
            }
            else if (form == Form.Claims)
            {
                user.WriteTo(writer);
            }
        }

        var plain = stream.GetBuffer().AsSpan(0, (int)stream.Length);
        if (plain.Length > MaxBytes)
        {
            throw new InvalidOperationException($"The identity of the client takes {plain.Length:N0} octets, and the cookie of a session "
                + $"at most {MaxBytes:N0}: have the authenticator return fewer claims, or set RequireCancellation to true.");
        }

        return Compress(plain);
    }

    /// <summary>Reads what <see cref="Write"/> wrote; false for anything else.</summary>
    public static bool TryRead(ReadOnlySpan<byte> octets, out ClaimsPrincipal user, out X509Certificate2? certificate)
    {
        (user, certificate) = (null!, null);
        if (Decompress(octets) is not { } plain)
        {
            return false;
        }

        try
        {
            using var stream = new MemoryStream(plain, writable: false);
            using var reader = new BinaryReader(stream);
            var form = (Form)reader.ReadByte();
            var length = reader.Read7BitEncodedInt();
            if (length > 0)
            {
                certificate = KnownCertificates.Load(reader.ReadBytes(length));
            }

            user = form switch
            {
                Form.Anonymous => ClientIdentity.CreateAnonymous(),
                Form.Certificate when certificate is not null => ClientIdentity.FromCertificate(certificate),
                Form.UserName => ClientIdentity.FromUserName(Encoding.UTF8.GetString(reader.ReadBytes(plain.Length))),
                Form.Claims => new ClaimsPrincipal(reader),
                _ => throw new IOException("An unknown form."),
            };
            return true;
        }
        catch (Exception e) when (e is IOException or ArgumentException or FormatException
            or System.Security.Cryptography.CryptographicException)
        {
            certificate?.Dispose();
            certificate = null;
            return false;
        }
    }

    /// <summary>How the principal can be made again so that nothing of it is lost.</summary>
    private static Form FormOf(ClaimsPrincipal user, X509Certificate2? certificate) =>
        ClientIdentity.AreEqual(user, ClientIdentity.CreateAnonymous()) ? Form.Anonymous
        : certificate is not null && ClientIdentity.AreEqual(user, ClientIdentity.FromCertificate(certificate)) ? Form.Certificate
        : user.Identity?.Name is { Length: > 0 } name && ClientIdentity.AreEqual(user, ClientIdentity.FromUserName(name)) ? Form.UserName
        : Form.Claims;

    private static byte[] Compress(ReadOnlySpan<byte> plain)
    {
        const int Header = 1 + sizeof(int);
        var compressed = new byte[Header + plain.Length];
        if (!BrotliEncoder.TryCompress(plain, compressed.AsSpan(Header), out var written, Quality, Window)
            || Header + written >= plain.Length + 1)
        {
            return [0, .. plain];
        }

        compressed[0] = 1;
        BinaryPrimitives.WriteInt32LittleEndian(compressed.AsSpan(1), plain.Length);
        return compressed[..(Header + written)];
    }

    private static byte[]? Decompress(ReadOnlySpan<byte> octets)
    {
        if (octets is [0, ..])
        {
            return octets[1..].ToArray();
        }

        var length = octets is [1, _, _, _, _, ..] ? BinaryPrimitives.ReadInt32LittleEndian(octets[1..]) : 0;
        if (length is <= 0 or > MaxBytes)
        {
            return null;
        }

        var plain = new byte[length];
        return BrotliDecoder.TryDecompress(octets[5..], plain, out var written) && written == length ? plain : null;
    }
}
