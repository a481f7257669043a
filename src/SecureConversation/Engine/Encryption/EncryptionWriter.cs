using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Encryption;

/// <summary>Writes the elements that XML Encryption adds to a message.</summary>
internal static class EncryptionWriter
{
    /// <summary>
    /// Encrypts octets and writes xenc:EncryptedData. Id and Type are left out inside an EncryptedHeader, which has an Id
    /// itself (recorded from WCF).
    /// </summary>
    /// <param name="output">Takes the element.</param>
    /// <param name="id">The Id; null for none.</param>
    /// <param name="isContent">Whether the octets are the content of an element, and not an element.</param>
    /// <param name="plain">The octets.</param>
    /// <param name="endsWithTag">Whether they end with an end tag of this library, into which white space is put.</param>
    /// <param name="key">The key.</param>
    /// <param name="suite">The algorithm.</param>
    /// <param name="keyReference">Writes the reference to the key; null for none.</param>
    /// <param name="random">Source of the IV and the padding.</param>
    public static void EncryptedData(
        PooledBytes output,
        string? id,
        bool isContent,
        ReadOnlySpan<byte> plain,
        bool endsWithTag,
        SymmetricKey key,
        SecurityAlgorithmSuite suite,
        Action<PooledBytes>? keyReference,
        RandomSource random)
    {
        output.Write("<e:EncryptedData xmlns:e=\"http://www.w3.org/2001/04/xmlenc#\""u8);
        if (id is not null)
        {
            TokenWriter.Attribute(output, "Id", id);
            TokenWriter.Attribute(output, "Type", isContent ? Uris.EncryptedContent : Uris.EncryptedElement);
        }

        output.Write("><e:EncryptionMethod Algorithm=\""u8);
        output.WriteText(suite.Encryption.Uri);
        output.Write("\"></e:EncryptionMethod>"u8);
        if (keyReference is not null)
        {
            output.Write("<KeyInfo xmlns=\"http://www.w3.org/2000/09/xmldsig#\">"u8);
            keyReference(output);
            output.Write("</KeyInfo>"u8);
        }

        output.Write("<e:CipherData><e:CipherValue>"u8);
        var spaces = endsWithTag ? SpacesFor(plain.Length, suite.Encryption.BlockBytes) : 0;
        var length = SymmetricKey.GetCiphertextLength(suite.Encryption, plain.Length + spaces);
        var tag = endsWithTag ? 1 : 0;

        // The ciphertext stands at the end of the room for its base64, which is written from the front: a large message needs no more room.
        var encoded = output.GetSpan(Base64.GetMaxEncodedToUtf8Length(length))[..Base64.GetMaxEncodedToUtf8Length(length)];
        var cipher = encoded[^length..];
        key.Encrypt(suite.Encryption, plain[..^tag], spaces, plain[^tag..], cipher, random);
        EncodeForward(cipher, encoded);
        output.Advance(encoded.Length);
        output.Write("</e:CipherValue></e:CipherData></e:EncryptedData>"u8);
    }

    /// <summary>Encodes octets that end where the result ends: each chunk is copied before its place is written to.</summary>
    private static void EncodeForward(ReadOnlySpan<byte> octets, Span<byte> encoded)
    {
        Span<byte> chunk = stackalloc byte[3 * 1024];
        for (var written = 0; octets.Length > 0; octets = octets[chunk.Length..])
        {
            chunk = chunk[..Math.Min(chunk.Length, octets.Length)];
            octets[..chunk.Length].CopyTo(chunk);
            Base64.EncodeToUtf8(chunk, encoded[written..], out _, out var length);
            written += length;
        }
    }

    /// <summary>
    /// White space in a tag, which canonical form leaves out (Canonical XML section 1.1), so that the padding has one octet. No MAC covers
    /// the others: who puts a block of another ciphertext in the place of one of them learns from acceptance what it decrypts to.
    /// </summary>
    private static int SpacesFor(int length, int block) => block - 1 - (length % block);

