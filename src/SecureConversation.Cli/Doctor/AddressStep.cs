using System.Net;
using System.Net.Sockets;

namespace SecureConversation.Cli.Doctor;

/// <summary>Whether the address leads to something that listens.</summary>
internal static class AddressStep
{
    private const string Name = "address";

    public static async Task<StepReport> RunAsync(Uri address, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        IPAddress[] found;
        try
        {
            found = await Dns.GetHostAddressesAsync(address.IdnHost, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or ArgumentException || IsTimeout(e, cancellationToken))
        {
            return Failed($"The name {address.IdnHost} is not resolved: {e.Message}",
                "Compare the name with that of the service; look at DNS and at the hosts file of this machine.");
        }

        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(found, address.Port, limit.Token).ConfigureAwait(false);
            return new StepReport(Name, StepStatus.Ok, $"{address.Authority} answers.")
            {
                Details = [$"connected to {client.Client.RemoteEndPoint}"],
            };
        }
        catch (Exception e) when (e is SocketException || IsTimeout(e, cancellationToken))
        {
            return Failed($"Nothing answers at {address.Authority}: {e.Message}",
                "Look whether the service runs, listens on that port, and whether a firewall or proxy stands between.");
        }
    }

    private static bool IsTimeout(Exception e, CancellationToken outer) =>
        e is OperationCanceledException && !outer.IsCancellationRequested;

    private static StepReport Failed(string found, string remedy) => new(Name, StepStatus.Failed, found) { Remedy = remedy };
}
