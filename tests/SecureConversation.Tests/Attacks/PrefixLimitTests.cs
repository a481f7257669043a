using System.Net.Security;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using System.Xml.Serialization;
using SecureConversation.Binding;
using SecureConversation.Engine.Xml;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Attacks;

/// <summary>
/// XmlSerializer declares a prefix for each element of a derived type: q1, q2 and so on. A message may have any number of them: what our
/// sender sends, our receiver takes, and an operation that has run gets its reply sent.
/// </summary>
public sealed class PrefixLimitTests
{
    // What the root of the bodies declares for itself, which an encrypted one lists first.
    private const string Own = "#default i ";

    private const string Xsi = "xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\"";

    public static TheoryData<string> Orders =>
    [
        "mutualcert//session", "mutualcert/sign-first/session", "mutualcert/encrypt-first/session", "mutualcert//single",
    ];

    [Theory]
    [MemberData(nameof(Orders))]
    public async Task ListOfDerivedTypes_OfAnyLength_MakesTheRoundTrip(string binding)
    {
        foreach (var count in new[] { 1, 127, 128, 129, 1000, 10_000 })
        {
            var text = new StringBuilder();
            using (var writer = XmlWriter.Create(text, new XmlWriterSettings { OmitXmlDeclaration = true }))
            {
                new XmlSerializer(typeof(Drawing)).Serialize(writer, new Drawing { Shapes = [.. Enumerable.Range(0, count).Select(i => new Circle { Number = i })] });
            }

            await RoundTripAsync(binding, text.ToString(), count > InclusivePrefixes.MaxPrefixes);
        }
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public async Task NumberOfPrefixes_AroundTheLimit_MakesTheRoundTrip(string binding)
    {
        const int Room = InclusivePrefixes.MaxPrefixes - 2;
        for (var count = Room - 2; count <= Room + 2; count++)
        {
            await RoundTripAsync(binding, Siblings(Enumerable.Range(0, count).Select(i => $"p{i}")), count > Room);
        }
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public async Task LengthOfTheList_AroundTheLimit_MakesTheRoundTrip(string binding)
    {
        // 511 octets and a space: 63 names leave room for one that is a little longer.
        var names = Enumerable.Range(0, 63).Select(i => $"p{i:D2}".PadRight(511, 'x')).ToList();
        var rest = InclusivePrefixes.MaxListBytes - (63 * 512) - Own.Length;
        for (var length = rest - 3; length <= rest; length++)
        {
            await RoundTripAsync(binding, Siblings([.. names, new string('z', length)]), leavesOut: false);
            await RoundTripAsync(binding, Siblings([.. names, new string('z', length), .. Enumerable.Range(0, 4).Select(i => $"q{i}")]), leavesOut: true);
        }
    }

    /// <summary>Headers and the body share the room of one signature.</summary>
    [Theory]
    [MemberData(nameof(Orders))]
    public async Task ListsOfSeveralParts_ShareTheRoom(string binding)
    {
        var header = $"<h:Add xmlns:h=\"urn:h\" {Xsi}>{string.Concat(Enumerable.Range(0, 200).Select(i => Sibling("h".PadRight(120, 'h') + i)))}</h:Add>";
        await RoundTripAsync(binding, Siblings(Enumerable.Range(0, 100).Select(i => "b".PadRight(120, 'b') + i)), leavesOut: true, header);
    }

    [Fact]
    public async Task PrefixesWithinTheLimit_AreAllSigned_ThoseBeyondAreNot()
    {
        using var scene = await Scene.OpenAsync("mutualcert/sign-first/single",
            protection: ChannelProtectionRequirements.Default.WithDefault(ProtectionLevel.Sign));
        var body = Siblings(Enumerable.Range(0, InclusivePrefixes.MaxPrefixes + 1).Select(i => $"p{i}"));
        async Task<FailureCode> Rebind(int number)
        {
            using var request = scene.Request(body);
            var wire = Encoding.UTF8.GetString(request.Envelope.Span);
            using var result = await scene.ReceiveAsync(Encoding.UTF8.GetBytes(wire.Replace($" xmlns:p{number}=\"urn:x\"", $" xmlns:p{number}=\"urn:e\"", StringComparison.Ordinal)));
            return (result as ServiceResult.Respond)?.Code ?? FailureCode.None;
        }

        Assert.Equal(FailureCode.DigestMismatch, await Rebind(0));
        Assert.Equal(FailureCode.DigestMismatch, await Rebind(InclusivePrefixes.MaxPrefixes - 1));
        Assert.Equal(FailureCode.None, await Rebind(InclusivePrefixes.MaxPrefixes));
    }

    [Fact]
    public async Task Bound_TakesAsManyPrefixesAsAListHolds_AndRefusesMoreInWords()
    {
        // What is encrypted first is digested as ciphertext, which declares nothing; what is signed alone has to be listed.
        await RoundTripAsync("mutualcert/bound/session", Siblings(Enumerable.Range(0, InclusivePrefixes.MaxPrefixes + 1).Select(i => $"p{i}")), leavesOut: false);
        var signed = ChannelProtectionRequirements.Default.WithDefault(ProtectionLevel.Sign);
        await RoundTripAsync("mutualcert/bound/session", Siblings(Enumerable.Range(0, InclusivePrefixes.MaxPrefixes - 20).Select(i => $"p{i}")), leavesOut: false, protection: signed);
        using var scene = await Scene.OpenAsync("mutualcert/bound/session", protection: signed);
        var error = Assert.Throws<ArgumentException>(() => scene.Request(Siblings(Enumerable.Range(0, InclusivePrefixes.MaxPrefixes + 1).Select(i => $"p{i}"))));
        Assert.Contains("PrefixList", error.Message, StringComparison.Ordinal);
    }

    private static string Siblings(IEnumerable<string> prefixes) => $"<E xmlns=\"urn:e\" {Xsi} i:nil=\"false\">{string.Concat(prefixes.Select(Sibling))}</E>";

    private static string Sibling(string prefix) => $"<a xmlns:{prefix}=\"urn:x\" i:type=\"{prefix}:T\"/>";

    private static async Task RoundTripAsync(string binding, string body, bool leavesOut, string header = "",
        ChannelProtectionRequirements? protection = null)
    {
        using var log = new RecordedLog();
        using var scene = await Scene.OpenAsync(binding, options: new MessageSecurityServiceOptions { FailureAnswers = Loopback.AtOnce, LoggerFactory = log }, protection: protection);
        for (var i = 0; i < 2; i++)
        {
            using var request = scene.Request(body, header);
            using var result = await scene.ReceiveAsync(request.Envelope);
            var dispatch = Assert.IsType<ServiceResult.Dispatch>(result);
            Assert.Equal(Types(body), Types(Encoding.UTF8.GetString(dispatch.Request.Envelope.Span)));
            using var reply = dispatch.Secure(Loopback.Reply(scene.Version, body));
            using var verified = request.VerifyReply(reply.Envelope);
            Assert.Equal(Types(body), Types(Encoding.UTF8.GetString(verified.Envelope.Span)));
        }

        // The log is that of the service, whose replies have no such header. An encrypted body is listed for what it takes from outside.
        if (header.Length == 0 && !binding.Contains("encrypt-first", StringComparison.Ordinal))
        {
            Assert.Equal(leavesOut ? 1 : 0, log.Entries.Count(e => e.Id == 25));
        }
    }

    /// <summary>The type that each xsi:type of the body stands for.</summary>
    private static List<(XNamespace? Namespace, string Name)> Types(string xml) =>
        [.. XDocument.Parse(xml).Descendants().Where(e => e.Name.LocalName is "E" or "Shapes").Elements()
            .Select(e => (Element: e, Type: e.Attributes().Single(a => a.Name.LocalName == "type").Value.Split(':')))
            .Select(t => (t.Element.GetNamespaceOfPrefix(t.Type[0]), t.Type[1]))];

    [XmlType(Namespace = "urn:shapes")]
    [XmlInclude(typeof(Circle))]
    public class Shape
    {
        public int Number { get; set; }
    }

    [XmlType(Namespace = "urn:circles")]
    public sealed class Circle : Shape
    {
        public int Radius { get; set; }
    }

    [XmlRoot("Draw", Namespace = "urn:e")]
    public sealed class Drawing
    {
        public Shape[] Shapes { get; set; } = [];
    }
}
