using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using SecureConversation.Binding;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Signature;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Receive;

/// <summary>
/// A signature of this library's own, which is read and verified in place of one that a message failed to bring, so that both take
/// as long. Its value is as long as the key and never holds.
/// </summary>
internal sealed class StandInSignature
{
    // A list of prefixes makes a signature longer than its references do.
    private const int ListStep = 4096;

    // Stand-ins are kept for lengths in steps of one reference, or of the list, so there are never many.
    private static readonly ConcurrentDictionary<(int References, int Lists), StandInSignature> Known = new();
    private static readonly byte[] Broken = "<w><"u8.ToArray();

    // About the length of one with a single reference.
    private const int Smallest = 900;

    // Below every modulus, so that a verification with a public key is done to its end.
    private static readonly byte[] Value = [.. Enumerable.Repeat((byte)0x5A, SignatureElement.MaxSignatureBytes)];

    private readonly byte[] _document;
    private readonly SignatureElement _element;

    private StandInSignature(int references, int listBytes)
    {
        _document = Encoding.UTF8.GetBytes(Write(references, listBytes));
        _element = Read(XmlIndex.Parse(_document, XmlLimits.Default));
    }

    /// <summary>The stand-in for a plaintext of about that length in bytes.</summary>
    public static StandInSignature OfLength(int length)
    {
        var references = Math.Clamp((length - 600) / Reference.Length, 1, Limits.MaxSignedParts);
        var lists = Math.Clamp((length - 600 - (references * Reference.Length)) / ListStep, 0, MaxLists);
        return Known.GetOrAdd((references, lists), static of => new StandInSignature(of.References, of.Lists * ListStep));
    }

    /// <summary>Throws and catches failures, for readings that have not caused any.</summary>
    public static void Throw(int times)
    {
        for (var i = 0; i < times; i++)
        {
            try
            {
                XmlIndex.Parse(Broken, XmlLimits.Default).Dispose();
            }
            catch (SecurityFailureException)
            {
                // That is its purpose.
            }
        }
    }

    /// <summary>Reads signatures with about as many octets as were left unread.</summary>
    public static void Parse(int unread)
    {
        while (unread > Smallest / 2)
        {
            var document = OfLength(unread)._document;
            using var index = XmlIndex.Parse(document, XmlLimits.Default);
            Read(index);
            unread -= document.Length;
        }
    }

    /// <summary>Verifies the value, which does not hold, with a symmetric key.</summary>
    public void Verify(SecurityAlgorithmSuite suite, SymmetricKey key) => SignatureVerification.Spend(_element, suite, key, Value);

    /// <summary>Verifies the value, which does not hold, with the public key of a certificate.</summary>
    public void Verify(SecurityAlgorithmSuite suite, X509Certificate2 certificate) =>
        SignatureVerification.Spend(_element, suite, certificate, Value);

    private const int MaxLists = InclusivePrefixes.MaxListBytes / ListStep;

    private const string Reference =
        "<Reference URI=\"#_00\"><Transforms><Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"></Transform></Transforms>"
        + "<DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"></DigestMethod>"
        + "<DigestValue>AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=</DigestValue></Reference>";

    private static SignatureElement Read(XmlIndex index) =>
        SignatureElement.Read(index.Root, ProtocolVersion.Of(MessageSecurityVersion.Default), Limits.MaxSignedParts);

    private static string Write(int references, int listBytes) =>
        "<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\"><SignedInfo>"
        + "<CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"></CanonicalizationMethod>"
        + "<SignatureMethod Algorithm=\"http://www.w3.org/2000/09/xmldsig#hmac-sha1\"></SignatureMethod>"
        + string.Concat(Enumerable.Repeat(Reference, references - 1))
        + (listBytes == 0 ? Reference : Reference.Replace("></Transform>", $"><InclusiveNamespaces xmlns=\"{Ns.ExcC14N}\" PrefixList=\""
            + $"{new string('p', listBytes)}\"></InclusiveNamespaces></Transform>", StringComparison.Ordinal))
        + "</SignedInfo><SignatureValue>WlpaWlpaWlpaWlpaWlpaWlpaWlo=</SignatureValue><KeyInfo>"
        + "<o:SecurityTokenReference xmlns:o=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd\">"
        + "<o:Reference URI=\"#_0\"></o:Reference></o:SecurityTokenReference></KeyInfo></Signature>";
}
