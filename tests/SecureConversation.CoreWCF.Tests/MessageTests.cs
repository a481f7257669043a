using System.Net;
using SecureConversation.CoreWCF.Tests.Support;
using SecureConversation.Testing;

namespace SecureConversation.CoreWCF.Tests;

public sealed class MessageTests
{
    public static TheoryData<bool> SessionOrNot { get; } = [false, true];

    [Theory]
    [MemberData(nameof(SessionOrNot))]
    public async Task TypedFault_IsProtected(bool isSession)
    {
        var wire = new Wire();
        var (host, client) = await StartAsync(isSession, wire);
        await using var _ = host;
        await using var __ = client;

        var request = "<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'><s:Body><FailTyped xmlns='urn:e'><text>the detail</text></FailTyped></s:Body></s:Envelope>"u8;
        using var reply = await client.SendAsync(request.ToArray(), "urn:e/FailTyped");

        var fault = reply.Message.ReadFault()!;
        Assert.True(fault.IsSecured);
        Assert.Equal(("typed", "urn:e/TypedFault"), (fault.Reason, reply.Message.Action));
        Assert.Contains("the detail", System.Text.Encoding.UTF8.GetString(reply.Message.Envelope.Span), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.InternalServerError, wire.Status);
        Assert.DoesNotContain("the detail", wire.Response, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(SessionOrNot))]
    public async Task UnhandledException_TellsNothing(bool isSession)
    {
        var wire = new Wire();
        var (host, client) = await StartAsync(isSession, wire);
        await using var _ = host;
        await using var __ = client;

        var e = await Assert.ThrowsAsync<SecureConversationException>(() => client.EchoAsync("x", "Fail"));

        Assert.True(e.Fault!.IsSecured);
        Assert.DoesNotContain("secret", e.Fault.Reason, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.InternalServerError, wire.Status);
    }

    [Theory]
    [MemberData(nameof(SessionOrNot))]
    public async Task ReplyThatIsNoXml_IsAnsweredByAFault(bool isSession)
    {
        var wire = new Wire();
        var (host, client) = await StartAsync(isSession, wire);
        await using var _ = host;
        await using var __ = client;
        RecordedLog.Current.ExpectError(401);

        var e = await Assert.ThrowsAsync<SecureConversationException>(() => client.AskAsync("NotXml"));

        Assert.True(e.Fault!.IsSecured);
        Assert.EndsWith("InternalServiceFault", e.Fault.Subcode);
        Assert.Equal("hello", await client.EchoAsync("hello"));
        await host.IdleAsync();
    }

