using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Xml.Linq;
using SecureConversation.Policy.Tests.Policies;
using static SecureConversation.Policy.Tests.Policies.Shapes;

namespace SecureConversation.Policy.Tests.Wsdl;

/// <summary>What a stranger's WSDL may do: be refused in words, soon, and with little memory.</summary>
public sealed class HostileTests
{
    private const string Open = "<wsp:Policy xmlns:wsp='http://schemas.xmlsoap.org/ws/2004/09/policy' "
        + "xmlns:u='http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd'";

    [Theory]
    [InlineData("<!DOCTYPE d [<!ENTITY a 'b'>]><d>&a;</d>")]
    [InlineData("<!DOCTYPE d SYSTEM 'file:///etc/hostname'><d/>")]
    [InlineData("<!DOCTYPE d [<!ENTITY % p SYSTEM 'http://127.0.0.1:1/p'> %p;]><d/>")]
    [InlineData("<d>&unknown;</d>")]
    [InlineData("<d>")]
    [InlineData("")]
    [InlineData("\0\0\0")]
    public void Document_WithADtdOrNotWellFormed_IsAnErrorWithItsPlace(string text)
    {
        var failure = Assert.Throws<PolicyException>(() => Import(text));
        Assert.Equal("hostile.wsdl", failure.Location?.Document);
        Assert.Contains("not well-formed, or has a DTD", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Document_Deep_IsRefused() =>
        Refused(string.Concat(Enumerable.Repeat("<a>", 100_000)) + string.Concat(Enumerable.Repeat("</a>", 100_000)), "MaxDepth");

    [Fact]
    public void Document_WithManyElements_IsRefused() =>
        Refused($"<a>{string.Concat(Enumerable.Repeat("<a/>", 1_200_000))}</a>", "MaxElements");

    [Fact]
    public void Document_WithManyAttributes_IsRefused() =>
        Refused($"<a>{string.Concat(Enumerable.Repeat("<a b='' c='' d='' e='' f=''/>", 240_000))}</a>", "MaxElements");

    [Fact]
    public void Document_Endless_IsReadToItsLimitAndNoFurther()
    {
        using var endless = new EndlessStream();
        var failure = Assert.Throws<PolicyException>(() => new WsdlImporter().Import(endless));
        Assert.Contains("MaxDocumentBytes", failure.Message, StringComparison.Ordinal);
        Assert.InRange(endless.Position, 1, (16 << 20) + (1 << 20));
    }

    [Fact]
    public void Choices_ThatMultiply_AreCountedAndNotExpanded()
    {
        var choices = string.Concat(Enumerable.Repeat("{ other:A | other:B } ", 60));
        TooMany(Notation.Policy(choices));
    }

    [Fact]
    public void Choices_InNestedPolicies_AreCountedAndNotExpanded() =>
        TooMany(Notation.Policy($"other:X({string.Concat(Enumerable.Repeat("other:Y({ other:A | other:B }) ", 60))})"));

    [Fact]
    public void OptionalAssertions_AreCountedAndNotExpanded() =>
        TooMany(Notation.Policy(string.Concat(Enumerable.Repeat("other:A? ", 60))));

    [Fact]
    public void Choices_BesideAnEmptyOne_AreCountedAndNotExpanded()
    {
        var policy = Notation.Policy(string.Concat(Enumerable.Repeat("{ other:A | other:B } ", 60)));
        policy.Add(new XElement(policy.Name.Namespace + "ExactlyOne"));
        TooMany(policy);
        policy.AddFirst(new XElement(policy.Name.Namespace + "ExactlyOne"));
        Assert.Equal(PolicyOutcome.Refused, Assert.Single(PolicyImporter.Import(policy)).Outcome);
    }

    [Fact]
    public void References_ThatDouble_AreCountedAndNotExpanded()
    {
        var text = new StringBuilder("<all>");
        for (var i = 0; i < 60; i++)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"{Open} u:Id='p{i}'><wsp:PolicyReference URI='#p{i + 1}'/><wsp:PolicyReference URI='#p{i + 1}'/></wsp:Policy>");
        }

        text.Append(CultureInfo.InvariantCulture, $"{Open} u:Id='p60'/></all>");
        var policy = XDocument.Parse(text.ToString()).Root!.Elements().First();
        Assert.Contains("MaxPolicyNodes", Soon(() => PolicyImporter.Import(policy)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("#p0", 1)]
    [InlineData("#p0", 7)]
    public void References_InACircle_AreAnError(string back, int length)
    {
        var text = new StringBuilder("<all>");
        for (var i = 0; i < length; i++)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"{Open} u:Id='p{i}'><wsp:All><wsp:PolicyReference URI='{(i == length - 1 ? back : $"#p{i
                    + 1}")}'/></wsp:All></wsp:Policy>");
        }

