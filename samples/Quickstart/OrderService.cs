using System.Collections.Concurrent;
using System.Net;
using System.Security.Claims;
using System.Xml;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SecureConversation;
using SecureConversation.AspNetCore;
using SecureConversation.Diagnosis;

namespace Quickstart;

/// <summary>What the application saw of a request.</summary>
internal sealed record Seen(ClaimsPrincipal User, string? SessionId, DateTimeOffset? KeyExpires, MessageProtection Protection, int PlainBytes);

/// <summary>A service on Kestrel that takes orders: one endpoint with sessions, one without.</summary>
internal sealed class OrderService : IAsyncDisposable
{
    private const string WithSession = "session";
    private const string WithoutSession = "one by one";
    private readonly WebApplication _app;
    private int _requests;

    private OrderService(WebApplication app) => _app = app;

    public Uri SessionAddress => new(_app.Urls.First() + "/session");

    public Uri OneByOneAddress => new(_app.Urls.First() + "/one-by-one");

    public Seen? Last { get; private set; }

    /// <summary>Requests that got as far as the application.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>Why sessions ended, by their ids.</summary>
    public ConcurrentDictionary<string, SessionCloseReason> Ended { get; } = new();

    public int OpenSessions => _app.Services.GetRequiredKeyedService<MessageSecurityService>(WithSession).SessionCount;

    public static async Task<OrderService> StartAsync(People people)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        OrderService? service = null;
        builder.Services.AddSecureConversation(WithSession, options =>
        {
            options.MessageSecurity = Clients.InSession;
            options.Credentials = people.ServiceCredentials;
            options.SessionClosed = session => service!.Ended[session.Id] = session.CloseReason;
        });
        builder.Services.AddSecureConversation(WithoutSession, options =>
        {
            options.MessageSecurity = Clients.OneByOne;
            options.Credentials = people.ServiceCredentials;
        });

        var app = builder.Build();
        service = new OrderService(app);
        app.MapSecureConversation("/session", service.PlaceAsync, WithSession);
        app.MapSecureConversation("/one-by-one", service.PlaceAsync, WithoutSession);
        await app.StartAsync();
        return service;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private Task<SoapReply> PlaceAsync(SecureConversationContext context)
    {
        Interlocked.Increment(ref _requests);
        Last = new Seen(context.User, context.Session?.Id, context.Session?.Expires, context.Protection, context.Envelope.Length);
        using var body = context.CreateBodyReader();
        body.ReadStartElement("Place", "urn:quickstart");
        var item = body.ReadElementContentAsString("item", "urn:quickstart");
        if (item == "0")
        {
            throw new SoapFaultException("Item 0 is out of stock.") { Subcode = new XmlQualifiedName("OutOfStock", "urn:quickstart") };
        }

        var count = CountOrder(context.Session, item);
        return Task.FromResult(SoapReply.FromBody($"{context.Action}Response",
            $"<PlaceResponse xmlns='urn:quickstart'><customer>{context.User.Identity!.Name}</customer><item>{item}</item><count>{count}</count></PlaceResponse>"));
    }

    /// <summary>How many orders came in the session, this one included; always 1 without one.</summary>
    private static int CountOrder(ServiceSession? session, string item)
    {
        if (session is null)
        {
            return 1;
        }

        var orders = session.Items.TryGetValue("orders", out var value) ? (ConcurrentQueue<string>)value! : null;
        if (orders is null)
        {
            session.Items["orders"] = orders = new ConcurrentQueue<string>();
        }

        orders.Enqueue(item);
        return orders.Count;
    }
}