    [Theory]
    [MemberData(nameof(SessionOrNot))]
    public async Task OneWayMessages_ArriveAndAreAccepted(bool isSession)
    {
        var wire = new Wire();
        var (host, client) = await StartAsync(isSession, wire, isOneWay: true);
        await using var _ = host;
        await using var __ = client;

        await client.SendOneWayAsync("urn:e/Notify", "<Notify xmlns='urn:e'><text>news</text></Notify>");

        Assert.Equal(HttpStatusCode.Accepted, wire.Status);
        Assert.True(await host.Probe.NotifiedSignal.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal(["news"], host.Probe.Notified);
    }

    [Theory]
    [MemberData(nameof(SessionOrNot))]
    public async Task ProtectionLevelOfAnOperation_HoldsForRequestAndReply(bool isSession)
    {
        var wire = new Wire();
        var (host, client) = await StartAsync(isSession, wire);
        await using var _ = host;
        await using var __ = client;

        Assert.Equal("for everybody", await client.EchoAsync("for everybody", "Signed"));
        Assert.Contains("for everybody", wire.Request, StringComparison.Ordinal);
        Assert.Contains("for everybody", wire.Response, StringComparison.Ordinal);

        Assert.Equal("for us", await client.EchoAsync("for us"));
        Assert.DoesNotContain("for us", wire.Request, StringComparison.Ordinal);
        Assert.DoesNotContain("for us", wire.Response, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RequestThatIsOnlySignedWhereTheContractEncrypts_IsRefused()
    {
        var element = Bindings.Session();
        await using var host = await EchoHost.StartAsync<IEcho>(Bindings.Text(element));
        var weak = Client.Protection.WithRequest("urn:e/Echo", System.Net.Security.ProtectionLevel.Sign);
        await using var client = Client.For(host, element, protection: weak);

        await Assert.ThrowsAsync<SecureConversationException>(() => client.EchoAsync("hello"));
        Assert.Equal(0, host.Probe.Created);
    }

    [Theory]
    [MemberData(nameof(SessionOrNot))]
    public async Task EightMegabytes_GoThereAndBack(bool isSession)
    {
        var (host, client) = await StartAsync(isSession, new Wire { Keeps = false });
        await using var _ = host;
        await using var __ = client;
        var text = new string('x', 8 * 1024 * 1024);

        Assert.Equal(text, await client.EchoAsync(text));
    }

    [Fact]
    public async Task QuotasOfTheEncoder_HoldForWhatWasDecrypted()
    {
        var element = Bindings.Session();
        var binding = Bindings.Text(element);
        binding.Elements.Find<global::CoreWCF.Channels.TextMessageEncodingBindingElement>().ReaderQuotas.MaxStringContentLength = 1000;
        await using var host = await EchoHost.StartAsync<IEcho>(binding);
        await using var client = Client.For(host, element);

        Assert.Equal(new string('x', 1000), await client.EchoAsync(new string('x', 1000)));
        await Assert.ThrowsAsync<SecureConversationException>(() => client.EchoAsync(new string('x', 1001)));
    }

    [Theory]
    [InlineData("plain", 500)]
    [InlineData("not xml", 400)]
    public async Task MessagesWithoutSecurity_ReachNoService(string kind, int status)
    {
        var element = Bindings.Session();
        await using var host = await EchoHost.StartAsync<IEcho>(Bindings.Text(element));
        using var http = new HttpClient();
        var body = kind == "plain"
            ? "<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope' xmlns:a='http://www.w3.org/2005/08/addressing'><s:Header>"
                + "<a:Action s:mustUnderstand='1'>urn:e/Echo</a:Action><a:MessageID>urn:uuid:1</a:MessageID></s:Header><s:Body><Echo xmlns='urn:e'/></s:Body></s:Envelope>"
            : "<s:Envelope";
        using var content = new StringContent(body, System.Text.Encoding.UTF8);
        content.Headers.ContentType = System.Net.Http.Headers.MediaTypeHeaderValue.Parse("application/soap+xml; charset=utf-8");

        using var response = await http.PostAsync(host.Address, content);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(0, host.Probe.Created);
    }

    [Fact]
    public async Task Https_WorksTheSame()
    {
        var element = Bindings.Session();
        var binding = new global::CoreWCF.Channels.CustomBinding(element, new global::CoreWCF.Channels.TextMessageEncodingBindingElement(),
            new global::CoreWCF.Channels.HttpsTransportBindingElement());
        await using var host = await EchoHost.StartAsync<ISessionEcho>(binding, https: true);
        using var accepting = new HttpClientHandler { ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator };
        await using var client = Client.For(host, element, transport: accepting);

        Assert.Equal("hello", await client.EchoAsync("hello"));
    }

    private static async Task<(EchoHost Host, Http.SecureConversationClient Client)> StartAsync(bool isSession, Wire wire, bool isOneWay = false)
    {
        // A one-way message has no reply that could confirm its signatures.
        var bootstrap = Bindings.Bootstrap("mutual");
        bootstrap.RequireSignatureConfirmation = !isOneWay;
        var element = isSession ? Bindings.Session(bootstrap) : bootstrap;
        var host = await EchoHost.StartAsync<IEcho>(Bindings.Text(element));
        return (host, Client.For(host, element, transport: wire));
    }

    /// <summary>Sees what is on the wire.</summary>
    private sealed class Wire() : DelegatingHandler(new SocketsHttpHandler())
    {
        public bool Keeps { get; init; } = true;
        public string Request { get; private set; } = "";
        public string Response { get; private set; } = "";
        public HttpStatusCode Status { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Request = Keeps ? await request.Content!.ReadAsStringAsync(cancellationToken) : "";
            var response = await base.SendAsync(request, cancellationToken);
            await response.Content.LoadIntoBufferAsync(cancellationToken);
            (Status, Response) = (response.StatusCode, Keeps ? await response.Content.ReadAsStringAsync(cancellationToken) : "");
            return response;
        }
    }
}
