using System.Buffers;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Replay;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Signature;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Receive;

/// <summary>
/// An encrypted child of the security header, decrypted alone and read as a ds:Signature. Its ciphertext is not authentic yet, so
/// bad padding, bad XML and a bad structure end in the same state after the same work; nothing is thrown.
/// </summary>
internal sealed class SealedSignature : IDisposable
{
    private static ReadOnlySpan<byte> WrapperEnd => "</w>"u8;

    private readonly PooledBytes _document;
    private readonly int _start;
    private readonly int _length;
    private XmlIndex? _index;

    private SealedSignature(PooledBytes document, int position, int start, int length)
    {
        _document = document;
        Position = position;
        _start = start;
        _length = length;
    }

    /// <summary>Its index among the children of the security header.</summary>
    public int Position { get; }

    /// <summary>The signature; null when the ciphertext holds none.</summary>
    public SignatureElement? Element { get; private set; }

    /// <summary>The certificate whose key is said to have made it; null for a symmetric key.</summary>
    public SigningCertificate? Signer { get; private set; }

    /// <summary>Whether padding and length are right. If not, its value is verified all the same.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>Whether the ciphertext came before with another last block: it is not used, and the message is refused.</summary>
    public bool IsRepeated { get; private set; }

    /// <summary>Why it could not be read, for the log.</summary>
    public SecurityFailureException? Failure { get; private set; }

    /// <summary>How many octets were not looked at.</summary>
    public int Unread { get; private set; }

    /// <summary>How many octets were decrypted.</summary>
    public int Length => _length;

    /// <summary>The decrypted element, where it is whole.</summary>
    public ReadOnlySpan<byte> Plaintext => _document.Span.Slice(_start, _length);

    /// <summary>Decrypts one child of the security header.</summary>
    /// <param name="part">The part.</param>
    /// <param name="wrapper">A start tag w that declares the namespaces in scope of the header.</param>
    /// <param name="requirements">The requirements for the message.</param>
    /// <param name="keys">The keys of the message.</param>
    /// <param name="attempts">Remembers the ciphertext; null where nothing is remembered.</param>
    /// <param name="all">Finds the key of an element that was read.</param>
    public static SealedSignature Open(
        EncryptedPart part,
        ReadOnlySpan<byte> wrapper,
        MessageRequirements requirements,
        KeyRing keys,
        SealedAttempts? attempts,
        SealedSignatures all)
    {
        var value = part.Data.CipherValue;
        var document = new PooledBytes(wrapper.Length + (value.ContentEnd - value.ContentStart) + 64);
        try
        {
            document.Write(wrapper);
            var isIntact = Decrypt(part, requirements, keys, attempts, document, out var length, out var isRepeated);
            document.Write(WrapperEnd);
            var opened = new SealedSignature(document, part.Location.Position, wrapper.Length, length)
            {
                IsWhole = isIntact,
                IsRepeated = isRepeated,
            };
            opened.Read(requirements, all);
            return opened;
        }
        catch
        {
            document.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _index?.Dispose();
        _document.Dispose();
    }

    /// <summary>
    /// Appends the plaintext. Without valid padding one octet counts as padding, so that the rest is still read as XML. A ciphertext of a
    /// wrong length, which everybody sees, loses its last octets.
    /// </summary>
    private static bool Decrypt(
        EncryptedPart part,
        MessageRequirements requirements,
        KeyRing keys,
        SealedAttempts? attempts,
        PooledBytes output,
        out int length,
        out bool isRepeated)
    {
        var algorithm = requirements.Suite.Encryption;
        var key = keys.ForEncryption(part.Data.Key);
        var value = part.Data.CipherValue;
        var encoded = value.ContentEnd - value.ContentStart;
        var cipher = ArrayPool<byte>.Shared.Rent((encoded / 4 * 3) + algorithm.MinCiphertextBytes + algorithm.BlockBytes);
        try
        {
            cipher.AsSpan(0, algorithm.MinCiphertextBytes).Clear();
            var isBase64 = value.TryDecodeBase64(cipher, out var read);
            var usable = Math.Max(read - (read % algorithm.BlockBytes), algorithm.MinCiphertextBytes);
            isRepeated = attempts?.TryBegin(cipher.AsSpan(0, usable), algorithm.LastBytes) == false;
            var plain = output.GetSpan(usable)[..(usable - algorithm.IvBytes - algorithm.TagBytes)];
            var isDecrypted = algorithm.IsAuthenticated
                ? key.TryDecryptAuthenticated(algorithm, cipher.AsSpan(0, usable), plain)
                : key.TryDecryptBlocks(algorithm, cipher.AsSpan(0, usable), plain);
            length = plain.Length;
            var isPadded = algorithm.IsAuthenticated || CbcPadding.TryRemove(plain, algorithm.BlockBytes, out length);
            plain[length..].Clear();
            output.Advance(length);
            return isBase64 & isDecrypted & isPadded & read == usable;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(cipher);
        }
    }

    private void Read(MessageRequirements requirements, SealedSignatures all)
    {
        var reached = 0;
        try
        {
            // One that is recognized has not been read: should it be refused, as much is read of a stand-in as of any other.
            var written = requirements.IsAsymmetric ? null
                : WrittenForm.Read(_document.Memory.Slice(_start, _length), requirements.Suite, Limits.MaxSignedParts);
            Unread = written is null ? 0 : _length;
            var element = written ?? ReadXml(requirements, ref reached);
            Signer = all.FindKey(element);
            SealedForm.RequireName(element.Key, Signer?.Certificate);
            if (IsRepeated)
            {
                Fail.With(FailureCode.Replayed);
            }

            Element = element;
        }
        catch (SecurityFailureException e)
        {
            Failure = IsRepeated ? new(FailureCode.Replayed, "an encrypted signature with another last block") : e;
            Unread = Math.Clamp(_start + _length - reached, 0, _length);
        }
    }

    private SignatureElement ReadXml(MessageRequirements requirements, ref int reached)
    {
        var fragment = new FragmentBoundary(_start, _start + _length, SingleElement: true);
        _index = XmlIndex.Parse(_document.Memory, XmlLimits.Default, [fragment], ref reached);
        var root = _index.Root.FirstChild;
        if (!root.Is(Ds.Signature))
        {
            Fail.With(FailureCode.SignatureMissing);
        }

        var element = SignatureElement.Read(root, requirements.Protocol, Limits.MaxSignedParts);
        SealedForm.Require(root, Plaintext);
        return element;
    }
}
