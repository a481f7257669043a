using System.Text;
using System.Xml.Linq;
using SecureConversation.Binding;
using SecureConversation.Tests.Attacks;

namespace SecureConversation.Tests.Roles;

/// <summary>The service writes a RelatesTo into every reply, whatever MessageID and envelope look like.</summary>
public sealed class RelatesToTests
{
    /// <summary>The content of a MessageID, as XML.</summary>
    private static readonly string[] MessageIds =
    [
        "urn:x", "a&lt;b&amp;\"'&#xD;&#x9;]]&gt;", "  x\n y ", "ab<!-- c -->d",
        "<![CDATA[<&]]>", "\U0001F600é&#x85;&#x2028;", "", "&#xA0;x&#xA0;",
    ];

    /// <summary>Replies, with SOAP and WSA for the namespaces. Ids and prefixes clash with those of the library.</summary>
    private static readonly string[] Replies =
    [
        "<s:Envelope xmlns:s='SOAP'><s:Body><R/></s:Body></s:Envelope>",
        "<s:Envelope xmlns:s='SOAP'><s:Header/><s:Body/></s:Envelope>",
        "<s:Envelope xmlns:s='SOAP'><s:Header></s:Header><s:Body><R/></s:Body></s:Envelope>",
        "<Envelope xmlns='SOAP'><Header/><Body><R xmlns=''/></Body></Envelope>",
        "<a:Envelope xmlns:a='SOAP' xmlns:u='urn:other' xmlns:s='urn:s' xmlns:h='urn:h'>"
            + "<a:Body><R u:Id='_0' Id='_1'/></a:Body></a:Envelope>",
        $"<s:Envelope xmlns:s='SOAP' xmlns:u='{Forgery.Wsu}'><s:Header>"
            + "<w:Action xmlns:w='WSA' u:Id='_0'>urn:r</w:Action><X xmlns='urn:x' u:Id='_2'><Y u:Id='_1'/></X></s:Header>"
            + "<s:Body u:Id='_1'><R u:Id='_3'/></s:Body></s:Envelope>",
        "<s:Envelope xmlns:s='SOAP'><s:Header><w:Action xmlns:w='WSA' xmlns:u='urn:clash' u:Id='q'>urn:r</w:Action></s:Header>"
            + "<s:Body xmlns:u='urn:clash2' xmlns:u1='urn:c3'><R/></s:Body></s:Envelope>",
        "<s:Envelope xmlns:s='SOAP'><!-- c --><s:Header  ><!-- x --> </s:Header ><!-- d --><s:Body  /></s:Envelope  >",
    ];

    public static TheoryData<string, string> BindingsAndVersions
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var version in MessageVersion.All.Where(v => v.Addressing != AddressingVersion.None))
            {
                data.Add("mutualcert//session", version.Name);
                data.Add("mutualcert/sign-first/session", version.Name);
                data.Add("mutualcert//single", version.Name);
                data.Add("mutualcert/encrypt-first/single", version.Name);
                data.Add("duplex//single", version.Name);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(BindingsAndVersions))]
    public async Task Reply_OfAnyShape_RelatesToTheRequest(string name, string versionName)
    {
        var version = MessageVersion.All.Single(v => v.Name == versionName);
        using var loopback = new Loopback(Bindings.Create(name, version: version));
        using var session = loopback.Binding.EstablishesSession ? await loopback.OpenAsync() : null;

        // Every shape with a plain Id and with the worst one; every Id with the two shapes that have no header blocks.
        var pairs =
            from m in MessageIds
            from r in Replies
            where MessageIds.Take(2).Contains(m) || Replies.Take(2).Contains(r)
            select (m, r);
        foreach (var (messageId, reply) in pairs)
        {
            var plain = Loopback.RequestWithId(version, messageId);
            using var request = session?.Secure(plain) ?? loopback.Client.Secure(plain, Loopback.Address);
            using var result = await loopback.Service.ReceiveAsync(request.Envelope);
            var dispatch = Assert.IsType<ServiceResult.Dispatch>(result);
            // White space at the ends of a URI does not count.
            var text = XElement.Parse($"<m>{messageId}</m>", LoadOptions.PreserveWhitespace).Value;
            Assert.Equal(text.Trim(), dispatch.Request.MessageId!.Trim());

            using var secured = dispatch.Secure(Fill(reply, version));
            using var verified = request.VerifyReply(secured.Envelope);
            Assert.Equal(dispatch.Request.MessageId, verified.RelatesTo);
        }
    }

    private static byte[] Fill(string reply, MessageVersion version)
    {
        var any = XDocument.Parse(Encoding.UTF8.GetString(Loopback.Request(version))).Root!;
        return Encoding.UTF8.GetBytes(reply.Replace("SOAP", any.Name.NamespaceName, StringComparison.Ordinal)
            .Replace("WSA", any.GetNamespaceOfPrefix("a")!.NamespaceName, StringComparison.Ordinal));
    }
}
