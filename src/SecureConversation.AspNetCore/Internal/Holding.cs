using System.Net;

namespace SecureConversation.AspNetCore.Internal;

/// <summary>What one request or reply holds of the <see cref="RequestMemory"/>, under whose lock it changes.</summary>
/// <param name="remote">The address of the sender; null when it is not known.</param>
/// <param name="since">When it began, a timestamp of the clock.</param>
/// <param name="giveUp">Called when another request got its room.</param>
internal sealed class Holding(IPAddress? remote, long since, Action giveUp)
{
    private const string Unknown = "unknown";

    private string? _sender;
    private string? _network;

    /// <summary>The name of the sender. Made when it is asked for: small requests hold nothing.</summary>
    public string Sender => _sender ??= remote is null ? Unknown : SenderAddress.NameOf(remote);

    public string Network => _network ??= remote is null ? Unknown : SenderAddress.NetworkOf(remote);

    public long Since { get; } = since;

    public long Bytes { get; set; }

    /// <summary>Whether its peer is waited for: more of the body is to come, or the reply is being read.</summary>
    public bool IsWaiting { get; set; } = true;

    /// <summary>Whether it counts as a request that is worked on.</summary>
    public bool IsComplete { get; set; }

    /// <summary>Whether another request got its room.</summary>
    public bool IsGivenUp { get; set; }

    public void GiveUp() => giveUp();
}
