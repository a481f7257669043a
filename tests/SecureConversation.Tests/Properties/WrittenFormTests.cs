using System.Text;
using SecureConversation.Binding;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Receive;
using SecureConversation.Engine.Signature;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Tests.Properties;

/// <summary>A signature that is recognized by its octets is read as the XML reader reads it, whatever was changed in it.</summary>
public sealed class WrittenFormTests
{
    private const int MaxReferences = 8;

    private static readonly ProtocolVersion Protocol = ProtocolVersion.Of(MessageSecurityVersion.Default);

    // What may stand in another place: mark-up, white space, digits of base64, letters.
    private static readonly byte[] Octets = "<>&\"'/= \t\r\n#:;!-_.A9+zx\0\u007f\u0080\u00ff"u8.ToArray();

    public static TheoryData<string, bool, bool> Forms
    {
        get
        {
            var forms = new TheoryData<string, bool, bool>();
            foreach (var suite in new[] { "Basic256", "Basic256Sha256" })
            {
                forms.Add(suite, false, false);
                forms.Add(suite, true, true);
            }

            return forms;
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void WhatTheSenderWrites_IsRecognized(string suite, bool hasId, bool hasType)
    {
        var octets = Write(suite, hasId, hasType, references: 7);
        Assert.NotNull(WrittenForm.Read(octets, SecurityAlgorithmSuite.Parse(suite), MaxReferences));
        AssertSame(octets, suite);
        Assert.NotNull(WrittenForm.Read(Replace(octets, "</Signature>", "</Signature   >"), SecurityAlgorithmSuite.Parse(suite), MaxReferences));
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void WhateverIsChanged_IsReadAlike_OrNotRecognized(string suite, bool hasId, bool hasType)
    {
        var octets = Write(suite, hasId, hasType, references: 2);
        for (var i = 0; i <= octets.Length; i++)
        {
            if (i < octets.Length)
            {
                AssertSame([.. octets[..i], .. octets[(i + 1)..]], suite);
            }

            foreach (var octet in Octets)
            {
                AssertSame([.. octets[..i], octet, .. octets[i..]], suite);
                if (i < octets.Length)
                {
                    AssertSame([.. octets[..i], octet, .. octets[(i + 1)..]], suite);
                }
            }
        }
    }

    [Fact]
    public void OtherForms_AreNotRecognized()
    {
        const string suite = "Basic256Sha256";
        var octets = Write(suite, hasId: false, hasType: true, references: 2);
        Refuse(Replace(octets, "SignedInfo>", "x:SignedInfo>"));
        Refuse(Replace(octets, "URI=\"#_0\"", "URI=\"\""));
        Refuse(Replace(octets, "xmlenc#sha256", "xmlenc#sha512"));
        Refuse(Replace(octets, "</Signature>", "</Signature>" + new string(' ', 1)));
        Refuse(Replace(octets, "</Signature>", "</Signature" + new string(' ', 16) + ">"));
        Refuse(Replace(octets, "<SignatureValue>", "<SignatureValue> "));
        Refuse(Replace(octets, "</KeyInfo>", "</KeyInfo><Object></Object>"));
        Refuse(Write(suite, hasId: false, hasType: false, references: MaxReferences + 1));
        Refuse([]);

        static void Refuse(byte[] changed) => Assert.Null(WrittenForm.Read(changed, SecurityAlgorithmSuite.Parse(suite), MaxReferences));
    }

    private static byte[] Write(string suiteName, bool hasId, bool hasType, int references)
    {
        var suite = SecurityAlgorithmSuite.Parse(suiteName);
        using var writer = new SignatureWriter(suite);
        for (var i = 0; i < references; i++)
        {
            var digest = new byte[suite.Digest.Size];
            new Random(i).NextBytes(digest);
            writer.Add(new PartDigest($"_{i}", digest, i % 2 == 0 ? [] : "q xsi #default"u8.ToArray()), symmetric: true);
        }

        using var output = new PooledBytes();
        using var key = SymmetricKey.From(new byte[32]);
        writer.Finish(output, hasId ? "_9" : null, key,
            o => TokenWriter.LocalReference(o, "uuid-1-s", hasType ? Protocol.DkTokenType : null));
        return output.Span.ToArray();
    }

    private static byte[] Replace(byte[] octets, string old, string with) =>
        Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(octets).Replace(old, with, StringComparison.Ordinal));

    private static void AssertSame(byte[] octets, string suiteName)
    {
        if (WrittenForm.Read(octets, SecurityAlgorithmSuite.Parse(suiteName), MaxReferences) is not { } recognized)
        {
            return;
        }

        try
        {
            using var index = XmlIndex.Parse(octets, XmlLimits.Default);
            var read = SignatureElement.Read(index.Root, Protocol, MaxReferences);
            SealedForm.Require(index.Root, octets);
            Assert.Equal(read.Id?.ToString(), recognized.Id?.ToString());
            Assert.Equal(read.SignatureMethod, recognized.SignatureMethod);
            Assert.Equal(read.Value, recognized.Value);
            Assert.Equal(read.Key.Kind, recognized.Key.Kind);
            Assert.Equal(read.Key.LocalId, recognized.Key.LocalId);
            Assert.Equal(read.References.Count, recognized.References.Count);
            foreach (var (one, other) in read.References.Zip(recognized.References))
            {
                Assert.Equal(one.Id, other.Id);
                Assert.Equal(one.InclusivePrefixes.ToArray(), other.InclusivePrefixes.ToArray());
                Assert.Equal(one.DigestAlgorithm, other.DigestAlgorithm);
                Assert.Equal(one.DigestValue, other.DigestValue);
                Assert.Equal(one.DereferencesToken, other.DereferencesToken);
            }

            using var canonical = read.Canonicalize();
            using var copied = recognized.Canonicalize();
            Assert.True(canonical.WrittenSpan.SequenceEqual(copied.WrittenSpan));
        }
        catch (SecurityFailureException e)
        {
            Assert.Fail($"{e.Message}: {Encoding.Latin1.GetString(octets)}");
        }
    }
}
