using System.Net;
using System.Xml;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Samples;
using SecureConversation.AspNetCore;
using SecureConversation.Credentials;
using StackExchange.Redis;

namespace Farm;

/// <summary>One process of the service. What makes it one of a farm are the two lines marked below.</summary>
internal static class OrderService
{
    public const string Command = "serve";
    public const string Action = "urn:farm/Place";
    public const string Ready = "listening at ";

    /// <summary>In the place of Redis: sessions are in cookies.</summary>
    public const string NoRedis = "none";

    /// <summary>Where the orders are, which is the application's matter.</summary>
    public const string Orders = "farm:orders";

    /// <summary>The address that clients know, whoever is behind it.</summary>
    public static readonly Uri Address = new("http://localhost/orders");

    public static async Task RunAsync(string name, string redis, string keys)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));

        // 1. All processes decrypt what one has encrypted.
        builder.Services.AddDataProtection().SetApplicationName("farm").PersistKeysToFileSystem(new DirectoryInfo(keys));
        // 2. Sessions and the memory of replayed messages are in Redis. With cookies that is not needed.
        await using var connection = redis == NoRedis ? null : await ConnectAsync(redis);
        if (connection is not null)
        {
            builder.Services.AddSingleton<IConnectionMultiplexer>(connection);
            builder.Services.AddSecureConversationRedis();
        }

        builder.Services.AddSecureConversation(service =>
        {
            service.Binding = Clients.Binding(hasCookies: connection is null);
            service.Credentials = new ServiceCredentials
            {
                ServiceCertificate = new X509Credential(SampleCertificates.Service),
                ClientCertificateValidation = Clients.Trust(SampleCertificates.Client),
            };
            // The processes listen at different ports, and are one endpoint.
            service.Address = Address;
            service.EndpointName = "orders";
        });
        var app = builder.Build();
        app.MapSecureConversation("/orders", async context =>
        {
            var order = ReadOrder(context);
            if (connection is not null)
            {
                // A set: an order that comes twice is one order, so clients may repeat the call.
                await connection.GetDatabase().SetAddAsync(Orders, order);
            }

            var session = context.Session?.Id ?? "a cookie";
            return SoapReply.FromBody($"{Action}Response",
                $"<PlaceResponse xmlns=\"urn:farm\"><order>{order}</order><by>{name}</by><session>{session}</session></PlaceResponse>");
        });
        await app.StartAsync();
        Console.WriteLine(Ready + app.Urls.First());

        // Whoever started the process ends it by closing its input, also by dying.
        await Console.In.ReadToEndAsync();
        await app.StopAsync();
        await app.DisposeAsync();
    }

    /// <summary>The application has its own use for Redis, and the library takes the same connection. It connects again by itself.</summary>
    private static async Task<ConnectionMultiplexer> ConnectAsync(string redis)
    {
        var options = ConfigurationOptions.Parse(redis);
        options.AbortOnConnectFail = false;
        return await ConnectionMultiplexer.ConnectAsync(options);
    }

    private static int ReadOrder(SecureConversationContext context)
    {
        using var reader = context.CreateBodyReader();
        reader.ReadToFollowing("order", "urn:farm");
        return reader.ReadElementContentAsInt();
    }
}
