using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using SecureConversation.Cli.Captures;
using SecureConversation.Cli.Listening;
using SecureConversation.Cli.Tests.Captures;
using SecureConversation.Testing.Vectors;
using SecureConversation.Testing;

namespace SecureConversation.Cli.Tests.Listening;

/// <summary>A client that replays a recorded conversation, the recorder, and a service that answers as it was recorded: over sockets.</summary>
public sealed class ListenTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WhatGoesThrough_IsUnchanged_AndRead(bool isHar)
    {
        using var directory = new TemporaryDirectory();
        var target = isHar ? Path.Combine(directory.FullName, "a.har") : directory.FullName;
        await using var service = await Service.StartAsync();
        using var record = isHar ? (IExchangeRecord)new HarRecord(target) : new DirectoryRecord(target);
        await using var listener = await Listener.StartAsync(service.Address, 0, record, TextWriter.Null);
        Assert.Equal("localhost", listener.Address.Host);
        using var client = new HttpClient { BaseAddress = listener.Address };
        foreach (var (number, (request, reply)) in RecordedMessages.Exchanges.Index())
        {
            Assert.Equal(reply?.ReadBytes() ?? [], await PostAsync(client, request));
            await RecordedAsync(listener, number + 1);
            Assert.Equal(request.ReadBytes(), service.Received[^1].Body);

            // The file is whole now: a process that is killed here has lost nothing.
            var soFar = await CaptureReader.ReadAsync(target, Cancellation);
            Assert.Equal(number + 1, soFar.Messages.Max(message => message.Exchange));
            Assert.Empty(soFar.Notes);
        }

        var capture = await CaptureReader.ReadAsync(target, Cancellation);
        RecordedMessages.AssertSame(capture, hasTimes: false);
        RecordedMessages.AssertPaired(capture);
        Assert.All(service.Received, request => Assert.Equal(service.Address.Authority, request.Host));
        Assert.All(service.Received, request => Assert.Equal("Bearer secret", request.Authorization));
        foreach (var file in Directory.GetFiles(directory.FullName))
        {
            var text = await File.ReadAllTextAsync(file, Cancellation);
            Assert.DoesNotContain("secret", text, StringComparison.Ordinal);
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            }
        }
    }

    [Fact]
    public async Task Wsdl_NamesTheListener()
    {
        using var directory = new TemporaryDirectory();
        await using var service = await Service.StartAsync();
        using var record = new HarRecord(Path.Combine(directory.FullName, "a.har"));
        await using var listener = await Listener.StartAsync(service.Address, 0, record, TextWriter.Null);
        using var client = new HttpClient { BaseAddress = listener.Address };

        var wsdl = await client.GetStringAsync("echo?wsdl", Cancellation);
        Assert.Contains($"location=\"{listener.Address}echo\"", wsdl, StringComparison.Ordinal);
        Assert.Contains($"location=\"{listener.Address}echo?wsdl=1\"", wsdl, StringComparison.Ordinal);
        Assert.Contains("location=\"http://other.example.org/echo\"", wsdl, StringComparison.Ordinal);
        Assert.Contains("namespace=\"http://tempuri.org/\"", wsdl, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ServiceThatIsNotThere_IsTold()
    {
        using var directory = new TemporaryDirectory();
        var service = await Service.StartAsync();
        var address = service.Address;
        await service.DisposeAsync();
        using var output = new StringWriter();
        using var record = new HarRecord(Path.Combine(directory.FullName, "a.har"));
        await using (var listener = await Listener.StartAsync(address, 0, record, output))
        {
            using var client = new HttpClient { BaseAddress = listener.Address };
            using var content = new StringContent("<a/>");
            using var response = await client.PostAsync(new Uri("echo", UriKind.Relative), content, Cancellation);
            Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
            await listener.StopAsync();
        }

        Assert.Contains("The service gave no reply", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task HarOfBytesThatAreNoText_GivesThemBack()
    {
        using var directory = new TemporaryDirectory();
        var path = Path.Combine(directory.FullName, "a.har");
        byte[] body = [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes("<s:Envelope xmlns:s='urn:s'>\uD83D\uDE00</s:Envelope>")];
        using (var record = new HarRecord(path))
        {
            var entity = new RecordedEntity([KeyValuePair.Create("Content-Type", "text/xml; charset=utf-16")], body, body.Length, null);
            record.Write(new RecordedExchange
            {
                Instant = DateTimeOffset.UnixEpoch,
                Duration = TimeSpan.FromSeconds(1),
                Method = "POST",
                Address = new Uri("http://example.org/"),
                Request = entity,
                Reply = entity,
                Status = 200,
            });
            Assert.Throws<IOException>(() => new HarRecord(path));
        }

        var capture = await CaptureReader.ReadAsync(path, Cancellation);
        Assert.All(capture.Messages, message => Assert.Equal(body, message.Body.ToArray()));
        Assert.Equal([DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddSeconds(1)], capture.Messages.Select(message => message.Instant!.Value));
    }

    [Fact]
    public async Task Command_EndsWithCtrlC()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The signal is sent by a program of Linux.");
        using var directory = new TemporaryDirectory();
        await using var service = await Service.StartAsync();
        var path = Path.Combine(directory.FullName, "a.har");
        using var process = new System.Diagnostics.Process
        {
            // A shell has its jobs in the background ignore the signal, and so would this process if the tests are one.
            StartInfo = new("env", ["--default-signal=INT", "dotnet", Path.Combine(AppContext.BaseDirectory, "SecureConversation.Cli.dll"), "listen",
                "--forward", service.Address.AbsoluteUri, "--out", path])
            {
                RedirectStandardOutput = true,
            },
        };
        Assert.True(process.Start());
        try
        {
            var first = await process.StandardOutput.ReadLineAsync(Cancellation);
            using var client = new HttpClient { BaseAddress = new Uri(first!.Split(' ')[0]) };
            await PostAsync(client, RecordedMessages.Exchanges[0].Request);
            Assert.Contains("POST /echo 200", await process.StandardOutput.ReadLineAsync(Cancellation), StringComparison.Ordinal);
            using var signal = System.Diagnostics.Process.Start("kill", ["-INT", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
            await process.WaitForExitAsync(Cancellation).WaitAsync(TimeSpan.FromMinutes(1), Cancellation);
            Assert.Equal(ExitCode.Success, process.ExitCode);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }

        Assert.Equal(2, (await CaptureReader.ReadAsync(path, Cancellation)).Messages.Count);
    }

    // The client has its reply before it is recorded.
    private static async Task RecordedAsync(Listener listener, int exchanges)
    {
        while (listener.Exchanges < exchanges)
        {
            await Task.Delay(10, Cancellation);
        }
    }

    private static async Task<byte[]> PostAsync(HttpClient client, VectorMessage message)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("echo", UriKind.Relative));
        request.Content = new ByteArrayContent(message.ReadBytes());
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(message.ContentType!);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "secret");
        request.Headers.Add("Cookie", "a=secret");
        using var response = await client.SendAsync(request, Cancellation);
        return await response.Content.ReadAsByteArrayAsync(Cancellation);
    }

    /// <summary>Answers each recorded request with its recorded reply, and with a cookie that nobody may see.</summary>
    private sealed class Service : IAsyncDisposable
    {
        private readonly WebApplication _server;

        private Service(WebApplication server) => _server = server;

        public Uri Address => new(_server.Urls.First());

        public List<(string Host, string? Authorization, byte[] Body)> Received { get; } = [];

        public static async Task<Service> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders().AddProvider(RecordedLog.Current);
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            var service = new Service(builder.Build());
            service._server.Run(service.AnswerAsync);
            await service._server.StartAsync(Cancellation);
            return service;
        }

        public ValueTask DisposeAsync() => _server.DisposeAsync();

        private async Task AnswerAsync(HttpContext context)
        {
            if (context.Request.Method == "GET")
            {
                context.Response.ContentType = "text/xml; charset=utf-8";
                await context.Response.WriteAsync("<definitions xmlns='http://schemas.xmlsoap.org/wsdl/'>"
                    + $"<import namespace='http://tempuri.org/' location='{Address}echo?wsdl=1'/><address location='{Address}echo'/>"
                    + "<address location='http://other.example.org/echo'/></definitions>");
                return;
            }

            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            Received.Add((context.Request.Host.Value ?? "", context.Request.Headers.Authorization, body.ToArray()));
            var reply = RecordedMessages.Exchanges.Single(exchange => exchange.Request.ReadBytes().AsSpan().SequenceEqual(body.ToArray())).Reply;
            context.Response.Headers.SetCookie = "b=secret";
            context.Response.StatusCode = reply is null ? 202 : 200;
            if (reply is not null)
            {
                context.Response.ContentType = reply.ContentType;
                await context.Response.Body.WriteAsync(reply.ReadBytes());
            }
        }
    }
}
