using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using SecureConversation.AspNetCore;
using SecureConversation.Binding;
using SecureConversation.Gateway.Tests.Support;
using SecureConversation.Testing;

namespace SecureConversation.Gateway.Tests;

/// <summary>Plain clients call a secured service.</summary>
public sealed class OutwardTests
{
    [Fact]
    public async Task Calls_AreSecuredInOneSession_AndRepliesHaveNoAddressing()
    {
        var sessions = new HashSet<string?>();
        await using var service = await TestService.StartSecuredAsync(context =>
        {
            sessions.Add(context.Session?.Id);
            return Task.FromResult(SoapReply.FromBody(context.Action + "Response", TestService.Reply));
        });
        await using var gateway = await RunningGateway.StartAsync(Sections.GatewayOutward(service.Address));

        for (var call = 0; call < 3; call++)
        {
            var answer = await PlainClient.PostAsync(gateway.Inner);
            Assert.Equal(HttpStatusCode.OK, answer.Status);
            Assert.Contains("done", answer.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("Action", answer.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("Security", answer.Text, StringComparison.Ordinal);
        }

        Assert.NotNull(Assert.Single(sessions));
        Assert.All(service.Seen, seen => Assert.Equal("Test client", seen.Query));
        Assert.All(service.Seen, seen => Assert.Contains(">urn:e/Place</", seen.Body, StringComparison.Ordinal));
    }

    [Fact]
    public async Task AddressingOfTheClient_IsAnswered_AndItsAddressIsThatOfTheService()
    {
        await using var service = await TestService.StartSecuredAsync();
        await using var gateway = await RunningGateway.StartAsync(Sections.GatewayOutward(service.Address));
        const string Header = "<a:Action xmlns:a='http://www.w3.org/2005/08/addressing'>urn:e/Own</a:Action>"
            + "<a:To xmlns:a='http://www.w3.org/2005/08/addressing'>http://gateway/orders</a:To>"
            + "<a:MessageID xmlns:a='http://www.w3.org/2005/08/addressing'>urn:uuid:1</a:MessageID>";

        var answer = await PlainClient.PostAsync(gateway.Inner, PlainClient.Envelope(header: Header));

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Contains(">urn:uuid:1</", answer.Text, StringComparison.Ordinal);
        Assert.Contains(">urn:e/OwnResponse</", answer.Text, StringComparison.Ordinal);
        Assert.Contains(service.Address.AbsoluteUri, service.Seen.Single().Body, StringComparison.Ordinal);
        Assert.DoesNotContain("gateway", service.Seen.Single().Body, StringComparison.Ordinal);
    }

    /// <summary>The gateway would sign where its client wants replies to go, and from whom the message is.</summary>
    [Theory]
    [InlineData("ReplyTo")]
    [InlineData("FaultTo")]
    [InlineData("From")]
    public async Task EndpointsOfThePlainClient_AreNotSent(string block)
    {
        await using var service = await TestService.StartSecuredAsync();
        await using var gateway = await RunningGateway.StartAsync(Sections.GatewayOutward(service.Address));
        var header = $"<a:{block} xmlns:a='http://www.w3.org/2005/08/addressing'><a:Address>http://admin.example/</a:Address></a:{block}>";

        var answer = await PlainClient.PostAsync(gateway.Inner, PlainClient.Envelope(header: header));

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        var body = service.Seen.Single().Body;
        Assert.DoesNotContain("admin.example", body, StringComparison.Ordinal);
        Assert.Contains("http://www.w3.org/2005/08/addressing/anonymous", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FaultOfTheApplication_PassesWithItsDetail()
    {
        await using var service = await TestService.StartSecuredAsync(_ => throw new SoapFaultException("No such item.")
        {
            Subcode = new System.Xml.XmlQualifiedName("NoItem", "urn:e"),
            WriteDetail = writer => writer.WriteElementString("Item", "urn:e", "42"),
        });
        await using var gateway = await RunningGateway.StartAsync(Sections.GatewayOutward(service.Address));

        var answer = await PlainClient.PostAsync(gateway.Inner);

        Assert.Equal(HttpStatusCode.InternalServerError, answer.Status);
        Assert.Contains("No such item.", answer.Text, StringComparison.Ordinal);
        Assert.Contains("NoItem", answer.Text, StringComparison.Ordinal);
        Assert.Contains(">42</", answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/soap+xml; charset=utf-8; action=\"urn:e/Place\"", HttpStatusCode.BadGateway, "s:Receiver")]
    [InlineData("text/xml", HttpStatusCode.UnsupportedMediaType, "s:Client")]
    [InlineData("application/json", HttpStatusCode.UnsupportedMediaType, "s:Sender")]
    public async Task Failures_AreFaultsOfTheVersionOfTheClient_WithoutDetails(string type, HttpStatusCode status, string code)
    {
        // The service does not trust the gateway.
        await using var service = await TestService.StartSecuredAsync(change: options => options.Credentials = new()
        {
            ServiceCertificate = options.Credentials!.ServiceCertificate,
            ClientCertificateValidation = new() { Mode = Credentials.X509CertificateValidationMode.PeerTrust, TrustedPeople = { TestCertificates.Other } },
        });
        await using var gateway = await RunningGateway.StartAsync(Sections.GatewayOutward(service.Address));

        var answer = await PlainClient.PostAsync(gateway.Inner, contentType: type);

        Assert.Equal(status, answer.Status);
        Assert.Contains(code, answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("certificate", answer.Text, StringComparison.OrdinalIgnoreCase);
        Assert.Empty(service.Seen);
        if (status == HttpStatusCode.BadGateway)
        {
            Assert.Contains(RecordedLog.Current.Entries, entry => entry.Id == 704);
        }
    }

    [Fact]
    public async Task ServiceThatIsNotThere_IsABadGateway_AndOneThatIsSlowATimeout()
    {
        var service = await TestService.StartSecuredAsync(async context =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
            return SoapReply.None;
        });
        await using var gateway = await RunningGateway.StartAsync(Sections.GatewayOutward(service.Address, r => r["Timeout"] = "00:00:02"));
        RecordedLog.Current.AllowErrors(entry => entry.Exception is OperationCanceledException);

        Assert.Equal(HttpStatusCode.GatewayTimeout, (await PlainClient.PostAsync(gateway.Inner)).Status);
        await service.DisposeAsync();
        var answer = await PlainClient.PostAsync(gateway.Inner);
        Assert.Equal(HttpStatusCode.BadGateway, answer.Status);
        Assert.Contains("s:Receiver", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OneWayMessages_AreAcknowledged()
    {
        await using var service = await TestService.StartSecuredAsync(_ => Task.FromResult(SoapReply.None));
        await using var gateway = await RunningGateway.StartAsync(
            Sections.GatewayOutward(service.Address, route => route["OneWayActions"] = new JsonArray("urn:e/Place")));

        var answer = await PlainClient.PostAsync(gateway.Inner);

        Assert.Equal((HttpStatusCode.Accepted, ""), (answer.Status, answer.Text));
        Assert.Single(service.Seen);
    }

    [Fact]
    public async Task UsersOfBasic_HaveSessionsOfTheirOwn_AndWrongPasswordsAreTold()
    {
        await using var service = await TestService.StartSecuredAsync(credential: MessageCredentialType.UserName);
        await using var gateway = await RunningGateway.StartAsync(Sections.GatewayOutward(
            service.Address, route => route["Credentials"] = "FromBasic", Sections.ClientSecurity("UserName")));
        Task<PlainAnswer> CallAsync(string? basic) => PlainClient.PostAsync(gateway.Inner, change: request => request.Headers.Authorization =
            basic is null ? null : new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(basic))));

        Assert.Equal(HttpStatusCode.OK, (await CallAsync("alice:alice's")).Status);
        Assert.Equal(HttpStatusCode.OK, (await CallAsync("zoë:zoë's")).Status);
        Assert.Equal(HttpStatusCode.OK, (await CallAsync("alice:alice's")).Status);
        Assert.Equal(["alice", "zoë", "alice"], service.Seen.Select(seen => seen.Query));
        Assert.Equal(2, gateway.Routes.Table.Outward[0].Channels.Users!.Count);

        foreach (var wrong in new[] { "alice:wrong", null, "alice", "al\rice:x", ":x" })
        {
            var answer = await CallAsync(wrong);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.Status);
            Assert.Equal("Basic", Assert.Single(answer.Headers.WwwAuthenticate).Scheme);
        }

        Assert.Equal(3, service.Seen.Count);
        Assert.Equal(2, gateway.Routes.Table.Outward[0].Channels.Users!.Count);
        Assert.DoesNotContain(service.Seen, seen => seen.Headers.ContainsKey("Authorization"));
    }
}
