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

    /// <summary>Where the orders are, which is the application's matter.</summary>
    public const string Orders = "farm:orders";

    /// <summary>The address that clients know, whoever is behind it.</summary>
    public static readonly Uri Address = new("http://localhost/orders");

    public static async Task RunAsync(string name, string redis, string keys)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));

        // The application has its own use for Redis, and the library takes the same connection. It connects again by itself.
        var options = ConfigurationOptions.Parse(redis);
        options.AbortOnConnectFail = false;
        await using var connection = await ConnectionMultiplexer.ConnectAsync(options);
        builder.Services.AddSingleton<IConnectionMultiplexer>(connection);

        // 1. All processes decrypt what one has encrypted.
        builder.Services.AddDataProtection().SetApplicationName("farm").PersistKeysToFileSystem(new DirectoryInfo(keys));
        // 2. Sessions and the memory of replayed messages are in Redis.
        builder.Services.AddSecureConversationRedis();

        builder.Services.AddSecureConversation(service =>
        {
            service.MessageSecurity = Clients.Security;
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
            // A set: an order that comes twice is one order, so clients may repeat the call.
            await connection.GetDatabase().SetAddAsync(Orders, order);
            return SoapReply.FromBody($"{Action}Response",
                $"<PlaceResponse xmlns=\"urn:farm\"><order>{order}</order><by>{name}</by><session>{context.Session!.Id}</session></PlaceResponse>");
        });
        await app.StartAsync();
        Console.WriteLine(Ready + app.Urls.First());

        // Whoever started the process ends it by closing its input, also by dying.
        await Console.In.ReadToEndAsync();
        await app.StopAsync();
        await app.DisposeAsync();
    }

    private static int ReadOrder(SecureConversationContext context)
    {
        using var reader = context.CreateBodyReader();
        reader.ReadToFollowing("order", "urn:farm");
        return reader.ReadElementContentAsInt();
    }
}
