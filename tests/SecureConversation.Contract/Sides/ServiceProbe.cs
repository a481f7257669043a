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

        var request = new MemoryStream();
        await context.Request.Body.CopyToAsync(request);
        request = ChangeRequest is { } change ? new MemoryStream(Encoding.UTF8.GetBytes(change(Encoding.UTF8.GetString(request.ToArray())))) : request;
        request.Position = 0;
        context.Request.ContentLength = request.Length;
        context.Request.Body = request;
        var original = context.Response.Body;
        using var response = new MemoryStream();
        context.Response.Body = response;
        await next(context);
        context.Response.Body = original;
        Wire.Enqueue(new WireExchange(context.Request.ContentType!, context.Request.Headers["SOAPAction"], request.ToArray(), context.Response.StatusCode, response.ToArray()));
        if (ChangeReply is not { } alter)
        {
            await original.WriteAsync(response.ToArray());
            return;
        }

        var altered = Encoding.UTF8.GetBytes(alter(Encoding.UTF8.GetString(response.ToArray())));
        context.Response.ContentLength = altered.Length;
        await original.WriteAsync(altered);
    };
}

/// <summary>One exchange on the wire.</summary>
public sealed record WireExchange(string ContentType, string? SoapAction, byte[] Request, int Status, byte[] Response)
{
    public string RequestText => Encoding.UTF8.GetString(Request);

    public string ResponseText => Encoding.UTF8.GetString(Response);
}
