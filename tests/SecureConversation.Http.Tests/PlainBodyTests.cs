using System.Text;
using SecureConversation.Http.Internal;

namespace SecureConversation.Http.Tests;

/// <summary>A body that is taken as it stands is the one that a reader and a writer of XML make of it.</summary>
public sealed class PlainBodyTests
{
    private const string Soap = "http://www.w3.org/2003/05/soap-envelope";

    private static readonly string[] Pieces =
    [
        "<a>", "</a>", "<b x=\"1\">", "</b>", "<p:c>", "</p:c>", "<b xmlns=\"urn:n\">", "</b>", "<a/>", "<a />", "text", " ",
        "\n", "\t", "\r\n",
        "&amp;", "&lt;", "&gt;", "&#xD;", "&quot;", ">", "]]", "'", "\"", "s:x", "a:b", "http://x", "<!-- c -->", "<![CDATA[<x>]]>",
        "<?pi x?>",
        "<s:Body>", "</s:Body>", "é", "\u0085", "\u2028", "😀", "<b x='1'>", "</b>", "<b  x=\"1\">", "</b>", "<b x=\"a&amp;b\">", "</b>",
        "<b x=\"a\tb\">", "</b>", "<b xml:lang=\"en\">", "</b>", "<q:d xmlns:q=\"urn:q\" q:y=\"1\">", "</q:d>", "<d y=\"'>'\">", "</d>",
        "<i q:nil=\"true\" xmlns:q=\"urn:q\">", "</i>", "<b xmlns=\"\">", "</b>", "</a >", "\u007f",
    ];

    [Theory]
    [InlineData("<r xmlns=\"urn:e\"><v>x</v></r>")]
    [InlineData("<r xmlns=\"urn:e\" xmlns:i=\"urn:i\"><i:v i:nil=\"true\"></i:v>a &lt; b</r>")]
    [InlineData("<p:r xmlns:p=\"urn:e\" a=\"1\">\n  <p:v>é😀</p:v>\n</p:r>")]
    public void UsualBody_IsTakenAsItStands(string body)
    {
        var envelope = Envelope("", "<h x=\"1>2\">y</h>", "", body);
        Assert.Equal(body, PlainBody.TryTake(envelope));
        Assert.Equal(body, EnvelopeBody.Rewrite(Encoding.UTF8.GetBytes(envelope)));
    }

    [Theory]
    [InlineData("", "", "", "<s:r></s:r>")]
    [InlineData("", "", "", "<r t=\"s:string\"></r>")]
    [InlineData(" xmlns=\"urn:d\"", "", "", "<r></r>")]
    [InlineData("", "", " xmlns=\"urn:d\"", "<r></r>")]
    [InlineData("", "", " xmlns:d=\"urn:d\"", "<d:r></d:r>")]
    [InlineData("", "<h xmlns:s=\"urn:s\"><s:Body></s:Body></h>", "", "<r></r>")]
    [InlineData("", "<h><s:Body></s:Body></h>", "", "<r></r>")]
    [InlineData("", "", "", "<r></r><s:Body></s:Body>")]
    [InlineData("", "", "", "<r></r><r></r>")]
    [InlineData("", "", "", "<r></r> ")]
    [InlineData("", "", "", "<r/>")]
    [InlineData("", "", "", "")]
    [InlineData("", "", "", "text")]
    public void OtherBody_IsWritten(string envelope, string header, string attributes, string body) =>
        Assert.Null(PlainBody.TryTake(Envelope(envelope, header, attributes, body)));

    [Fact]
    public void AnyBodyThatIsTaken_IsWhatIsWritten()
    {
        var random = new Random(13);
        var taken = 0;
        for (var i = 0; i < 200_000; i++)
        {
            string Some(int most) => string.Concat(Enumerable.Range(0, random.Next(most)).Select(_ => Pieces[random.Next(Pieces.Length)]));
            var attributes = random.Next(4) == 0 ? " xmlns:p=\"urn:p\" u=\"1\"" : "";
            var root = random.Next(3) == 0 ? " xmlns:p=\"urn:p2\"" : " xmlns=\"urn:r\"";
            var envelope = Envelope(random.Next(4) == 0 ? " xmlns:p=\"urn:p1\"" : "", random.Next(3) == 0 ? Some(4) : "", attributes,
                random.Next(8) == 0 ? Some(5) : $"<r{root}>{Some(6)}</r>");
            if (PlainBody.TryTake(envelope) is not { } body || Written(envelope) is not { } written)
            {
                continue;
            }

            taken++;
            Assert.Equal(written, body);
        }

        Assert.True(taken > 1000, $"{taken} bodies were taken.");
    }

    private static string Envelope(string declarations, string header, string attributes, string body) =>
        $"<s:Envelope xmlns:s=\"{Soap}\"{declarations}><s:Header>{header}</s:Header><s:Body{attributes}>{body}</s:Body></s:Envelope>";

    /// <summary>Null for what is not well-formed, which the engine does not hand out.</summary>
    private static string? Written(string envelope)
    {
        try
        {
            System.Xml.Linq.XDocument.Parse(envelope);
            return EnvelopeBody.Rewrite(Encoding.UTF8.GetBytes(envelope));
        }
        catch (System.Xml.XmlException)
        {
            return null;
        }
    }
}
