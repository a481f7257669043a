using SecureConversation.CoreWCF.Tests.Support;
using SecureConversation.Testing;

namespace SecureConversation.CoreWCF.Tests;

/// <summary>
/// Requests that CoreWCF's dispatcher answers without closing them, or does not answer: their exchanges end, so that they hold neither a
/// connection nor the host.
/// </summary>
public sealed class ForgottenRequestTests
{
    // A fault gets no fault for an answer.
    private const string Fault = "<s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code><s:Reason><s:Text xml:lang='en'>no</s:Text></s:Reason></s:Fault>";

    // WS-Addressing 1.0 Core section 3.2: an endpoint reference has an Address.
    private const string ReplyToWithoutAddress = "<a:ReplyTo/>";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("Count", null, ReplyToWithoutAddress)]
    [InlineData("Count", Fault, ReplyToWithoutAddress)]
    [InlineData("Count", Fault, "")]
    [InlineData("Unknown", null, "")]
    [InlineData("Unknown", Fault, "")]
    [InlineData("Unknown", null, ReplyToWithoutAddress)]
    [InlineData("Notify", null, ReplyToWithoutAddress)]
    [InlineData("Leave", Fault, "")]
    [InlineData("Leave", Fault, ReplyToWithoutAddress)]
    public async Task RequestThatIsNotDispatched_EndsInEachStateOfItsSession(string operation, string? body, string headers)
    {
        var element = Bindings.Session();
        foreach (var before in new[] { "", "Count", "Leave", "Fail", "Abort", "AbortChannel" })
        {
            var host = await EchoHost.StartAsync<ISessionEcho>(Bindings.Text(element));
            using var session = await RawSession.OpenAsync(host.Address, element.Settings);
            if (before.Length > 0)
            {
                // Some of these end the session, or their own exchange.
                Assert.True(await Record.ExceptionAsync(() => session.CallAsync(before).WaitAsync(Patience))
                    is null or SecureConversationException or HttpRequestException, before);
            }

            for (var i = 0; i < 3; i++)
            {
                // Some get a fault, some the acknowledgement of the transport, and a session that failed is closed.
                Assert.True(await Record.ExceptionAsync(() => session.CallAsync(operation, body, headers).WaitAsync(Patience))
                    is null or SecureConversationException, $"{operation} after {before}");
            }

            await host.IdleAsync().WaitAsync(Patience);
            Assert.True(await Record.ExceptionAsync(() => session.CancelAsync().WaitAsync(Patience)) is null or SecureConversationException);
            await host.DisposeAsync().AsTask().WaitAsync(Patience);
            Assert.Equal(host.Probe.Created, host.Probe.Disposed);
        }
    }

    [Theory]
    [InlineData("Count", Fault)]
    [InlineData("Unknown", "<Unknown xmlns='urn:e'/>")]
    [InlineData("Unknown", Fault)]
    public async Task RequestThatIsNotDispatched_EndsWithoutSessions(string operation, string body)
    {
        var element = Bindings.Bootstrap("mutual");
        var host = await EchoHost.StartAsync<ISinglesEcho>(Bindings.Text(element));
        await using (var client = Client.For(host, element))
        {
            for (var i = 0; i < 3; i++)
            {
                await Assert.ThrowsAnyAsync<Exception>(() => client.CallAsync("urn:e/" + operation, body).WaitAsync(Patience));
            }

            await host.IdleAsync().WaitAsync(Patience);
            Assert.Equal("1", await client.AskAsync("Count"));
        }

        await host.DisposeAsync().AsTask().WaitAsync(Patience);
    }

    [Fact]
    public async Task Services_RunWithoutSynchronizationContext()
    {
        var element = Bindings.Session();
        await using var host = await EchoHost.StartAsync<ISessionEcho>(Bindings.Text(element));
        using var session = await RawSession.OpenAsync(host.Address, element.Settings);

        var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => session.CallAsync("Surroundings"))).WaitAsync(Patience);

        Assert.All(replies, reply => Assert.Contains("<SurroundingsResult>none</SurroundingsResult>", reply, StringComparison.Ordinal));
    }
}
