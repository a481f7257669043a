using System.Net;
using SecureConversation.Binding;
using SecureConversation.Testing;

namespace SecureConversation.AspNetCore.Tests;

/// <summary>Who tries to break a reliable session, or the service by one, over sockets.</summary>
public sealed class ReliableAttackTests
{
    private const string Rm = "http://docs.oasis-open.org/ws-rx/wsrm/200702";

    private static readonly ReliableSessionBindingElement Rm11 = new() { ReliableMessagingVersion = ReliableMessagingVersion.WSReliableMessaging11 };

    private int _executed;

    public static TheoryData<string> Headers => ["Sequence", "SequenceAcknowledgement", "AckRequested"];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Headers))]
    public async Task HeaderThatNobodySigned_IsRefused(string header)
    {
        await using var host = await StartAsync();
        await using var client = await ReliableClient.OpenAsync(host, Rm11);
        var content = header switch
        {
            "Sequence" => "<r:MessageNumber>1</r:MessageNumber>",
            "SequenceAcknowledgement" => "<r:AcknowledgementRange Lower=\"1\" Upper=\"1\"/>",
            _ => "",
        };
        using var request = client.Soap.Secure(client.Session);
        var forged = Envelopes.Text(request.Envelope).Replace("<s:Header>",
            $"<s:Header><r:{header} xmlns:r=\"{Rm}\"><r:Identifier>{client.Sequence.Id}</r:Identifier>{content}</r:{header}>", StringComparison.Ordinal);
        using var response = await client.Soap.PostAsync(Envelopes.Utf8(forged));
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal(0, _executed);
        await GoesOnAsync(client);
    }

    [Fact]
    public async Task SequenceOfAnotherSession_IsUnknown()
    {
        await using var host = await StartAsync();
        await using var victim = await ReliableClient.OpenAsync(host, Rm11);
        await using var thief = await ReliableClient.OpenAsync(host, Rm11);
        foreach (var plain in new[] { Numbered(victim, 1), Ending(victim, "CloseSequence", 0), Ending(victim, "TerminateSequence", 0) })
        {
            using var answer = await thief.SendAsync(plain, Cancelled);
            Assert.Contains("UnknownSequence", answer.Message!.ReadFault()!.Subcode, StringComparison.Ordinal);
        }

        Assert.Equal(0, _executed);
        await GoesOnAsync(victim);
        await GoesOnAsync(thief);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TheGreatestNumber_CountsAsLost(bool ordered)
    {
        var settings = Rm11 with { Ordered = ordered };
        await using var host = await StartAsync(settings);
        await using var client = await ReliableClient.OpenAsync(host, settings);
        using (var answer = await client.SendAsync(Numbered(client, long.MaxValue), Cancelled))
        {
            Assert.Null(answer.Message);
        }

        Assert.Equal((0, HttpStatusCode.Accepted), (_executed, client.Statuses.Last()));
        await GoesOnAsync(client);
    }

    [Fact]
    public async Task TenThousandRequestsForSequences_MakeOneInASession()
    {
        await using var host = await StartAsync();
        await using var client = await ReliableClient.OpenAsync(host, Rm11);
        var refused = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, 10_000), new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Cancelled }, async (i, cancellationToken) =>
        {
            using var answer = await client.SendAsync(Creating(client, $"urn:uuid:{Guid.NewGuid()}"), cancellationToken);
            Interlocked.Add(ref refused, answer.Message!.ReadFault()!.Subcode!.Contains("CreateSequenceRefused", StringComparison.Ordinal) ? 1 : 0);
        });
        Assert.Equal(10_000, refused);
        await GoesOnAsync(client);
    }

    [Fact]
    public async Task RepliesThatAreNeverAcknowledged_AreKeptUpToTheLimit()
    {
        await using var host = await StartAsync(more: o => o.MaxKeptReplyBytes = 140_000, reply: new string('x', 10_000));
        var (dropped, clients) = (0, new List<ReliableClient>());
        for (var i = 0; i < 4; i++)
        {
            var client = await ReliableClient.OpenAsync(host, Rm11);
            clients.Add(client);
            for (var number = 1; number <= 8; number++)
            {
                using var answer = await client.SendAsync(Numbered(client, number), Cancelled);
                dropped += answer.Message is null ? 1 : 0;
            }
        }

        // Three quarters of the limit are the memory of six replies.
        Assert.Equal(6, _executed);
        Assert.Equal(32, _executed + dropped);
        Assert.Contains(host.Log.Entries, e => e.Id == 94);
        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }
    }

    [Fact]
    public async Task CutConnections_ExecuteNothingTwice()
    {
        await using var host = await StartAsync();
        await using var client = await ReliableClient.OpenAsync(host, Rm11);
        for (var number = 1; number <= 20; number++)
        {
            var plain = Numbered(client, number);
            using var cut = new CancellationTokenSource(TimeSpan.FromMilliseconds(number % 7));
            try
            {
                using (await client.SendAsync(plain, cut.Token))
                {
                }
            }
            catch (OperationCanceledException)
            {
                // It may have arrived.
            }

            // The window holds eight replies, so those before are acknowledged.
            using var again = await client.SendAsync(
                number == 1 ? plain : With(plain, $"<r:SequenceAcknowledgement xmlns:r=\"{Rm}\"><r:Identifier>{client.Offer}</r:Identifier><r:AcknowledgementRange Lower=\"1\" Upper=\"{number - 1}\"/></r:SequenceAcknowledgement>"), Cancelled);
            Assert.NotNull(again.Message);
        }

        Assert.Equal(20, _executed);
    }

    [Fact]
    public async Task CloseWithAWrongLastNumber_EndsTheSequenceAndNoOther()
    {
        await using var host = await StartAsync();
        await using var client = await ReliableClient.OpenAsync(host, Rm11);
        using (await client.SendAsync(Numbered(client, 1), Cancelled))
        {
        }

        using (var answer = await client.SendAsync(Ending(client, "CloseSequence", 0), Cancelled))
        {
            Assert.Contains("SequenceTerminated", answer.Message!.ReadFault()!.Subcode, StringComparison.Ordinal);
        }

        using (var late = await client.SendAsync(Numbered(client, 2), Cancelled))
        {
            Assert.Contains("UnknownSequence", late.Message!.ReadFault()!.Subcode, StringComparison.Ordinal);
        }

        Assert.Contains(host.Log.Entries, e => e.Id == 92);
        await client.Soap.CancelAsync(client.Session);
        await using var other = await ReliableClient.OpenAsync(host, Rm11);
        await GoesOnAsync(other);
    }

    [Fact]
    public async Task ReplayedMessage_IsRefused_AndTheSequenceGoesOn()
    {
        await using var host = await StartAsync();
        await using var client = await ReliableClient.OpenAsync(host, Rm11);
        using var request = client.Soap.Secure(client.Session, Numbered(client, 1));
        using (var first = await client.Soap.PostAsync(request.Envelope))
        {
            Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        }

        using (var replayed = await client.Soap.PostAsync(request.Envelope))
        {
            Assert.Equal(HttpStatusCode.InternalServerError, replayed.StatusCode);
        }

        Assert.Equal(1, _executed);
        using var second = await client.SendAsync(Numbered(client, 2), Cancelled);
        Assert.False(second.Message!.IsFault);
    }

    private async Task GoesOnAsync(ReliableClient client)
    {
        var before = _executed;
        using var answer = await client.SendAsync(Numbered(client, 1), Cancelled);
        Assert.Equal((false, before + 1), (answer.Message!.IsFault, _executed));
    }

    private Task<KestrelHost> StartAsync(
        ReliableSessionBindingElement? settings = null, Action<SecureConversationServiceOptions>? more = null, string reply = "ok") => KestrelHost.StartAsync(
        Endpoints.Session, _ =>
        {
            Interlocked.Increment(ref _executed);
            return Task.FromResult(SoapReply.FromBody("urn:e/EchoResponse", $"<n xmlns=\"urn:e\">{reply}</n>"));
        }, ReliableClient.Options(settings ?? Rm11, more));

    private static byte[] Numbered(ReliableClient client, long number) => With(Envelopes.Request(),
        $"<r:Sequence xmlns:r=\"{Rm}\" s:mustUnderstand=\"1\"><r:Identifier>{client.Sequence.Id}</r:Identifier><r:MessageNumber>{number}</r:MessageNumber></r:Sequence>");

    private static byte[] Ending(ReliableClient client, string name, long last) => Envelopes.Request(
        body: $"<r:{name} xmlns:r=\"{Rm}\"><r:Identifier>{client.Sequence.Id}</r:Identifier>{(last == 0 ? "" : $"<r:LastMsgNumber>{last}</r:LastMsgNumber>")}</r:{name}>", action: $"{Rm}/{name}");

    private static byte[] Creating(ReliableClient client, string offer) => With(
        Envelopes.Request(action: $"{Rm}/CreateSequence", body: $"<r:CreateSequence xmlns:r=\"{Rm}\" xmlns:a=\"http://www.w3.org/2005/08/addressing\">"
            + "<r:AcksTo><a:Address>http://www.w3.org/2005/08/addressing/anonymous</a:Address></r:AcksTo>"
            + $"<r:Offer><r:Identifier>{offer}</r:Identifier><r:Endpoint><a:Address>http://www.w3.org/2005/08/addressing/anonymous</a:Address></r:Endpoint></r:Offer>"
            + "<o:SecurityTokenReference xmlns:o=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd\">"
            + $"<o:Reference URI=\"{client.Session.Id}\" ValueType=\"http://schemas.xmlsoap.org/ws/2005/02/sc/sct\"/></o:SecurityTokenReference></r:CreateSequence>"),
        $"<r:UsesSequenceSTR xmlns:r=\"{Rm}\" s:mustUnderstand=\"1\"/>");

    private static byte[] With(byte[] plain, string header) =>
        Envelopes.Utf8(Envelopes.Text(plain).Replace("</s:Header>", $"{header}</s:Header>", StringComparison.Ordinal));
}
