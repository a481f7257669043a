using System.Text;
using SecureConversation.Binding;
using SecureConversation.Interop.Support;
using SecureConversation.Testing.Peers;

namespace SecureConversation.Interop.Wss4j;

/// <summary>
/// Our service accepts what WSS4J sends as a client, and WSS4J accepts the reply: its prefixes, its prefix lists, its order of the
/// header, the certificate references that it writes.
/// </summary>
public sealed class ForeignClientTests
{
    private static readonly string[] Suites = ["Basic256", "Basic256Sha256", "Basic128", "TripleDes", "Basic256Rsa15", "Basic128Sha256Rsa15"];

    /// <summary>Prefix lists, which WSS4J adds under the Basic Security Profile; tokens behind their use; line breaks.</summary>
    private static readonly string[] Styles = ["", "bsp=true", "layout=backward", "bsp=true layout=backward indented"];

    public static TheoryData<string, string> SuitesAndStyles
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var suite in Suites)
            {
                foreach (var style in Styles)
                {
                    data.Add(suite, style);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(SuitesAndStyles))]
    public async Task MutualCertificate_IsServed(string suite, string style)
    {
        await RequireServedAsync("mutualcert", suite, style, "ek-dk", ForeignMessage.ClientKeys, "conversation=2005", "encryptSignature=true");
        await RequireServedAsync("mutualcert-2007", suite, style, "ek-dk", ForeignMessage.ClientKeys, "conversation=1.3", "encryptSignature=true");
    }

    [Theory]
    [MemberData(nameof(SuitesAndStyles))]
    public async Task MutualCertificateOfVersion10_IsServed(string suite, string style) =>
        await RequireServedAsync("mutualcert-wss10", suite, style, "x509", ForeignMessage.ClientKeys, "encryptSignature=true", "encryptionReference=ski");

    [Theory]
    [MemberData(nameof(SuitesAndStyles))]
    public async Task UserName_IsServed(string suite, string style) =>
        await RequireServedAsync("username", suite, style, "ek-dk", PeerKeys.None.WithPassword(Loopback.ClientCredentials.UserName!.Password), "user=alice", "encryptSignature=true");

    [Theory]
    [MemberData(nameof(SuitesAndStyles))]
    public async Task AnonymousClient_IsServed(string suite, string style) =>
        await RequireServedAsync("anonymous", suite, style, "ek-dk", PeerKeys.None, "encryptSignature=true");

    [Theory]
    [InlineData("mutualcert", "ek-dk", "encryptionReference", "issuer")]
    [InlineData("mutualcert", "ek-dk", "encryptionReference", "ski")]
    [InlineData("mutualcert", "ek-dk", "encryptionReference", "thumbprint")]
    [InlineData("mutualcert-wss10", "x509", "encryptionReference", "issuer")]
    [InlineData("mutualcert-wss10", "x509", "encryptionReference", "ski")]
    [InlineData("duplex", "x509", "encryptionReference", "thumbprint")]
    public async Task EveryReferenceToTheServiceCertificate_IsUnderstood(string binding, string kind, string option, string style) =>
        await RequireServedAsync(binding, "Basic256", "", kind, ForeignMessage.ClientKeys, "encryptSignature=true", $"{option}={style}");

    [Theory]
    [InlineData("mutualcert", "ek-dk")]
    [InlineData("mutualcert-wss10", "x509")]
    public async Task SignatureInClear_IsServedInTheOrderThatAsksForIt(string bootstrap, string kind)
    {
        await RequireServedAsync(bootstrap, "Basic256", "bsp=true", kind, ForeignMessage.ClientKeys, "order=sign-first", "encryptionReference=ski");
        Assert.Equal(FailureCode.PartNotEncrypted, await CodeOfAsync(bootstrap, kind));
    }

    /// <summary>As in WCF: a reference list behind the signature says that encryption came first, in every layout.</summary>
    [Fact]
    public async Task ReferenceListBehindTheSignature_IsRefused()
    {
        Assert.Equal(FailureCode.ProtectionOrderMismatch, await CodeOfAsync("mutualcert", "ek-dk", "encryptSignature=true", "layout=own"));
    }

    /// <summary>Of an asymmetric binding the list is in the EncryptedKey, which WSS4J puts first by itself.</summary>
    [Fact]
    public async Task OrderThatWss4jWrites_IsServedInTheLaxLayout() =>
        await RequireServedAsync("mutualcert-wss10", "Basic256", "layout=own bsp=true", "x509", ForeignMessage.ClientKeys, "encryptSignature=true", "encryptionReference=ski");

    [Fact]
    public async Task BackwardLayout_IsRefusedInTheStrictOne()
    {
        PeerAvailability.Require(Wss4jPeer.MissingReason);
        using var loopback = new Loopback(Bindings.Create("mutualcert//single", SecurityAlgorithmSuite.Basic256));
        var made = ForeignMessage.Make("ek-dk", ForeignMessage.Envelope(), ForeignMessage.ClientKeys, "encryptSignature=true", "layout=backward");
        using var result = await loopback.Service.ReceiveAsync(ForeignMessage.BytesOf(made));
        Assert.Equal(FailureCode.LayoutViolation, Assert.IsType<ServiceResult.Respond>(result).Code);
    }

    private static async Task<FailureCode> CodeOfAsync(string bootstrap, string kind, params string[] options)
    {
        PeerAvailability.Require(Wss4jPeer.MissingReason);
        using var loopback = new Loopback(Bindings.Create($"{bootstrap}/lax/single", SecurityAlgorithmSuite.Basic256));
        var made = ForeignMessage.Make(kind, ForeignMessage.Envelope(), ForeignMessage.ClientKeys, ["encryptionReference=ski", "suite=Basic256", .. options]);
        using var result = await loopback.Service.ReceiveAsync(ForeignMessage.BytesOf(made));
        return Assert.IsType<ServiceResult.Respond>(result).Code;
    }

    private static async Task RequireServedAsync(string bootstrap, string suite, string style, string kind, PeerKeys keys, params string[] options)
    {
        PeerAvailability.Require(Wss4jPeer.MissingReason);
        var variation = options.Contains("order=sign-first") ? "sign-first" : style.Contains("layout", StringComparison.Ordinal) ? "lax" : "";
        using var loopback = new Loopback(Bindings.Create($"{bootstrap}/{variation}/single", SecurityAlgorithmSuite.Parse(suite)));
        var styles = style.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(s => s.Contains('=', StringComparison.Ordinal));
        var made = ForeignMessage.Make(kind, ForeignMessage.Envelope(), keys,
            [$"suite={suite}", .. styles, .. options.Where(o => !o.StartsWith("order", StringComparison.Ordinal))]);
        var message = ForeignMessage.BytesOf(made);
        if (variation == "sign-first")
        {
            // The signature is in clear here, so that one can see what the style is about.
            Assert.Contains("InclusiveNamespaces", Encoding.UTF8.GetString(message), StringComparison.Ordinal);
        }

        message = style.Contains("indented", StringComparison.Ordinal) ? ForeignMessage.Indent(message) : message;

        using var result = await loopback.Service.ReceiveAsync(message);
        var dispatch = Conversation.Accepted<ServiceResult.Dispatch>(result);
        Assert.Contains("<text>h&amp;i \u00E9</text>", Encoding.UTF8.GetString(dispatch.Request.Envelope.Span), StringComparison.Ordinal);

        using var reply = dispatch.Secure(Loopback.Reply(loopback.Binding.MessageVersion));
        var judge = new PeerJudge(made.All("encryptedKey").Aggregate(PeerJudge.PrivateKeys, (known, key) => known.WithSecret(key["sha1"], key.Bytes("secret"))));
        var verified = judge.Verify(new WireMessage(Leg.Reply, reply.Envelope.ToArray()), loopback.Binding);
        if (loopback.Binding.Element.RequireSignatureConfirmation)
        {
            Assert.Equal(made.All("signature").Select(s => s["value"]).Order(), verified.All("confirmation").Select(c => c["value"]).Order());
        }
    }
}
