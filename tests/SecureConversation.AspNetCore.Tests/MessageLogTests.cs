using Microsoft.Extensions.Options;
using SecureConversation.AspNetCore.Tests.Support;
using SecureConversation.Diagnosis;

namespace SecureConversation.AspNetCore.Tests;

/// <summary>The log of messages of an endpoint.</summary>
public sealed class MessageLogTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task MessageLog_OfOptionsOrServices_GetsTheMessagesOfTheEndpoint(bool isOfServices)
    {
        var log = new KeptMessages();
        await using (var host = await KestrelHost.StartAsync(
            services =>
            {
                if (isOfServices)
                {
                    services.AddSingleton<IMessageLog>(log);
                }

                services.AddSecureConversation(Endpoints.With(Endpoints.Single, o =>
                {
                    o.MessageLog = isOfServices ? null : log;
                    o.MessageLogging = new() { LogMessagesAtServiceLevel = true };
                }));
            },
            app => app.MapSecureConversation("/echo", _ => Task.FromResult(SoapReply.FromEnvelope(Envelopes.Reply())))))
        {
            await host.Client(Endpoints.Single).CallOnceAsync();
            Assert.Single(host.Log.Entries, e => e.Id == 70);
        }

        Assert.Equal(
            [MessageLoggingSource.ServiceLevelReceive, MessageLoggingSource.TransportReceive, MessageLoggingSource.ServiceLevelSend, MessageLoggingSource.TransportSend],
            log.All.Select(m => m.Source));
        Assert.All(log.All, m => Assert.NotNull(m.RemoteAddress));
    }

    [Fact]
    public async Task LogThatWouldGetNothing_EndsTheStart()
    {
        var start = KestrelHost.StartAsync(Endpoints.Single, _ => Task.FromResult(SoapReply.FromEnvelope(Envelopes.Reply())), o =>
        {
            o.MessageLog = new KeptMessages();
            o.MessageLogging = new() { LogMessagesAtTransportLevel = false };
        });
        var e = await Assert.ThrowsAsync<OptionsValidationException>(() => start);
        Assert.Contains("LogMessagesAtServiceLevel", e.Message, StringComparison.Ordinal);
    }

    private sealed class KeptMessages : IMessageLog
    {
        public List<LoggedMessage> All { get; } = [];

        public void Write(LoggedMessage message) => All.Add(message);
    }
}
