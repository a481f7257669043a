using System.Diagnostics;
using System.Security.Claims;
using System.Text;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Saml;
using SecureConversation.Engine.Xml;
using SecureConversation.Shared;
using SecureConversation.Testing;
using SecureConversation.Tests.Saml;

namespace SecureConversation.Tests.Attacks;

/// <summary>What an application's token handler gets, where the sender chose what stands around the assertion.</summary>
public sealed class HandedAssertionTests
{
    /// <summary>Each prefix occurs at each octet of the text, and nowhere as a word.</summary>
    [Fact]
    public void Prefixes_OfTheEnvelope_AreSoughtInOnePass()
    {
        var declarations = string.Concat(Enumerable.Range(1, 250).Select(i => $" xmlns:{new string('a', i)}=\"urn:a\""));
        var document = $"<e{declarations}><b:x xmlns:b=\"urn:b\">{new string('a', 190_000)}</b:x></e>";
        var place = XmlIndex.Parse(Encoding.UTF8.GetBytes(document), XmlLimits.Default).Root.FirstChild;
        var best = TimeSpan.MaxValue;
        for (var i = 0; i < 3; i++)
        {
            var watch = Stopwatch.StartNew();
            using var output = new PooledBytes();
            StandaloneElement.Write(place, output, SamlAssertion.MaxBytes);
            best = watch.Elapsed < best ? watch.Elapsed : best;
            Assert.Equal(place.End - place.Start, output.Length);
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{best.TotalMilliseconds} ms");
        Assert.True(best < TimeSpan.FromMilliseconds(60), $"{best.TotalMilliseconds} ms");
    }

    /// <summary>Whatever is declared around it, the handler finds the names that were read here, and nothing of its own in it.</summary>
    [Theory]
    [InlineData("")]
    [InlineData(" xmlns=\"urn:evil\"")]
    [InlineData(" xmlns=\"urn:oasis:names:tc:SAML:2.0:assertion\"")]
    [InlineData(" xmlns:saml2=\"urn:evil\" xmlns:ds=\"urn:evil\" xmlns:xsi=\"urn:evil\"")]
    [InlineData(" xmlns:a=\"urn:evil&#34; ID=&#34;_other\" xmlns:alice='urn:\"'")]
    [InlineData(" xmlns:xml=\"http://www.w3.org/XML/1998/namespace\" xml:base=\"http://evil\" xml:space=\"preserve\" xml:lang=\"xx\"")]
    public async Task Surroundings_ChangeNothing(string declarations)
    {
        var assertion = Encoding.UTF8.GetString(new HandSigned().Sign(AssertionJudgementTests.Bearer(
            subject: "<saml2:NameID>alice</saml2:NameID>", rest: "<saml2:AttributeStatement><saml2:Attribute Name=\"n\">"
            + "<saml2:AttributeValue><x xmlns=\"\" a=\"1\"/></saml2:AttributeValue></saml2:Attribute></saml2:AttributeStatement>")));
        var handler = new Handler();
        var place = XmlIndex.Parse(
            Encoding.UTF8.GetBytes($"<p:e xmlns:p=\"urn:p\"{declarations}>{assertion}</p:e>"), XmlLimits.Default).Root.FirstChild;
        await Assertions.ValidateAsync(place, SecurityKeyType.BearerKey, new() { TokenHandler = handler });
        var (alone, issued) = (Load(handler.Token!), Load(assertion));
        Assert.Equal(issued.DocumentElement!.Attributes["ID"]!.Value, alone.DocumentElement!.Attributes["ID"]!.Value);
        Assert.Equal(Names(issued.DocumentElement), Names(alone.DocumentElement));
    }

    /// <summary>The signature of what a handler gets is in the place, and over the element, in which handlers look for it.</summary>
    [Theory]
    [InlineData("unsigned", FailureCode.SignatureMissing)]
    [InlineData("wrapped", FailureCode.MalformedSecurityElement)]
    [InlineData("advice", FailureCode.UnresolvedReference)]
    [InlineData("twice", FailureCode.DuplicateId)]
    public async Task Wrapping_DoesNotReachTheHandler(string kind, FailureCode code)
    {
        var signed = Encoding.UTF8.GetString(new HandSigned().Sign(AssertionJudgementTests.Bearer()));
        var end = signed.IndexOf("</Signature>", StringComparison.Ordinal) + "</Signature>".Length;
        var signature = signed[signed.IndexOf("<Signature", StringComparison.Ordinal)..end];
        var evil = AssertionJudgementTests.Bearer(subject: "<saml2:NameID>admin</saml2:NameID>")
            .Replace("_assertion-1", kind == "twice" ? "_assertion-1" : "_evil", StringComparison.Ordinal);
        var document = kind switch
        {
            "unsigned" => evil.Replace("[signature]", "", StringComparison.Ordinal),
            "wrapped" => evil.Replace(
                "[signature]", signature.Insert(signature.Length - 12, $"<Object>{signed}</Object>"), StringComparison.Ordinal),
            _ => evil.Replace("[signature]", signature, StringComparison.Ordinal)
                .Replace("</saml2:Conditions>", $"</saml2:Conditions><saml2:Advice>{signed}</saml2:Advice>", StringComparison.Ordinal),
        };
        var handler = new Handler();
        await Assertions.RefusedAsync(code, Encoding.UTF8.GetBytes(document), SecurityKeyType.BearerKey, new() { TokenHandler = handler });
        Assert.Null(handler.Token);
    }

    private static System.Xml.XmlDocument Load(string xml)
    {
        var document = new System.Xml.XmlDocument { PreserveWhitespace = true, XmlResolver = null };
        document.LoadXml(xml);
        return document;
    }

    private static string[] Names(System.Xml.XmlElement element) => [.. new[] { $"{{{element.NamespaceURI}}}{element.LocalName}" }
        .Concat(element.Attributes.Cast<System.Xml.XmlAttribute>().Where(a => a.NamespaceURI != "http://www.w3.org/2000/xmlns/")
            .Select(a => $"@{{{a.NamespaceURI}}}{a.LocalName}={a.Value}"))
        .Concat(element.ChildNodes.OfType<System.Xml.XmlElement>().SelectMany(Names))
        .Concat([element.ChildNodes.OfType<System.Xml.XmlElement>().Any() ? "" : element.InnerText])];

    private sealed class Handler : IIssuedTokenHandler
    {
        public string? Token { get; private set; }

        public ValueTask<ClaimsPrincipal?> ValidateTokenAsync(ReadOnlyMemory<byte> token, CancellationToken cancellationToken)
        {
            Token = Encoding.UTF8.GetString(token.Span);
            return ValueTask.FromResult<ClaimsPrincipal?>(new(new ClaimsIdentity([new(ClaimTypes.Name, "holder")], "test")));
        }
    }
}
