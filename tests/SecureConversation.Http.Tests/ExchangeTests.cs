using System.Net;
using System.Text;
using SecureConversation.Binding;

namespace SecureConversation.Http.Tests;

/// <summary>Plain requests go in, plain verified replies come out.</summary>
public sealed class ExchangeTests
{
    public static TheoryData<string, bool> Versions
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (var version in MessageVersion.All)
            {
                if (version.Addressing != AddressingVersion.None)
                {
                    data.Add(version.Name, true);
                }

                data.Add(version.Name, false);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Request_IsProtectedOnTheWire_AndReplyIsPlain(string name, bool inSession)
    {
        var version = MessageVersion.All.Single(v => v.Name == name);
        var binding = inSession ? Credential.Session(version) : Credential.Single(version);
        await using var service = await TestService.StartAsync(binding);
        using var http = new HttpClient(new SecureConversationHandler(Credential.Options(binding), new SocketsHttpHandler()));
        for (var i = 0; i < 2; i++)
        {
            using var request = Messages.Request(service.Address, version);
            using var response = await http.SendAsync(request);

            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(version.MediaType, response.Content.Headers.ContentType!.MediaType);
            var text = await response.Content.ReadAsStringAsync();
            Assert.Contains("<EchoResponse xmlns=\"urn:e\"/>", text, StringComparison.Ordinal);
            Assert.DoesNotContain("Security", text, StringComparison.Ordinal);
            Assert.Contains(Messages.Body, service.LastPlainRequest, StringComparison.Ordinal);
        }

        Assert.Equal(inSession ? 1 : 0, service.Handshakes);
        if (version.Soap == SoapVersion.Soap12)
        {
            Assert.Equal("application/soap+xml; charset=utf-8; action=\"urn:e/Echo\"", service.LastContentType);
            Assert.Null(service.LastSoapAction);
        }
        else
        {
            Assert.Equal("text/xml; charset=utf-8", service.LastContentType);
            Assert.Equal("\"urn:e/Echo\"", service.LastSoapAction);
        }
    }

    [Fact]
    public async Task VerifiedReply_GivesAnAccountOfItsProtection()
    {
        var binding = Credential.Session();
        await using var service = await TestService.StartAsync(binding);
        using var http = new HttpClient(new SecureConversationHandler(Credential.Options(binding), new SocketsHttpHandler()));
        using var request = Messages.Request(service.Address, binding.MessageVersion);
        using var response = await http.SendAsync(request);

        Assert.True(response.RequestMessage!.Options.TryGetValue(SecureConversationRequestOptions.VerifiedReply, out var verified));
        Assert.Contains("Body", string.Join(' ', verified.Protection.SignedParts), StringComparison.Ordinal);
        Assert.Contains("Body", string.Join(' ', verified.Protection.EncryptedParts), StringComparison.Ordinal);
        Assert.NotNull(verified.RelatesTo);
    }

    [Fact]
    public async Task Utf16Request_IsTranscoded()
    {
        var binding = Credential.Session();
        await using var service = await TestService.StartAsync(binding);
        using var http = new HttpClient(new SecureConversationHandler(Credential.Options(binding), new SocketsHttpHandler()));
        using var request = Messages.Request(service.Address, binding.MessageVersion, encoding: Encoding.Unicode);
        using var response = await http.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains(Messages.Body, service.LastPlainRequest, StringComparison.Ordinal);
        Assert.Contains("charset=utf-8", service.LastContentType, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CallersHeadersAndRequest_SurviveSending()
    {
        var binding = Credential.Single();
        await using var service = await TestService.StartAsync(binding);
        string? seen = null;
        service.Intercept = context =>
        {
            seen = context.Request.Headers["X-Own"];
            return Task.FromResult(false);
        };
        using var invoker = new HttpMessageInvoker(new SecureConversationHandler(Credential.Options(binding), new SocketsHttpHandler()));
        using var request = Messages.Request(service.Address, binding.MessageVersion);
        request.Headers.Add("X-Own", "1");
        for (var i = 0; i < 2; i++)
        {
            using var response = await invoker.SendAsync(request, default);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        Assert.Equal("1", seen);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task OneWay_IsAnEmpty202(bool inSession)
    {
        var binding = inSession ? Credential.Session() : Credential.Single();
        await using var service = await TestService.StartAsync(binding);
        service.Reply = _ => Task.FromResult<byte[]?>(null);
        using var http = new HttpClient(new SecureConversationHandler(Credential.Options(binding), new SocketsHttpHandler()));
        using var request = Messages.Request(service.Address, binding.MessageVersion);
        request.Options.Set(SecureConversationRequestOptions.OneWay, true);
        using var response = await http.SendAsync(request);

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
        Assert.DoesNotContain("MessageID", service.LastPlainRequest, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ApplicationFault_IsAVerified500(bool soap12)
    {
        var version = soap12 ? MessageVersion.Soap12WSAddressing10 : MessageVersion.Soap11WSAddressing10;
        var binding = Credential.Session(version);
        await using var service = await TestService.StartAsync(binding);
        service.Reply = _ => Task.FromResult<byte[]?>(Messages.Fault(version));
        using var http = new HttpClient(new SecureConversationHandler(Credential.Options(binding), new SocketsHttpHandler()));
        using var request = Messages.Request(service.Address, version);
        using var response = await http.SendAsync(request);

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Contains("Nothing to echo.", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.True(response.RequestMessage!.Options.TryGetValue(SecureConversationRequestOptions.VerifiedReply, out var verified));
        Assert.Equal("{urn:e}Empty", verified.ReadFault()!.Subcode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ApplicationFault_MayHoldThousandsOfElements(bool inSession)
    {
        var binding = inSession ? Credential.Session() : Credential.Single();
        await using var service = await TestService.StartAsync(binding);
        var detail = string.Concat(Enumerable.Repeat("<i />", 9000));
        var plain = Encoding.UTF8.GetString(Messages.Fault(binding.MessageVersion)).Replace("</s:Fault>", $"<s:Detail>{detail}</s:Detail></s:Fault>", StringComparison.Ordinal);
        service.Reply = _ => Task.FromResult<byte[]?>(Encoding.UTF8.GetBytes(plain));
        using var http = new HttpClient(new SecureConversationHandler(Credential.Options(binding), new SocketsHttpHandler()));
        using var request = Messages.Request(service.Address, binding.MessageVersion);
        using var response = await http.SendAsync(request);
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Contains(detail, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        await using var client = new SecureConversationClient(service.Address, Credential.Options(binding));
        var call = await Assert.ThrowsAsync<SecureConversationException>(() => client.CallAsync(Messages.Action, Messages.Body));
        var oneWay = await Assert.ThrowsAsync<SecureConversationException>(() => client.SendOneWayAsync(Messages.Action, Messages.Body));
        Assert.Equal([SecureConversationFailure.PeerFault, SecureConversationFailure.PeerFault], [call.Failure, oneWay.Failure]);
        using var reply = await client.SendAsync(Messages.Envelope(binding.MessageVersion, Messages.Body), Messages.Action);
        Assert.True(reply.IsFault);
        Assert.Contains(detail, reply.ReadBody(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task LargeBodies_GoBothWays()
    {
        var binding = Credential.Session();
        await using var service = await TestService.StartAsync(binding);
        var body = $"<Echo xmlns=\"urn:e\">{new string('x', 8 * 1024 * 1024)}</Echo>";
        service.Reply = _ => Task.FromResult<byte[]?>(Messages.Envelope(binding.MessageVersion, body, "urn:e/EchoResponse"));
        await using var client = new SecureConversationClient(service.Address, Credential.Options(binding));

        Assert.Equal(body, await client.CallAsync(Messages.Action, body));
        Assert.Contains(body, service.LastPlainRequest, StringComparison.Ordinal);
    }
}
