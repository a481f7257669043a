using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace SecureConversation.Contract.Sides;

/// <summary>What a test may know of the inside of a service, and the wire in front of it.</summary>
public sealed class ServiceProbe
{
    private int _calls;

    /// <summary>Calls that reached an operation.</summary>
    public int Calls => Volatile.Read(ref _calls);

    public ConcurrentQueue<string> Notified { get; } = new();

    public SemaphoreSlim NotifiedSignal { get; } = new(0);

    /// <summary>Released each time a session has ended.</summary>
    public SemaphoreSlim SessionEnded { get; } = new(0);

    /// <summary>Whether bodies are recorded; the heavy tests do without.</summary>
    public bool Records { get; set; } = true;

    /// <summary>What somebody on the way makes of a request; null for nobody there.</summary>
    public Func<string, string>? ChangeRequest { get; set; }

    /// <summary>What somebody on the way makes of a reply; null for nobody there.</summary>
    public Func<string, string>? ChangeReply { get; set; }

    /// <summary>Whether the connection ends before the service has the next request, and again whether before its client has the reply; null for never.</summary>
    public Func<bool>? Loses { get; set; }

    public ConcurrentQueue<WireExchange> Wire { get; } = new();

    public void OnCall() => Interlocked.Increment(ref _calls);

    public void OnNotified(string text)
    {
        Notified.Enqueue(text);
        NotifiedSignal.Release();
    }

    /// <summary>Middleware in front of the stack that hosts the service.</summary>
    public RequestDelegate Tap(RequestDelegate next) => async context =>
    {
        if (!Records)
        {
            await next(context);
            return;
        }

        if (Loses?.Invoke() == true)
        {
            context.Abort();
            return;
        }

        var request = new MemoryStream();
        await context.Request.Body.CopyToAsync(request);
        if (ChangeRequest is { } change)
        {
            request = new MemoryStream(Encoding.UTF8.GetBytes(change(WireExchange.Text(context.Request.ContentType, request.ToArray()))));
            context.Request.ContentType = WireExchange.TextType(context.Request.ContentType);
        }

        request.Position = 0;
        context.Request.ContentLength = request.Length;
        context.Request.Body = request;
        var original = context.Response.Body;
        using var response = new MemoryStream();
        context.Response.Body = response;
        await next(context);
        context.Response.Body = original;
        Wire.Enqueue(new WireExchange(context.Request.ContentType!, context.Request.Headers["SOAPAction"], request.ToArray(), context.Response.StatusCode, response.ToArray()) { ResponseType = context.Response.ContentType });
        if (Loses?.Invoke() == true)
        {
            context.Abort();
            return;
        }

        if (ChangeReply is not { } alter)
        {
            await original.WriteAsync(response.ToArray());
            return;
        }

        var altered = Encoding.UTF8.GetBytes(alter(WireExchange.Text(context.Response.ContentType, response.ToArray())));
        context.Response.ContentType = WireExchange.TextType(context.Response.ContentType);
        context.Response.ContentLength = altered.Length;
        await original.WriteAsync(altered);
    };
}

/// <summary>One exchange on the wire.</summary>
public sealed record WireExchange(string ContentType, string? SoapAction, byte[] Request, int Status, byte[] Response)
{
    public string? ResponseType { get; init; }

    public string RequestText => Text(ContentType, Request);

    public string ResponseText => Text(ResponseType, Response);

    /// <summary>The envelope as text, whatever its encoding is.</summary>
    public static string Text(string? contentType, byte[] body)
    {
        if (!IsPackage(contentType))
        {
            return Encoding.UTF8.GetString(body);
        }

        using var decoded = EnvelopeEncoding.Decode(body, contentType);
        return Encoding.UTF8.GetString(decoded.Envelope.Span);
    }

    /// <summary>The content type of that text. Whoever speaks MTOM reads text as well.</summary>
    public static string? TextType(string? contentType) => !IsPackage(contentType) ? contentType
        : (contentType!.Contains("start-info=\"text/xml\"", StringComparison.Ordinal) ? "text/xml" : "application/soap+xml") + "; charset=utf-8";

    private static bool IsPackage(string? contentType) => contentType?.StartsWith("multipart/related", StringComparison.Ordinal) == true;
}
