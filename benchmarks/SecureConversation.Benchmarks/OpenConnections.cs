using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SecureConversation.AspNetCore;
using SecureConversation.Binding;
using SecureConversation.Testing;

namespace SecureConversation.Benchmarks;

/// <summary>
/// The memory of a service with many connections whose requests announce 4 MiB and bring little of it: what a stranger gets for a socket.
/// The service is a process of its own, since a process may have too few files for both ends. Exits with 1 when a connection takes more
/// than the bound.
/// </summary>
internal static class OpenConnections
{
    public const string Service = "connections-service";

    private const int Announced = 4 * 1024 * 1024;

    // Beside what arrived, or twice that: the connection itself, its task and the buffers of the server.
    private const int MaxBytesBeside = 48 * 1024;

    /// <summary>The service: prints its port, and its memory whenever it reads a line.</summary>
    public static async Task ServeAsync()
    {
        await using var app = await StartAsync();
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        Console.WriteLine(new Uri(addresses.First()).Port);
        while (Console.ReadLine() is not null)
        {
            var managed = GC.GetTotalMemory(forceFullCollection: true);
            using var process = Process.GetCurrentProcess();
            Console.WriteLine($"{managed} {process.WorkingSet64}");
        }
    }

    public static async Task<int> RunAsync(int count)
    {
        using var service = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, Service)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        var port = int.Parse(service.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
        var isBounded = true;
        foreach (var framing in new[] { $"Content-Length: {Announced}\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\nffffff\r\n" })
        {
            foreach (var sent in new[] { 0, 100, 16 * 1024 })
            {
                isBounded &= await MeasureAsync(service, port, count, framing, sent);
            }
        }

        service.StandardInput.Close();
        await service.WaitForExitAsync();
        return isBounded ? 0 : 1;
    }

    private static async Task<bool> MeasureAsync(Process service, int port, int count, string framing, int sent)
    {
        var sockets = new List<Socket>(count);
        var head = Encoding.ASCII.GetBytes($"POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/soap+xml; charset=utf-8\r\n{framing}");
        var body = new byte[sent];
        var (managed, resident) = Memory(service);
        try
        {
            for (var i = 0; i < count; i++)
            {
                // A loopback address has 28,000 ports.
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                sockets.Add(socket);
                await socket.ConnectAsync(IPAddress.Loopback, port);
                await socket.SendAsync(head);
                await socket.SendAsync(body);
            }

            // The server has read what was sent when another request is answered, and a little later surely.
            await Task.Delay(2000);
            var (managedNow, residentNow) = Memory(service);
            var each = (managedNow - managed) / count;
            var isBounded = each <= MaxBytesBeside + (2 * sent);
            Console.WriteLine($"{(isBounded ? "  " : "!!")} {count} connections, {framing.Split(':')[0],-17} {sent,6} bytes sent: "
                + $"{each} bytes managed each, {(residentNow - resident) / 1048576} MiB resident for all");
            return isBounded;
        }
        finally
        {
            sockets.ForEach(s => s.Dispose());
            await Task.Delay(2000);
        }
    }

    private static (long Managed, long Resident) Memory(Process service)
    {
        service.StandardInput.WriteLine();
        var numbers = service.StandardOutput.ReadLine()!.Split(' ');
        return (long.Parse(numbers[0], CultureInfo.InvariantCulture), long.Parse(numbers[1], CultureInfo.InvariantCulture));
    }

    private static async Task<WebApplication> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Limits.MinRequestBodyDataRate = null;
        });
        builder.Services.AddSecureConversation(options =>
        {
            options.Binding = SecurityBindingElement.CreateMutualCertificateBindingElement();
            options.Credentials = TestCredentials.Service;
        });
        var app = builder.Build();
        app.MapSecureConversation("/echo", _ => Task.FromResult(SoapReply.None));
        await app.StartAsync();
        return app;
    }
}