    /// <summary>
    /// Wraps a key by RSA and writes xenc:EncryptedKey; returns SHA-1 of its cipher value, by which the reply names the key.
    /// </summary>
    public static byte[] EncryptedKey(
        PooledBytes output,
        string? id,
        RSA recipient,
        SymmetricKey key,
        SecurityAlgorithmSuite suite,
        Action<PooledBytes> keyReference,
        List<string> references)
    {
        StartEncryptedKey(output, id, suite.AsymmetricKeyWrap.Uri);
        if (suite.AsymmetricKeyWrap.DigestUri is { } digest)
        {
            output.Write("<DigestMethod xmlns=\"http://www.w3.org/2000/09/xmldsig#\" Algorithm=\""u8);
            output.WriteText(digest);
            output.Write("\"></DigestMethod>"u8);
        }

        if (suite.AsymmetricKeyWrap.MgfUri is { } mgf)
        {
            output.Write("<MGF xmlns=\"http://www.w3.org/2009/xmlenc11#\" Algorithm=\""u8);
            output.WriteText(mgf);
            output.Write("\"></MGF>"u8);
        }

        output.Write("</e:EncryptionMethod><KeyInfo xmlns=\"http://www.w3.org/2000/09/xmldsig#\">"u8);
        keyReference(output);
        output.Write("</KeyInfo>"u8);
        return EndEncryptedKey(output, RsaKeyTransport.Wrap(recipient, suite.AsymmetricKeyWrap, key), references);
    }

    /// <summary>
    /// Wraps a key for a key on an elliptic curve and writes xenc:EncryptedKey with <see cref="AgreementMethod"/>; returns SHA-1 of its
    /// cipher value.
    /// </summary>
    public static byte[] EncryptedKey(
        PooledBytes output,
        string? id,
        ECDiffieHellman recipient,
        X509Certificate2 certificate,
        SymmetricKey key,
        KeyAgreementAlgorithm algorithm,
        Action<PooledBytes> keyReference,
        List<string> references)
    {
        var curve = NamedCurve.Of(certificate)!;
        var octets = X509Facts.Of(certificate).Raw;
        var (point, wrapped) = EcdhKeyTransport.Wrap(recipient, curve, octets, algorithm, key);
        StartEncryptedKey(output, id, algorithm.WrapUri);
        output.Write("</e:EncryptionMethod><KeyInfo xmlns=\"http://www.w3.org/2000/09/xmldsig#\"><e:AgreementMethod Algorithm=\""u8);
        output.WriteText(AlgorithmUris.EcdhEs);
        output.Write("\"><KeyDerivationMethod xmlns=\"http://www.w3.org/2009/xmlenc11#\" Algorithm=\""u8);
        output.WriteText(AlgorithmUris.ConcatKdf);
        output.Write("\"><ConcatKDFParams"u8);
        Octets(output, "AlgorithmID", algorithm.AlgorithmId);
        Octets(output, "PartyUInfo", point);
        Octets(output, "PartyVInfo", algorithm.RecipientInfo(octets));
        output.Write("><DigestMethod xmlns=\"http://www.w3.org/2000/09/xmldsig#\" Algorithm=\""u8);
        output.WriteText(algorithm.Digest.Uri);
        output.Write("\"></DigestMethod></ConcatKDFParams></KeyDerivationMethod><e:OriginatorKeyInfo><KeyValue>"u8);
        output.Write("<ECKeyValue xmlns=\"http://www.w3.org/2009/xmldsig11#\"><NamedCurve URI=\""u8);
        output.WriteText(curve.Uri);
        output.Write("\"></NamedCurve><PublicKey>"u8);
        output.WriteBase64(point);
        output.Write("</PublicKey></ECKeyValue></KeyValue></e:OriginatorKeyInfo><e:RecipientKeyInfo>"u8);
        keyReference(output);
        output.Write("</e:RecipientKeyInfo></e:AgreementMethod></KeyInfo>"u8);
        return EndEncryptedKey(output, wrapped, references);
    }

