using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;

namespace SecureConversation.Http.Tests;

/// <summary>Nothing unprotected leaves, nothing unverified comes back.</summary>
public sealed class RefusalTests
{
    private const string Echo = "<Echo xmlns=\"urn:e\"/>";

    [Theory]
    [InlineData("POST", "text/xml")]
    [InlineData("POST", "application/json")]
    [InlineData("POST", "multipart/related")]
    [InlineData("POST", null)]
    [InlineData("PUT", "application/soap+xml")]
    [InlineData("GET", null)]
    public async Task UnprotectedRequest_IsNotSent(string method, string? mediaType)
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        var requests = 0;
        service.Intercept = _ =>
        {
            requests++;
            return Task.FromResult(false);
        };
        var options = Credential.Options(service.Binding);
        options.AllowUnprotectedRequests = method != "GET";
        using var http = new HttpClient(new SecureConversationHandler(options, new SocketsHttpHandler()));
        using var request = new HttpRequestMessage(new HttpMethod(method), service.Address);
        if (mediaType is not null)
        {
            request.Content = new StringContent("<x/>", Encoding.UTF8, mediaType);
        }

        await Assert.ThrowsAsync<InvalidOperationException>(() => http.SendAsync(request));
        Assert.Equal(0, requests);
    }

    [Fact]
    public async Task RequestWithoutContent_PassesWhenAllowed()
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        service.Intercept = async context =>
        {
            await context.Response.WriteAsync("<definitions/>");
            return true;
        };
        var options = Credential.Options(service.Binding);
        options.AllowUnprotectedRequests = true;
        using var http = new HttpClient(new SecureConversationHandler(options, new SocketsHttpHandler()));
        Assert.Equal("<definitions/>", await http.GetStringAsync(service.Address));
    }

    [Fact]
    public async Task SynchronousSend_IsRefused()
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        using var http = new HttpClient(new SecureConversationHandler(Credential.Options(service.Binding), new SocketsHttpHandler()));
        using var request = Messages.Request(service.Address, service.Binding.MessageVersion);
        Assert.Throws<NotSupportedException>(() => http.Send(request));
    }

    [Fact]
    public async Task ContentThatIsNoEnvelope_IsTheCallersMistake()
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        await using var client = new SecureConversationClient(service.Address, Credential.Options(service.Binding));
        await Assert.ThrowsAsync<ArgumentException>(() => client.SendAsync("<x/>"u8.ToArray(), Messages.Action));
        await Assert.ThrowsAsync<ArgumentException>(() => client.CallAsync(Messages.Action, "<a>"));
        await Assert.ThrowsAsync<ArgumentException>(() => client.SendAsync(Messages.Envelope(service.Binding.MessageVersion, Echo)));
        await Assert.ThrowsAsync<ArgumentException>(() => client.CallAsync("urn:e\r\nX-Injected: 1", Echo));
        Assert.Equal(0, service.Handshakes);
    }

    /// <summary>Its text is anybody's, and the message of an exception stands in logs.</summary>
    [Fact]
    public async Task TextOfAFault_IsOneLineInTheMessage()
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        var fault = System.Text.Encoding.UTF8.GetString(Messages.Fault(service.Binding.MessageVersion))
            .Replace("Nothing to echo.", "x\ninfo: Audit[1] admin logged in \u009b31m\u2028y", StringComparison.Ordinal);
        service.Intercept = async context =>
        {
            context.Response.StatusCode = 500;
            context.Response.ContentType = "application/soap+xml";
            await context.Response.WriteAsync(fault);
            return true;
        };
        await using var client = new SecureConversationClient(service.Address, Credential.Options(service.Binding));
        var e = await Assert.ThrowsAsync<SecureConversationException>(() => client.CallAsync(Messages.Action, Messages.Body));
        Assert.EndsWith(": x?info: Audit[1] admin logged in ?31m?y. The log of the service has the reason.", e.Message, StringComparison.Ordinal);
        Assert.Contains('\n', e.Fault!.Reason);
    }

    [Fact]
    public async Task UnsecuredFault_IsThrownAsSuch()
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        await using var client = new SecureConversationClient(service.Address, Credential.Options(service.Binding));
        await client.OpenAsync();
        service.Intercept = Answer(500, service.Binding.MessageVersion.MediaType, Messages.Fault(service.Binding.MessageVersion));
        var error = await Assert.ThrowsAsync<SecureConversationException>(() => client.CallAsync(Messages.Action, Echo));
        Assert.Equal(SecureConversationFailure.PeerRefusal, error.Failure);
        Assert.False(error.Fault!.IsSecured);
        Assert.Equal("Nothing to echo.", error.Fault.Reason);
    }

    [Fact]
    public async Task SecuredFault_IsThrownByTheClient()
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        service.Reply = _ => Task.FromResult<byte[]?>(Messages.Fault(service.Binding.MessageVersion));
        await using var client = new SecureConversationClient(service.Address, Credential.Options(service.Binding));
        var error = await Assert.ThrowsAsync<SecureConversationException>(() => client.CallAsync(Messages.Action, Echo));
        Assert.True(error.Fault!.IsSecured);
        Assert.Equal("{urn:e}Empty", error.Fault.Subcode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TamperedReply_IsRefused(bool inSession)
    {
        await using var service = await TestService.StartAsync(inSession ? Credential.Session() : Credential.Single());
        service.Tamper = bytes =>
        {
            var text = Encoding.UTF8.GetString(bytes);
            var value = text.LastIndexOf("CipherValue>", StringComparison.Ordinal) - 20;
            bytes[value] = bytes[value] == (byte)'A' ? (byte)'B' : (byte)'A';
            return bytes;
        };
        await using var client = new SecureConversationClient(service.Address, Credential.Options(service.Binding));
        var error = await Assert.ThrowsAsync<SecureConversationException>(() => client.CallAsync(Messages.Action, Echo));
        Assert.Equal(SecureConversationFailure.InvalidSecurity, error.Failure);
        Assert.Null(error.Fault);

        service.Tamper = bytes => bytes;
        await client.CallAsync(Messages.Action, Echo);
        Assert.Equal(inSession ? 2 : 0, service.Handshakes);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(500)]
    public async Task CompressedReply_IsRefused(int status)
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        await using var client = new SecureConversationClient(service.Address, Credential.Options(service.Binding));
        await client.OpenAsync();
        service.Intercept = async context =>
        {
            context.Response.Headers.ContentEncoding = "gzip";
            return await Answer(status, service.Binding.MessageVersion.MediaType, [0x1F, 0x8B, 8])(context);
        };
        var error = await Assert.ThrowsAnyAsync<Exception>(() => client.CallAsync(Messages.Action, Echo));
        Assert.True(status == 200 ? error is SecureConversationException { Code: FailureCode.ContentTypeMismatch } : error is HttpRequestException, error.ToString());
    }

    /// <summary>"identity" is no coding (RFC 9110 section 8.4.1), but it does not make another one bearable.</summary>
    [Theory]
    [InlineData("identity", true)]
    [InlineData("Identity", true)]
    [InlineData("identity, identity", true)]
    [InlineData("identity, gzip", false)]
    public async Task ReplyWithTheIdentityCoding_IsRead(string coding, bool isRead)
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        await using var client = new SecureConversationClient(service.Address, Credential.Options(service.Binding));
        await client.OpenAsync();
        service.Intercept = context =>
        {
            context.Response.Headers.ContentEncoding = coding;
            return Task.FromResult(false);
        };
        if (isRead)
        {
            await client.CallAsync(Messages.Action, Echo);
            return;
        }

        var error = await Assert.ThrowsAsync<SecureConversationException>(() => client.CallAsync(Messages.Action, Echo));
        Assert.Equal(FailureCode.ContentTypeMismatch, error.Code);
        service.Intercept = _ => Task.FromResult(false);
    }

    [Fact]
    public async Task BodyOfThousandsOfElements_IsNotReadAsText()
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        var version = service.Binding.MessageVersion;
        await using var client = new SecureConversationClient(service.Address, Credential.Options(service.Binding));
        service.Reply = _ => Task.FromResult<byte[]?>(Messages.Envelope(version, string.Concat(Enumerable.Repeat("<a/>", 2000)), "urn:e/EchoResponse"));
        var error = await Assert.ThrowsAsync<SecureConversationException>(() => client.CallAsync(Messages.Action, Echo));
        Assert.Equal(FailureCode.LimitExceeded, error.Code);
        service.Reply = _ => Task.FromResult<byte[]?>(Messages.Envelope(version, string.Concat(Enumerable.Repeat("<a/>", 500)), "urn:e/EchoResponse"));
        Assert.Equal(500 * "<a />".Length, (await client.CallAsync(Messages.Action, Echo)).Length);
    }

    /// <summary>A hostile service announces much and sends nothing: only the caller's patience ends that.</summary>
    [Fact]
    public async Task ReplyThatNeverComes_EndsWithTheTimeoutOfTheCall()
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        await using var client = new SecureConversationClient(service.Address, Credential.Options(service.Binding)) { Timeout = TimeSpan.FromSeconds(2) };
        await client.OpenAsync();
        service.Intercept = async context =>
        {
            context.Response.ContentType = service.Binding.MessageVersion.MediaType;
            context.Response.ContentLength = 60_000_000;
            await context.Response.Body.WriteAsync(new byte[10]);
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
            return true;
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.CallAsync(Messages.Action, Echo));
    }

    [Fact]
    public async Task ReplyToAnotherRequest_IsRefused()
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        service.Reply = _ => Task.FromResult<byte[]?>(Messages.Envelope(service.Binding.MessageVersion, "<x/>", "urn:e/EchoResponse", "<a:RelatesTo>urn:uuid:other</a:RelatesTo>"));
        await using var client = new SecureConversationClient(service.Address, Credential.Options(service.Binding));
        var error = await Assert.ThrowsAsync<SecureConversationException>(() => client.CallAsync(Messages.Action, Echo));
        Assert.Equal(FailureCode.RelatesToMismatch, error.Code);
    }

    [Fact]
    public async Task UnprotectedReply_IsRefused()
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        await using var client = new SecureConversationClient(service.Address, Credential.Options(service.Binding));
        await client.OpenAsync();
        var version = service.Binding.MessageVersion;
        service.Intercept = Answer(200, version.MediaType, Messages.Envelope(version, "<EchoResponse xmlns=\"urn:e\"/>", "urn:e/EchoResponse"));
        var error = await Assert.ThrowsAsync<SecureConversationException>(() => client.CallAsync(Messages.Action, Echo));
        Assert.Equal(FailureCode.SecurityHeaderMissing, error.Code);

        service.Intercept = Answer(200, "text/html", "<html/>"u8.ToArray());
        error = await Assert.ThrowsAsync<SecureConversationException>(() => client.CallAsync(Messages.Action, Echo));
        Assert.Equal(FailureCode.ContentTypeMismatch, error.Code);

        service.Intercept = Answer(200, version.MediaType, []);
        error = await Assert.ThrowsAsync<SecureConversationException>(() => client.CallAsync(Messages.Action, Echo));
        Assert.Equal(FailureCode.EmptyReply, error.Code);
    }

    [Theory]
    [InlineData(404, "text/html", "<html/>")]
    [InlineData(502, null, "")]
    [InlineData(502, "text/xml", "<!DOCTYPE html><html/>")]
    [InlineData(502, "text/xml; charset=utf-16", "x")]
    [InlineData(302, null, "")]
    public async Task HttpErrorWithoutSoap_IsAnHttpRequestException(int status, string? mediaType, string body)
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        await using var client = new SecureConversationClient(service.Address, Credential.Options(service.Binding));
        await client.OpenAsync();
        service.Intercept = Answer(status, mediaType, Encoding.UTF8.GetBytes(body));
        var error = await Assert.ThrowsAsync<HttpRequestException>(() => client.CallAsync(Messages.Action, Echo));
        Assert.Equal((HttpStatusCode)status, error.StatusCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task LargeResponse_IsNotReadToItsEnd(bool isAnnounced)
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        var options = Credential.Options(service.Binding);
        options.MaxResponseBytes = 100_000;
        await using var client = new SecureConversationClient(service.Address, options);
        await client.OpenAsync();
        service.Intercept = async context =>
        {
            context.Response.ContentType = service.Binding.MessageVersion.MediaType;
            context.Response.ContentLength = isAnnounced ? 100_001 : null;
            await context.Response.Body.WriteAsync(new byte[100_001]);
            return true;
        };
        var error = await Assert.ThrowsAsync<HttpRequestException>(() => client.CallAsync(Messages.Action, Echo));
        Assert.Equal(HttpRequestError.ConfigurationLimitExceeded, error.HttpRequestError);
    }

    [Fact]
    public async Task NobodyListening_IsAnHttpRequestException()
    {
        Uri address;
        await using (var service = await TestService.StartAsync(Credential.Session()))
        {
            address = service.Address;
        }

        await using var client = new SecureConversationClient(address, Credential.Options(Credential.Session()));
        await Assert.ThrowsAsync<HttpRequestException>(() => client.CallAsync(Messages.Action, Echo));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WrongServiceCertificate_GetsNothingOfUse(bool inSession)
    {
        await using var service = await TestService.StartAsync(inSession ? Credential.Session() : Credential.Single());
        var options = Credential.Options(service.Binding);
        options.Credentials = Credential.ClientOf(TestCertificates.Other);
        await using var client = new SecureConversationClient(service.Address, options);
        var error = await Assert.ThrowsAsync<SecureConversationException>(() => client.CallAsync(Messages.Action, Echo));
        Assert.False(error.Fault!.IsSecured);
        Assert.Equal(0, service.Engine.SessionCount);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WrongIdentity_IsFoundBeforeAnythingIsSent(bool inSession)
    {
        await using var service = await TestService.StartAsync(inSession ? Credential.Session() : Credential.Single());
        var options = Credential.Options(service.Binding);
        options.Credentials = Credential.ClientOf(TestCertificates.Service, EndpointIdentity.CreateDnsIdentity("example.org"));
        await using var client = new SecureConversationClient(service.Address, options);
        var error = await Assert.ThrowsAsync<SecureConversationException>(() => client.CallAsync(Messages.Action, Echo));
        Assert.Equal(FailureCode.IdentityMismatch, error.Code);
        Assert.Null(service.LastContentType);
    }

    /// <summary>Who names no setting of WCF gets the strongest one, and nothing less by itself.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ClientWithoutABinding_SpeaksTheProfileStrong(bool isStrong)
    {
        await using var service = await TestService.StartAsync(isStrong ? MessageSecurityBinding.Create(MessageSecurity.Strong) : Credential.Session());
        await using var client = new SecureConversationClient(service.Address, new SecureConversationHttpOptions { LoggerFactory = RecordedLog.Current, Credentials = Credential.OfClient });
        var call = client.CallAsync(Messages.Action, Echo);
        if (isStrong)
        {
            Assert.Contains("EchoResponse", await call, StringComparison.Ordinal);
        }
        else
        {
            await Assert.ThrowsAsync<SecureConversationException>(() => call);
        }
    }

    [Fact]
    public void BadOptions_AreRefusedAtOnce()
    {
        var error = Assert.Throws<OptionsValidationException>(() => new SecureConversationHandler(new SecureConversationHttpOptions { MaxResponseBytes = 0 }));
        Assert.Contains("Credentials is not set.", error.Failures);
        Assert.Contains("MaxResponseBytes must be positive.", error.Failures);

        var options = Credential.Options(Credential.Session());
        options.MessageSecurity = new MessageSecurity();
        error = Assert.Throws<OptionsValidationException>(() => new SecureConversationHandler(options));
        Assert.Equal(["Binding and MessageSecurity are both set: set one of them."], error.Failures);

        options.Binding = null;
        options.MessageSecurity = new MessageSecurity { ClientCredentialType = MessageCredentialType.IssuedToken };
        Assert.Contains("ClientCredentialType IssuedToken", Assert.Throws<OptionsValidationException>(() => new SecureConversationHandler(options)).Message, StringComparison.Ordinal);

        options.MessageSecurity = new MessageSecurity();
        options.ProtectionRequirements = null!;
        error = Assert.Throws<OptionsValidationException>(() => new SecureConversationHandler(options));
        Assert.Equal(["MessageVersion and ProtectionRequirements must not be null."], error.Failures);

        options = Credential.Options(Credential.Session());
        options.Credentials = new ClientCredentials { ServiceCertificate = TestCertificates.Service };
        Assert.Contains("ClientCertificate", Assert.Throws<OptionsValidationException>(() => new SecureConversationHandler(options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_KeepsPrefixesThatOnlyValuesUse()
    {
        await using var service = await TestService.StartAsync(Credential.Single());
        var version = service.Binding.MessageVersion;
        var envelope = Encoding.UTF8.GetString(Messages.Envelope(version, "<R xmlns=\"urn:e\"><v type=\"p:T\"/></R>", "urn:e/EchoResponse"))
            .Replace("<s:Body>", "<s:Body xmlns:p=\"urn:p\">", StringComparison.Ordinal);
        service.Reply = _ => Task.FromResult<byte[]?>(Encoding.UTF8.GetBytes(envelope));
        await using var client = new SecureConversationClient(service.Address, Credential.Options(service.Binding));
        Assert.Equal("<R xmlns:p=\"urn:p\" xmlns=\"urn:e\"><v type=\"p:T\" /></R>", await client.CallAsync(Messages.Action, Echo));

        service.Reply = _ => Task.FromResult<byte[]?>(Messages.Envelope(version, "", "urn:e/EchoResponse"));
        Assert.Equal("", await client.CallAsync(Messages.Action, Echo));
        using var reply = await client.SendAsync(Messages.Envelope(version, Echo, Messages.Action));
        Assert.False(reply.IsFault);
        await client.SendOneWayAsync(Messages.Action, Echo);
    }

    private static Func<HttpContext, Task<bool>> Answer(int status, string? mediaType, byte[] body) => async context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = mediaType;
        if (status == 302)
        {
            context.Response.Headers.Location = "/elsewhere";
        }

        await context.Response.Body.WriteAsync(body);
        return true;
    };
}
