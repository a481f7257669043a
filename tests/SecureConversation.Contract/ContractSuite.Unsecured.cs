using SecureConversation.Contract.Sides;

namespace SecureConversation.Contract;

// Replies without security, where both sides say so.
public abstract partial class ContractSuite<TService, TClient>
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task UnsecuredReplies_AreInClear_AndFaultsAndSessionsAreNot(bool inSession)
    {
        var settings = new Scenario { InSession = inSession, HasUnsecuredReplies = true };
        await using var service = await StartAsync(settings);
        await using var client = Connect(service, settings);

        Assert.Equal("in clear", await client.EchoAsync("in clear"));
        var exchange = service.Probe.Wire.Last();
        Assert.DoesNotContain("in clear", exchange.RequestText, StringComparison.Ordinal);
        Assert.Contains("in clear", exchange.ResponseText, StringComparison.Ordinal);
        Assert.DoesNotContain("Security ", exchange.ResponseText, StringComparison.Ordinal);

        var fault = await Assert.ThrowsAsync<ContractFaultException>(() => client.DivideAsync(1, 0));
        Assert.Equal("DivideByZero", fault.Subcode);
        Assert.DoesNotContain("DivideByZero", service.Probe.Wire.Last().ResponseText, StringComparison.Ordinal);
        await client.CloseAsync();
        if (inSession)
        {
            Assert.Contains("Security ", service.Probe.Wire.First().ResponseText, StringComparison.Ordinal);
            Assert.Contains("Security ", service.Probe.Wire.Last().ResponseText, StringComparison.Ordinal);
        }
    }

    /// <summary>A reply that somebody wrote, or took the security off, is not taken where the client does not allow it.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task UnsecuredReply_OfAService_IsRefusedByAClientThatDoesNotAllowIt(bool inSession)
    {
        await using var service = await StartAsync(new() { InSession = inSession, HasUnsecuredReplies = true });
        await using var client = Connect(service, new() { InSession = inSession });

        await Assert.ThrowsAsync<ContractRefusedException>(() => client.EchoAsync("x"));
    }
}
