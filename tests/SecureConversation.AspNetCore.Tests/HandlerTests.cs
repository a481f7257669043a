using System.Net;
using System.Security.Claims;
using System.Xml;
using SecureConversation.Binding;
using SecureConversation.Testing;

namespace SecureConversation.AspNetCore.Tests;

/// <summary>Endpoints with a handler of their own.</summary>
public sealed class HandlerTests
{
    private const string DispatcherFault = "http://schemas.microsoft.com/net/2005/12/windowscommunicationfoundation/dispatcher/fault";

    public static TheoryData<string> AllVersions => [.. MessageVersion.All.Select(v => v.Name)];

    public static TheoryData<string> SessionVersions => [.. MessageVersion.All.Where(v => v.Addressing != AddressingVersion.None).Select(v => v.Name)];

    private static SecureConversationRequestDelegate Echo => context =>
    {
        using var body = context.CreateBodyReader();
        return Task.FromResult(SoapReply.FromBody(context.Action + "Response", body.ReadOuterXml()));
    };

    [Theory]
    [MemberData(nameof(SessionVersions))]
    public async Task Session_CarriesRequestAndReply(string name)
    {
        var version = MessageVersion.All.Single(v => v.Name == name);
        await using var host = await KestrelHost.StartAsync(Endpoints.Session, Echo, o => o.MessageVersion = version);
        var client = host.Client(Endpoints.Session, version: version);
        using var session = await client.OpenAsync();
        for (var i = 0; i < 3; i++)
        {
            var result = await client.CallAsync(session);
            Assert.Equal((HttpStatusCode.OK, "urn:e/EchoResponse"), (result.Status, result.Action));
            Assert.Contains(Envelopes.EchoBody, result.Envelope, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(AllVersions))]
    public async Task Single_CarriesRequestAndReply(string name)
    {
        var version = MessageVersion.All.Single(v => v.Name == name);
        await using var host = await KestrelHost.StartAsync(Endpoints.Single, Echo, o => o.MessageVersion = version);
        var result = await host.Client(Endpoints.Single, version: version).CallOnceAsync();
        Assert.Contains(Envelopes.EchoBody, result.Envelope, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task UnsignedHeader_IsHandedOutOnlyWhenAskedFor(bool handOut)
    {
        var seen = "";
        await using var host = await KestrelHost.StartAsync(Endpoints.Single, context =>
        {
            seen = System.Text.Encoding.UTF8.GetString(context.Envelope.Span);
            return Echo(context);
        }, o => o.HandOutUnsignedHeaders = handOut);
        var plain = System.Text.Encoding.UTF8.GetString(Envelopes.Request()).Replace("</s:Header>", "<h:Trace xmlns:h=\"urn:h\">1</h:Trace></s:Header>", StringComparison.Ordinal);
        var result = await host.Client(Endpoints.Single).CallOnceAsync(System.Text.Encoding.UTF8.GetBytes(plain));
        Assert.Equal(HttpStatusCode.OK, result.Status);
        Assert.Equal(handOut, seen.Contains("h:Trace", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(512, 256, null)]
    [InlineData(15, 256, "at most 15 (MaxAttributesPerElement)")]
    [InlineData(512, 15, "at most 15 (MaxNamespaceDeclarations)")]
    public async Task RequestBeyondALimitOfTheOptions_IsRefused(int attributes, int declarations, string? words)
    {
        await using var host = await KestrelHost.StartAsync(
            Endpoints.Single, Echo, o => (o.MaxAttributesPerElement, o.MaxNamespaceDeclarations) = (attributes, declarations));
        var twenty = string.Join(' ', Enumerable.Range(0, 20).Select(i => $"xmlns:p{i}=\"urn:{i}\""));
        var plain = System.Text.Encoding.UTF8.GetString(Envelopes.Request()).Replace("<s:Body>", $"<s:Body {twenty}>", StringComparison.Ordinal);
        Assert.Contains(twenty, plain, StringComparison.Ordinal);
        var call = host.Client(Endpoints.Single).CallOnceAsync(System.Text.Encoding.UTF8.GetBytes(plain));
        if (words is null)
        {
            Assert.Equal(HttpStatusCode.OK, (await call).Status);
            return;
        }

        await Assert.ThrowsAnyAsync<Exception>(() => call);
        Assert.Contains(host.Log.Entries, e => e.Text.Contains(words, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task CanonicalForm_IsHandedOutOnlyWhenAskedFor(bool handOut)
    {
        var seen = "";
        await using var host = await KestrelHost.StartAsync(Endpoints.Single, context =>
        {
            seen = System.Text.Encoding.UTF8.GetString(context.Envelope.Span);
            return Echo(context);
        }, o => o.HandOutCanonicalForm = handOut);
        var plain = System.Text.Encoding.UTF8.GetString(Envelopes.Request()).Replace("<s:Envelope ", "<s:Envelope xmlns:unused=\"urn:unused\" ", StringComparison.Ordinal);
        var result = await host.Client(Endpoints.Single).CallOnceAsync(System.Text.Encoding.UTF8.GetBytes(plain));
        Assert.Equal(HttpStatusCode.OK, result.Status);
        Assert.Equal(handOut, !seen.Contains("urn:unused", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Context_TellsWhatWasVerified()
    {
        var claims = new List<Claim>();
        var sessions = new List<string?>();
        await using var host = await KestrelHost.StartAsync(Endpoints.Session, context =>
        {
            claims.AddRange(context.User.Claims);
            sessions.Add(context.Session?.Id);
            Assert.Same(context.User, context.HttpContext.User);
            Assert.True(context.User.Identity!.IsAuthenticated);
            Assert.Contains("Body", context.Protection.EncryptedParts.Select(LocalName));
            Assert.Contains("Action", context.Protection.SignedParts.Select(LocalName));
            Assert.Equal(MessageVersion.Default, context.MessageVersion);
            var feature = context.HttpContext.Features.Get<ISecureConversationFeature>()!;
            Assert.Equal(context.Session?.Id, feature.SessionId);
            Assert.Same(context.Message, feature.Message);
            Assert.NotNull(feature.SessionItems);
            return Echo(context);
        });
        var client = host.Client(Endpoints.Session);
        using var session = await client.OpenAsync();
        await client.CallAsync(session);
        await client.CallAsync(session);

        Assert.Equal([session.Id, session.Id], sessions);
        Assert.Contains(claims, c => c.Type == ClaimTypes.Thumbprint && c.Value == TestCertificates.Client.Thumbprint);
        Assert.Contains(claims, c => c.Type == ClaimTypes.Name && c.Value == "Test client");
    }

    [Fact]
    public async Task UserNameOfTheHandshake_IsTheUserOfTheSession()
    {
        string? user = null;
        await using var host = await KestrelHost.StartAsync(Endpoints.UserName, context =>
        {
            user = context.User.Identity?.Name;
            return Echo(context);
        });
        await host.Client(Endpoints.UserName).CallOnceAsync();
        Assert.Equal("alice", user);
    }

    [Fact]
    public async Task SessionItems_LiveAsLongAsTheSession()
    {
        var closed = new List<(string, SessionCloseReason)>();
        ServiceSession? seen = null;
        await using var host = await KestrelHost.StartAsync(Endpoints.Session, context =>
        {
            seen = context.Session!;
            var count = seen.Items.TryGetValue("count", out var value) ? (int)value! + 1 : 1;
            seen.Items["count"] = count;
            return Task.FromResult(SoapReply.FromBody("urn:e/Counted", $"<n xmlns=\"\">{count}</n>"));
        }, o => o.SessionClosed = s => closed.Add((s.Id, s.CloseReason)));
        var client = host.Client(Endpoints.Session);
        using var first = await client.OpenAsync();
        using var second = await client.OpenAsync();
        await client.CallAsync(first);
        Assert.Contains(">2</n>", (await client.CallAsync(first)).Envelope, StringComparison.Ordinal);
        Assert.Contains(">1</n>", (await client.CallAsync(second)).Envelope, StringComparison.Ordinal);

        using var late = client.Secure(second);
        await client.CancelAsync(second);
        Assert.Equal([(second.Id, SessionCloseReason.Cancelled)], closed);
        Assert.True(seen!.Closed.IsCancellationRequested);

        using var response = await client.PostAsync(late.Envelope);
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        var bytes = await response.Content.ReadAsByteArrayAsync();
        Assert.Equal(SecureConversationFailure.BadContextToken, Assert.Throws<SecureConversationException>(() => late.VerifyReply(bytes)).Failure);
    }

    [Theory]
    [MemberData(nameof(AllVersions))]
    public async Task SoapFaultException_IsAProtectedFault(string name)
    {
        var version = MessageVersion.All.Single(v => v.Name == name);
        await using var host = await KestrelHost.StartAsync(Endpoints.Single, _ => throw new SoapFaultException("No <such> order.")
        {
            Subcode = new XmlQualifiedName("Unknown", "urn:orders"),
            Action = "urn:e/EchoOrderFaultFault",
            WriteDetail = writer => writer.WriteElementString("OrderFault", "urn:orders", "42"),
        }, o => o.MessageVersion = version);
        var result = await host.Client(Endpoints.Single, version: version).CallOnceAsync();

        Assert.Equal((HttpStatusCode.InternalServerError, Signed(version, "urn:e/EchoOrderFaultFault"), true), (result.Status, result.Action, result.IsFault));
        var fault = new XmlDocument();
        fault.LoadXml(result.Envelope);
        Assert.Equal("42", fault.GetElementsByTagName("OrderFault", "urn:orders")[0]!.InnerText);
        Assert.Contains("No &lt;such&gt; order.", result.Envelope, StringComparison.Ordinal);
        Assert.Contains(":Unknown<", result.Envelope, StringComparison.Ordinal);
        Assert.Contains("\"urn:orders\"", result.Envelope, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(nameof(MessageVersion.Soap12WSAddressing10), "http://www.w3.org/2005/08/addressing/soap/fault", ":Receiver<")]
    [InlineData(nameof(MessageVersion.Soap11WSAddressingAugust2004), "http://schemas.xmlsoap.org/ws/2004/08/addressing/fault", ":Server<")]
    public async Task SoapFaultException_WithoutDetails_HasTheDefaultAction(string name, string action, string code)
    {
        var version = MessageVersion.All.Single(v => v.Name == name);
        await using var host = await KestrelHost.StartAsync(Endpoints.Single, _ => throw new SoapFaultException("Later.") { Code = SoapFaultCode.Receiver },
            o => o.MessageVersion = version);
        var result = await host.Client(Endpoints.Single, version: version).CallOnceAsync();
        Assert.Equal((action, true), (result.Action, result.IsFault));
        Assert.Contains(code, result.Envelope, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(AllVersions))]
    public async Task OtherException_IsAProtectedFaultThatSaysNothing(string name)
    {
        var version = MessageVersion.All.Single(v => v.Name == name);
        await using var host = await KestrelHost.StartAsync(Endpoints.Single, _ => throw new InvalidDataException("the secret"),
            o => o.MessageVersion = version);
        host.Log.ExpectError(301);
        var result = await host.Client(Endpoints.Single, version: version).CallOnceAsync();
        Assert.Equal((HttpStatusCode.InternalServerError, Signed(version, DispatcherFault), true), (result.Status, result.Action, result.IsFault));
        Assert.Contains(":InternalServiceFault<", result.Envelope, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", result.Envelope, StringComparison.Ordinal);
        Assert.Contains(host.Log.Entries, e => e.Id == 301 && e.Exception is InvalidDataException);
    }

    /// <summary>Whoever has no name can neither fill the log nor write lines of it: the first ten of a second are logged, with 256 characters.</summary>
    [Theory]
    [InlineData(false, 301)]
    [InlineData(true, 302)]
    public async Task FailuresOnMessagesWithoutAName_AreLoggedBriefly(bool replies, int id)
    {
        await using var host = await KestrelHost.StartAsync(
            services => services.AddSingleton<TimeProvider>(new ManualTimeProvider(DateTimeOffset.UtcNow)).AddSecureConversation(Endpoints.With(Endpoints.Anonymous)),
            app => app.MapSecureConversation("/echo", _ => replies ? Task.FromResult(SoapReply.FromBody("urn:e/R", "<a></b>")) : throw new InvalidDataException()));
        host.Log.ExpectError(id);
        host.Log.AllowErrors(entry => entry.Id == 311);
        var client = host.Client(Endpoints.Anonymous);
        for (var i = 0; i < 15; i++)
        {
            Assert.Equal(DispatcherFault, (await client.CallOnceAsync(Envelopes.Request(action: "urn:x&#10;" + new string('x', 3000)))).Action);
        }

        var entries = host.Log.Entries.Where(e => e.Id == id).ToList();
        Assert.Equal(10, entries.Count);
        Assert.All(entries, e => Assert.InRange(e.Text.Length, 256, 400));
        Assert.All(entries, e => Assert.DoesNotContain('\n', e.Text));
    }

    /// <summary>Whoever has a name can be found by it, so each failure is logged.</summary>
    [Fact]
    public async Task FailuresOnMessagesOfANamedCaller_AreAllLogged()
    {
        await using var host = await KestrelHost.StartAsync(Endpoints.Single, _ => throw new InvalidDataException());
        host.Log.ExpectError(301);
        for (var i = 0; i < 15; i++)
        {
            await host.Client(Endpoints.Single).CallOnceAsync();
        }

        Assert.Equal(15, host.Log.Entries.Count(e => e.Id == 301));
    }

    [Theory]
    [InlineData("<a></b>", 302)]
    [InlineData(null, 301)]
    public async Task ReplyThatIsNoEnvelope_IsAProtectedFault(string? body, int id)
    {
        await using var host = await KestrelHost.StartAsync(Endpoints.Session,
            _ => Task.FromResult(body is null ? null! : SoapReply.FromBody("urn:e/EchoResponse", body)));
        host.Log.ExpectError(id);
        Assert.Equal(DispatcherFault, (await host.Client(Endpoints.Session).CallOnceAsync()).Action);
    }

    [Fact]
    public async Task FaultDetailThatThrows_IsAProtectedFault()
    {
        await using var host = await KestrelHost.StartAsync(Endpoints.Session,
            _ => throw new SoapFaultException("x") { WriteDetail = _ => throw new InvalidDataException() });
        host.Log.ExpectError(301);
        Assert.Equal(DispatcherFault, (await host.Client(Endpoints.Session).CallOnceAsync()).Action);
    }

    [Fact]
    public async Task OneWay_Is202WithoutABody()
    {
        await using var host = await KestrelHost.StartAsync(Endpoints.Session, _ => Task.FromResult(SoapReply.None));
        var client = host.Client(Endpoints.Session);
        using var session = await client.OpenAsync();
        using var request = client.Secure(session, Envelopes.Request(isOneWay: true));
        using var response = await client.PostAsync(request.Envelope);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal((0, null), (response.Content.Headers.ContentLength, response.Content.Headers.ContentType));
    }

    [Fact]
    public async Task WholeEnvelopeAndEmptyBody_AreReplies()
    {
        await using var host = await KestrelHost.StartAsync(Endpoints.Session, context =>
        {
            using var body = context.CreateBodyReader();
            return Task.FromResult(body.IsStartElement() ? SoapReply.FromEnvelope(Envelopes.Reply()) : SoapReply.FromBody("urn:e/Empty", ""));
        });
        var client = host.Client(Endpoints.Session);
        Assert.Contains(Envelopes.ResponseBody, (await client.CallOnceAsync()).Envelope, StringComparison.Ordinal);
        Assert.Equal("urn:e/Empty", (await client.CallOnceAsync(Envelopes.Request(body: ""))).Action);
    }

    [Fact]
    public async Task LargeReply_ArrivesWhole()
    {
        var text = new string('x', 5_000_000);
        await using var host = await KestrelHost.StartAsync(Endpoints.Session, _ => Task.FromResult(SoapReply.FromBody("urn:e/Large", $"<t xmlns=\"\">{text}</t>")));
        Assert.Contains(text, (await host.Client(Endpoints.Session).CallOnceAsync()).Envelope, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReplyBeyondTheLimit_IsAProtectedFault()
    {
        await using var host = await KestrelHost.StartAsync(Endpoints.Session,
            _ => Task.FromResult(SoapReply.FromBody("urn:e/Large", $"<t xmlns=\"\">{new string('x', 100_000)}</t>")), o => o.MaxReplyBytes = 50_000);
        host.Log.ExpectError(301);
        Assert.Equal(DispatcherFault, (await host.Client(Endpoints.Session).CallOnceAsync()).Action);
    }

    private static string? Signed(MessageVersion version, string action) => version.Addressing == AddressingVersion.None ? null : action;

    private static string LocalName(string name) => name[(name.LastIndexOfAny([':', '}']) + 1)..];
}
