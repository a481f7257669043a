using SecureConversation.Binding;
using SecureConversation.Cli.Captures;
using SecureConversation.Testing.Vectors;

namespace SecureConversation.Cli.Tests.Captures;

/// <summary>A recorded conversation that captures of every format are made of, and what has to come out of them.</summary>
internal static class RecordedMessages
{
    public const string Name = "session/sc-mutualcert-2007";

    public static IReadOnlyList<VectorMessage> All { get; } = [.. VectorArchive.Get(Name).Messages];

    /// <summary>Requests, each with its reply where it has one.</summary>
    public static IReadOnlyList<(VectorMessage Request, VectorMessage? Reply)> Exchanges { get; } =
        [.. All.Index().Where(entry => entry.Item.IsFromClient).Select(entry =>
            (entry.Item, All.ElementAtOrDefault(entry.Index + 1) is { IsFromClient: false } reply ? reply : null))];

    public static void AssertSame(Capture capture, bool hasTimes = true)
    {
        Assert.Equal(All.Select(message => message.ReadBytes()), capture.Messages.Select(message => message.Body.ToArray()));
        Assert.Equal(All.Select(Direction), capture.Messages.Select(message => message.Direction));
        Assert.All(capture.Messages, message => Assert.Null(message.Problem));
        if (hasTimes)
        {
            Assert.Equal(All.Select(message => message.Record.Instant), capture.Messages.Select(message => message.Instant!.Value));
        }
    }

    public static void AssertPaired(Capture capture)
    {
        var numbers = Exchanges.SelectMany((exchange, i) => exchange.Reply is null ? new[] { i + 1 } : [i + 1, i + 1]);
        Assert.Equal(numbers, capture.Messages.Select(message => message.Exchange!.Value));
    }

    public static MessageDirection? Direction(VectorMessage message) =>
        message.IsFromClient ? MessageDirection.ClientToService : MessageDirection.ServiceToClient;

    public static async Task<Capture> ReadAsync(byte[] content, string name = "capture.bin")
    {
        using var directory = new TemporaryDirectory();
        return await CaptureReader.ReadAsync(directory.Add(name, content), TestContext.Current.CancellationToken);
    }
}
