using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SecureConversation.AspNetCore;
using SecureConversation.Binding;
using SecureConversation.Testing;

namespace SecureConversation.Tests.Attacks;

/// <summary>A service on Kestrel whose answers are timed, with connections of an attacker who times them.</summary>
internal sealed class TimingService : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _http = new();

    private TimingService(WebApplication app, MessageSecurityBinding binding)
    {
        _app = app;
        Binding = binding;
        Address = new Uri(app.Urls.First().Replace("127.0.0.1", "localhost", StringComparison.Ordinal) + "/echo");
    }

    public MessageSecurityBinding Binding { get; }

    public Uri Address { get; }

    /// <summary>
    /// No budget by default: the samples of a class come from one address and fail under one key, and would soon be answered once a second.
    /// </summary>
    public static FailureAnswerOptions Unlimited => new() { Budget = int.MaxValue / 4 };

    public static async Task<TimingService> StartAsync(
        MessageSecurityBinding binding, FailureAnswerOptions answers, ISecuritySessionStore? store = null, bool isTest = true)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        if (isTest)
        {
            builder.Logging.AddProvider(RecordedLog.Current);
        }

        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddSecureConversation(options =>
        {
            options.Binding = binding.Element;
            options.MessageVersion = binding.MessageVersion;
            options.Credentials = TestCredentials.Service;
            options.FailureAnswers = answers;
            options.SessionStore = store;
            // Messages that fail do not keep a session alive.
            options.SessionIdleTimeout = TimeSpan.FromDays(1);
        });
        var app = builder.Build();
        app.MapSecureConversation("/echo", _ => Task.FromResult(SoapReply.FromBody("urn:e/EchoResponse", "<EchoResponse xmlns=\"urn:e\"/>")));
        await app.StartAsync();
        return new TimingService(app, binding);
    }

    public async Task<byte[]> PostAsync(ReadOnlyMemory<byte> message)
    {
        using var content = new ReadOnlyMemoryContent(message);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse($"{Binding.MessageVersion.MediaType}; charset=utf-8");
        using var response = await _http.PostAsync(Address, content);
        return await response.Content.ReadAsByteArrayAsync();
    }

    public async Task<WireConnection> ConnectAsync()
    {
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(IPAddress.Loopback, Address.Port);
        return new WireConnection(client, Address, Binding.MessageVersion.MediaType);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}

/// <summary>
/// A connection of HTTP/1.1 that times answers as an attacker can best: from just before the last octet of a request is sent, when the
/// service has read all others, to the first octets of the answer.
/// </summary>
internal sealed class WireConnection(TcpClient client, Uri address, string mediaType) : IDisposable
{
    private readonly NetworkStream _stream = client.GetStream();
    private readonly byte[] _buffer = new byte[16 * 1024];

    /// <summary>The status and the body of the last answer.</summary>
    public string Answer { get; private set; } = "";

    /// <returns>Microseconds.</returns>
    public async Task<double> TimeAsync(byte[] message, TimeSpan injected = default)
    {
        var head = Encoding.ASCII.GetBytes($"POST {address.AbsolutePath} HTTP/1.1\r\nHost: {address.Authority}\r\n"
            + $"Content-Type: {mediaType}; charset=utf-8\r\nContent-Length: {message.Length}\r\n\r\n");
        await _stream.WriteAsync((byte[])[.. head, .. message[..^1]]);
        var start = Stopwatch.GetTimestamp();
        Spinning.For(injected);
        await _stream.WriteAsync(message.AsMemory(^1));
        var length = await _stream.ReadAsync(_buffer);
        var time = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        while (!IsWhole(length))
        {
            var more = await _stream.ReadAsync(_buffer.AsMemory(length));
            length += more > 0 ? more : throw new IOException("The service closed the connection.");
        }

        Answer = Encoding.UTF8.GetString(_buffer, 0, length);
        return time;
    }

    public void Dispose() => client.Dispose();

    private bool IsWhole(int length)
    {
        var end = _buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return false;
        }

        var head = Encoding.ASCII.GetString(_buffer, 0, end);
        var at = head.IndexOf("Content-Length: ", StringComparison.OrdinalIgnoreCase) + "Content-Length: ".Length;
        return length >= end + 4 + int.Parse(head.AsSpan(at, head.AsSpan(at).IndexOfAny('\r', '\n') is var n && n >= 0 ? n : head.Length - at), System.Globalization.CultureInfo.InvariantCulture);
    }
}

/// <summary>Waits without giving the processor away, for waits that are shorter than a timer can be.</summary>
internal static class Spinning
{
    public static void For(TimeSpan time)
    {
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < time)
        {
            Thread.SpinWait(20);
        }
    }
}
