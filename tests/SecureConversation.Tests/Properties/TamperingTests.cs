using System.Text;
using SecureConversation.Tests.Attacks;

namespace SecureConversation.Tests.Properties;

/// <summary>Whatever happens to one octet of a message: it is refused, or says what it said before.</summary>
public sealed class TamperingTests
{
    private const int Samples = 150;

    public static IEnumerable<object[]> Messages =>
        from binding in new[] { "mutualcert//session", "mutualcert/encrypt-first/session", "mutualcert/sign-first/single", "duplex//single", "username//single" }
        from change in new[] { "flip", "delete", "repeat" }
        select new object[] { binding, change };

    [Theory]
    [MemberData(nameof(Messages))]
    public async Task OctetOfARequest_Changed_IsRefusedOrMeansTheSame(string binding, string change)
    {
        using var scene = await Scene.OpenAsync(binding);
        using var original = scene.Request();
        var bytes = original.Envelope.ToArray();
        for (var i = 0; i < Samples; i++)
        {
            // Spread over the message, deterministic, each run of a change at other places.
            var position = (int)(((long)i * bytes.Length / Samples) + (change.Length * 7) + (i % 5)) % bytes.Length;
            using var result = await scene.ReceiveAsync(Change(bytes, position, change, i));
            switch (result)
            {
                case ServiceResult.Respond respond:
                    Assert.NotEqual(FailureCode.None, respond.Code);
                    Assert.True(respond.Code != FailureCode.Internal, $"position {position}");
                    break;
                case ServiceResult.Dispatch dispatch:
                    RequireSame(dispatch);
                    // The value of the signature is spent: go on with another message.
                    using (var next = scene.Request())
                    {
                        bytes = next.Envelope.ToArray();
                    }

                    break;
            }
        }
    }

    [Theory]
    [InlineData("mutualcert//session")]
    [InlineData("mutualcert//single")]
    [InlineData("duplex//single")]
    public async Task OctetOfAReply_Changed_IsRefusedOrMeansTheSame(string binding)
    {
        using var scene = await Scene.OpenAsync(binding);
        using var request = scene.Request();
        using var result = await scene.ReceiveAsync(request.Envelope);
        using var reply = Assert.IsType<ServiceResult.Dispatch>(result).Secure(Roles.Loopback.Reply(scene.Version));
        var bytes = reply.Envelope.ToArray();
        for (var i = 0; i < Samples; i++)
        {
            try
            {
                using var verified = request.VerifyReply(Change(bytes, i * bytes.Length / Samples, i % 2 == 0 ? "flip" : "delete", i));
                Assert.Contains("<EchoResponse xmlns=\"urn:e\"/>", Encoding.UTF8.GetString(verified.Envelope.Span), StringComparison.Ordinal);
            }
            catch (SecureConversationException)
            {
                // Refused, by the one exception that callers are promised.
            }
        }
    }

    [Theory]
    [InlineData("mutualcert//session")]
    [InlineData("mutualcert-2007//single")]
    [InlineData("duplex//single")]
    public async Task WhiteSpaceBetweenHeaders_IsAccepted(string binding)
    {
        using var scene = await Scene.OpenAsync(binding);
        using var request = scene.Request();
        var document = Forgery.Load(request.Envelope);
        foreach (var parent in new[] { document.DocumentElement!, (System.Xml.XmlElement)document.DocumentElement!.FirstChild!, Forgery.Child((System.Xml.XmlElement)document.DocumentElement.FirstChild!, "Security") })
        {
            foreach (var child in parent.ChildNodes.Cast<System.Xml.XmlNode>().ToArray())
            {
                parent.InsertBefore(document.CreateWhitespace("\n  "), child);
            }
        }

        await scene.AcceptedAsync(Encoding.UTF8.GetBytes("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n" + document.OuterXml));
    }

    private static void RequireSame(ServiceResult.Dispatch dispatch)
    {
        Assert.Equal("urn:e/Echo", dispatch.Request.Action);
        Assert.Equal(Roles.Loopback.Address.AbsoluteUri, dispatch.Request.To);
        var envelope = Encoding.UTF8.GetString(dispatch.Request.Envelope.Span);
        Assert.Contains("<Echo xmlns=\"urn:e\"><text>h&amp;i é</text></Echo>", envelope, StringComparison.Ordinal);
    }

    private static byte[] Change(byte[] bytes, int position, string change, int seed) => change switch
    {
        "flip" => [.. bytes[..position], (byte)(bytes[position] ^ (1 << (seed % 8))), .. bytes[(position + 1)..]],
        "delete" => [.. bytes[..position], .. bytes[(position + 1)..]],
        _ => [.. bytes[..position], bytes[position], .. bytes[position..]],
    };
}