        var policy = XDocument.Parse(text.Append("</all>").ToString()).Root!.Elements().First();
        Assert.Contains("contains itself", Soon(() => PolicyImporter.Import(policy)), StringComparison.Ordinal);
    }

    [Fact]
    public void Policy_Deep_IsRefused()
    {
        var policy = new XElement(XName.Get("Policy", "http://schemas.xmlsoap.org/ws/2004/09/policy"));
        for (var i = 0; i < 3000; i++)
        {
            policy = new XElement(policy.Name, policy);
        }

        Assert.Contains("MaxDepth", Soon(() => PolicyImporter.Import(policy)), StringComparison.Ordinal);
    }

    [Fact]
    public void Text_OfAStranger_IsCutAndHasNoControlCharacters()
    {
        var policy = Notation.Policy(Symmetric);
        policy.Descendants(Notation.Sp12 + "X509Token").First()
            .SetAttributeValue(Notation.Sp12 + "IncludeToken", new string('x', 100_000) + "\u001b[31m\r\n");
        policy.Add(new XElement("{urn:x}" + new string('y', 100_000)));
        var refusals = Assert.Single(PolicyImporter.Import(policy)).Refusals;
        Assert.Equal(2, refusals.Length);
        Assert.All(refusals, r => Assert.True(r.Reason.Length < 1000));
        Assert.DoesNotContain(refusals, r => r.Reason.Any(char.IsControl));
    }

    [Fact]
    public void ManyMistakes_MakeAShortList()
    {
        var policy = Notation.Policy(string.Concat(Enumerable.Range(0, 900).Select(i => $"other:A{i} ")));
        Assert.InRange(Assert.Single(PolicyImporter.Import(policy)).Refusals.Length, 1, 32);
    }

    [Fact]
    public void ManyOperations_WithManyAlternatives_AreReadSoon()
    {
        var wsdl = WsdlText.With(("binding", $"{{ {string.Join(" | ", Enumerable.Repeat(Symmetric, 32))} }}"));
        var binding = wsdl.Root!.Element(WsdlText.Wsdl + "binding")!;
        var portType = wsdl.Root.Element(WsdlText.Wsdl + "portType")!;
        for (var i = 0; i < 300; i++)
        {
            portType.Add(new XElement(WsdlText.Wsdl + "operation", new XAttribute("name", $"o{i}"), new XElement(WsdlText.Wsdl + "input")));
            binding.Add(new XElement(
                WsdlText.Wsdl + "operation", new XAttribute("name", $"o{i}"), new XElement(WsdlText.Wsdl + "input"),
                Notation.Policy($"{{ {string.Join(" | ", Enumerable.Repeat($"{Client} other:No", 30))} }}")));
        }

        var watch = Stopwatch.StartNew();
        Assert.Equal(PolicyOutcome.Refused, WsdlText.Import(wsdl).Outcome);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), watch.Elapsed.ToString());
    }

    [Fact]
    public void ManyPorts_AreRefused()
    {
        var wsdl = WsdlText.With(("binding", Symmetric));
        var service = wsdl.Root!.Element(WsdlText.Wsdl + "service")!;
        var port = service.Elements().Single();
        service.Add(Enumerable.Range(0, 300).Select(i => new XElement(port)));
        Assert.Contains("MaxEndpoints", Assert.Throws<PolicyException>(() => WsdlText.Import(wsdl)).Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, string> BrokenWsdls => new()
    {
        { "<x/>", "no wsdl:definitions" },
        { "<definitions xmlns='http://www.w3.org/ns/wsdl'/>", "no wsdl:definitions" },
        { Definitions("<d:service name='s'><d:port name='p'/></d:service>"), "has no binding" },
        { Definitions("<d:service name='s'><d:port name='p' binding='x:b'/></d:service>"), "prefix that is not declared" },
        { Definitions("<d:service name='s'><d:port name='p' binding=''/></d:service>"), "is no name" },
        { Definitions("<d:service name='s'><d:port name='p' binding='b'/></d:service>"), "no wsdl:binding" },
        { Definitions("<d:binding/>"), "has no name" },
        {
            Definitions("<d:binding name='b'/><d:binding name='b'/><d:service name='s'><d:port name='p' binding='b'/></d:service>"),
            "several"
        },
        { Definitions("<d:import location='other.wsdl'/>"), "no place from which to follow" },
    };

    [Theory]
    [MemberData(nameof(BrokenWsdls))]
    public void Wsdl_AgainstTheRules_IsAnError(string text, string words) =>
        Assert.Contains(words, Assert.Throws<PolicyException>(() => Import(text)).Message, StringComparison.Ordinal);

    private static string Definitions(string content) =>
        $"<d:definitions xmlns:d='http://schemas.xmlsoap.org/wsdl/'>{content}</d:definitions>";

    private static void Refused(string text, string words) => Assert.Contains(words, Soon(() => Import(text)), StringComparison.Ordinal);

    private static void TooMany(XElement policy) =>
        Assert.Contains("MaxAlternatives", Soon(() => PolicyImporter.Import(policy)), StringComparison.Ordinal);

    private static string Soon(Action action)
    {
        var watch = Stopwatch.StartNew();
        var message = Assert.Throws<PolicyException>(action).Message;
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), watch.Elapsed.ToString());
        return message;
    }

    private static void Import(string text) => new WsdlImporter().Import(new MemoryStream(Encoding.UTF8.GetBytes(text)), "hostile.wsdl");

    /// <summary>An element that never ends.</summary>
    private sealed class EndlessStream : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get; set; }

        public override int Read(byte[] buffer, int offset, int count)
        {
            buffer.AsSpan(offset, count).Fill((byte)'a');
            if (Position == 0)
            {
                buffer[offset] = (byte)'<';
            }

            Position += count;
            return count;
        }

        public override void Flush() => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
