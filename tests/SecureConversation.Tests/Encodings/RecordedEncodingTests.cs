using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using SecureConversation.Binding;
using SecureConversation.Testing.Vectors;

namespace SecureConversation.Tests.Encodings;

/// <summary>
/// Entity bodies that WCF sent as MTOM and in its binary encoding. Both roles are given them by encoding in the tests of the vectors; here
/// they are compared with the text that a WCF stack makes of them, and with what we write.
/// </summary>
public sealed partial class RecordedEncodingTests
{
    public static TheoryData<string> Names =>
        ["mutualcert-duplex-2007+mtom-soap11", "sc-mutualcert+mtom", "sc-mutualcert+binary", "sc-mutualcert-2007+binary"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Decode_GivesTheTextThatWcfReads(string name)
    {
        var vector = VectorArchive.Get($"encodings/{name}");
        Assert.All(vector.Messages, message =>
            Assert.Equal(Encoding.UTF8.GetString(message.ReadText()!), Encoding.UTF8.GetString(message.ReadBytes())));
    }

    /// <summary>Boundary and part names are random, and the only difference.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Encode_WritesThePackageThatWcfWrote(string name)
    {
        var vector = VectorArchive.Get($"encodings/{name}");
        foreach (var message in vector.Messages.Where(m => Path.GetExtension(m.Record.File) == ".mtom"))
        {
            var version = vector.File.Binding.SoapVersion == "Soap11" ? MessageVersion.Soap11WSAddressing10 : MessageVersion.Soap12WSAddressing10;
            using var encoded = EnvelopeEncoding.Encode(message.ReadText()!, MessageEncoding.Mtom, version);

            Assert.Equal(Neutral(message.Record.ContentType!), Neutral(encoded.ContentType));
            Assert.Equal(Neutral(message.ReadEntity()), Neutral(Octets(encoded)));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Encode_WritesBinaryThatIsReadAsTheSame(string name)
    {
        var vector = VectorArchive.Get($"encodings/{name}");
        foreach (var message in vector.Messages.Where(m => vector.File.Binding.SoapVersion != "Soap11"))
        {
            var text = message.ReadText()!;
            using var encoded = EnvelopeEncoding.Encode(text, MessageEncoding.Binary, MessageVersion.Soap12WSAddressing10);
            var octets = Octets(encoded);
            using var decoded = EnvelopeEncoding.Decode(octets, encoded.ContentType);

            Assert.Equal(Canonical(text), Canonical(decoded.Envelope.ToArray()));
            // Names as numbers and values as octets: WCF's own records are about as short.
            if (Path.GetExtension(message.Record.File) == ".msbin1")
            {
                Assert.InRange(octets.Length, message.ReadEntity().Length / 2, message.ReadEntity().Length * 5 / 4);
            }
        }
    }

    private static byte[] Octets(EncodedEnvelope encoded)
    {
        var octets = encoded.ReadChunks().SelectMany(chunk => chunk.ToArray()).ToArray();
        Assert.Equal(encoded.Length, octets.Length);
        return octets;
    }

    private static string Canonical(byte[] text)
    {
        using var reader = XmlDictionaryReader.CreateTextReader(text, XmlDictionaryReaderQuotas.Max);
        var document = new XmlDocument { PreserveWhitespace = true };
        document.Load(reader);
        var transform = new System.Security.Cryptography.Xml.XmlDsigExcC14NTransform();
        transform.LoadInput(document);
        using var output = new StreamReader((Stream)transform.GetOutput(typeof(Stream)));
        return output.ReadToEnd();
    }

    private static string Neutral(byte[] package) => Neutral(Encoding.Latin1.GetString(package));

    private static string Neutral(string package) => PartId().Replace(Boundary().Replace(package, "uuid:B+id=1"), "tempuri.org/$1/N");

    [GeneratedRegex(@"uuid:[0-9a-f-]{36}\+id=\d+")]
    private static partial Regex Boundary();

    [GeneratedRegex(@"tempuri\.org/(\d+)/\d+")]
    private static partial Regex PartId();
}
