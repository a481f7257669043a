using SecureConversation;

namespace Farm.Steps;

/// <summary>Redis goes away and comes back.</summary>
internal static class Outage
{
    public static async Task ShowAsync(Farm farm, Report report)
    {
        using var transport = new RoundRobin(farm.One.Address, farm.Other.Address);
        await using var client = Clients.Create(transport);
        var before = await client.PlaceAsync(3);
        await client.PlaceAsync(4);
        await farm.Redis.StopAsync();
        var answers = new List<SecureConversationFailure?> { await TryAsync(client), await TryAsync(client), await TryAsync(client), await TryAsync(client) };
        report.Claim("Without Redis no message is accepted, and clients are told that the service is busy",
            string.Join(", ", answers.Select(a => a?.ToString() ?? "accepted")), answers.TrueForAll(a => a == SecureConversationFailure.ServerTooBusy));

        await farm.Redis.StartAsync();
        // Each process finds Redis again for itself.
        for (var (attempts, inTurn) = (0, 0); inTurn < 2 && attempts < 200; attempts++)
        {
            inTurn = await TryAsync(client) is null ? inTurn + 1 : 0;
            await Task.Delay(inTurn > 0 ? 0 : 100);
        }

        var (one, other) = (await client.PlaceAsync(5), await client.PlaceAsync(6));
        report.Claim("The session goes on at both processes when Redis is back, without a restart of anything",
            $"{one.Session} at {one.By} and {other.By}", one.Session == before.Session && other.Session == before.Session && one.By != other.By);
    }

    private static async Task<SecureConversationFailure?> TryAsync(SecureConversation.Http.SecureConversationClient client)
    {
        try
        {
            await client.PlaceAsync(0);
            return null;
        }
        catch (SecureConversationException e)
        {
            return e.Failure;
        }
    }
}