    /// <summary>
    /// Wraps a key for an ML-KEM key and writes xenc:EncryptedKey with <see cref="EncapsulationMethod"/>; returns SHA-1 of its cipher
    /// value.
    /// </summary>
    public static byte[] EncryptedKey(
        PooledBytes output,
        string? id,
        MLKem recipient,
        X509Certificate2 certificate,
        SymmetricKey key,
        KeyEncapsulationAlgorithm algorithm,
        Action<PooledBytes> keyReference,
        List<string> references)
    {
        var parameters = MLKemParameters.Of(certificate)!;
        var (encapsulation, wrapped) = MLKemKeyTransport.Wrap(recipient, parameters, X509Facts.Of(certificate).Raw, algorithm, key);
        StartEncryptedKey(output, id, algorithm.WrapUri);
        output.Write("</e:EncryptionMethod><KeyInfo xmlns=\"http://www.w3.org/2000/09/xmldsig#\"><k:EncapsulationMethod"u8);
        TokenWriter.Attribute(output, "xmlns:k", Ns.Kem);
        TokenWriter.Attribute(output, "Algorithm", parameters.Uri);
        output.Write("><DigestMethod Algorithm=\""u8);
        output.WriteText(algorithm.Digest.Uri);
        output.Write("\"></DigestMethod><k:Encapsulation>"u8);
        output.WriteBase64(encapsulation);
        output.Write("</k:Encapsulation><e:RecipientKeyInfo>"u8);
        keyReference(output);
        output.Write("</e:RecipientKeyInfo></k:EncapsulationMethod></KeyInfo>"u8);
        return EndEncryptedKey(output, wrapped, references);
    }

    /// <summary>A bit string of whole octets: the first one says that no bits are padding (XML Encryption 1.1 section 5.4.1).</summary>
    private static void Octets(PooledBytes output, string name, byte[] octets) =>
        TokenWriter.Attribute(output, name, "00" + Convert.ToHexString(octets));

    private static void StartEncryptedKey(PooledBytes output, string? id, string algorithm)
    {
        output.Write("<e:EncryptedKey xmlns:e=\"http://www.w3.org/2001/04/xmlenc#\""u8);
        if (id is not null)
        {
            TokenWriter.Attribute(output, "Id", id);
        }

        output.Write("><e:EncryptionMethod Algorithm=\""u8);
        output.WriteText(algorithm);
        output.Write("\">"u8);
    }

    private static byte[] EndEncryptedKey(PooledBytes output, byte[] wrapped, List<string> references)
    {
        output.Write("<e:CipherData><e:CipherValue>"u8);
        output.WriteBase64(wrapped);
        output.Write("</e:CipherValue></e:CipherData>"u8);
        if (references.Count > 0)
        {
            ReferenceList(output, references, declare: false);
        }

        output.Write("</e:EncryptedKey>"u8);
        return SHA1.HashData(wrapped);
    }

    /// <summary>Writes xenc:ReferenceList; inside an EncryptedKey it need not declare the namespace.</summary>
    /// <param name="output">Takes the element.</param>
    /// <param name="references">The Ids of the encrypted parts.</param>
    /// <param name="declare">Whether to declare the namespace.</param>
    /// <param name="listId">The wsu:Id by which a signature names the list; null for none.</param>
    public static void ReferenceList(PooledBytes output, List<string> references, bool declare = true, string? listId = null)
    {
        output.Write(declare ? "<e:ReferenceList xmlns:e=\"http://www.w3.org/2001/04/xmlenc#\""u8 : "<e:ReferenceList"u8);
        if (listId is not null)
        {
            TokenWriter.Attribute(output, "xmlns:u", Ns.Wsu);
            TokenWriter.Attribute(output, "u:Id", listId);
        }

        output.Write(">"u8);
        foreach (var id in references)
        {
            output.Write("<e:DataReference URI=\"#"u8);
            output.WriteAttribute(id);
            output.Write("\"></e:DataReference>"u8);
        }

        output.Write("</e:ReferenceList>"u8);
    }
}
