using SecureConversation.Cli.Captures;

namespace SecureConversation.Cli.Tests.Captures;

/// <summary>Files of packets, made of a recorded conversation.</summary>
public sealed class PacketTests
{
    private static readonly string[] Codings = ["gzip", "br", "deflate"];

    [Theory]
    [InlineData("ethernet")]
    [InlineData("ethernet, IPv6")]
    [InlineData("VLAN")]
    [InlineData("loopback of BSD")]
    [InlineData("loopback of BSD, IPv6")]
    [InlineData("raw")]
    [InlineData("cooked")]
    [InlineData("cooked, version 2")]
    public async Task Messages_AreRead_FromEachLink(string link)
    {
        var packets = new PacketWriter(PacketForm.Named(link));
        packets.Open(RecordedMessages.All[0].Record.Instant);
        PutAll(packets);

        foreach (var (content, format) in new[] { (packets.ToPcap(), "pcap"), (packets.ToPcap(isBigEndian: true), "pcap"), (packets.ToPcapNg(), "pcapng") })
        {
            var capture = await RecordedMessages.ReadAsync(content);
            Assert.Equal(format, capture.Format);
            RecordedMessages.AssertSame(capture);
            RecordedMessages.AssertPaired(capture);
            Assert.All(capture.Messages, message => Assert.Equal("http://example.org:8080/echo", message.Address?.AbsoluteUri));
        }
    }

    [Fact]
    public async Task Segments_ThatComeLateOrTwice_ArePutInOrder()
    {
        var packets = new PacketWriter(PacketForm.Ethernet);
        packets.Open(RecordedMessages.All[0].Record.Instant);
        foreach (var (request, reply) in RecordedMessages.Exchanges)
        {
            var segments = packets.Segments(true, HttpBytes.Request(request), 100);
            packets.Put(segments.Where((_, i) => i % 2 == 1), request.Record.Instant);
            packets.Put(segments.AsEnumerable().Reverse(), request.Record.Instant);
            packets.Put(packets.Segments(false, HttpBytes.Reply(reply)), (reply ?? request).Record.Instant);
        }

        RecordedMessages.AssertSame(await RecordedMessages.ReadAsync(packets.ToPcap()));
    }

    [Fact]
    public async Task Chunks_Codings_AndContinue_AreUndone()
    {
        var packets = new PacketWriter(PacketForm.Ethernet);
        packets.Open(RecordedMessages.All[0].Record.Instant);
        foreach (var (i, (request, reply)) in RecordedMessages.Exchanges.Index())
        {
            packets.Put(packets.Segments(true, HttpBytes.Request(request)), request.Record.Instant);
            packets.Put(packets.Segments(false, "HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray()), request.Record.Instant);
            var bytes = reply is null ? HttpBytes.Reply(null) : HttpBytes.CodedReply(reply, Codings[i % Codings.Length]);
            packets.Put(packets.Segments(false, bytes, 97), (reply ?? request).Record.Instant);
        }

        var capture = await RecordedMessages.ReadAsync(packets.ToPcapNg());
        RecordedMessages.AssertSame(capture);
        RecordedMessages.AssertPaired(capture);
    }

    [Fact]
    public async Task Requests_ThatDoNotWaitForReplies_ArePairedInOrder()
    {
        var packets = new PacketWriter(PacketForm.Ethernet);
        var instant = RecordedMessages.All[0].Record.Instant;
        packets.Open(instant);
        packets.Put(packets.Segments(true, [.. RecordedMessages.Exchanges.SelectMany(exchange => HttpBytes.Request(exchange.Request))]), instant);
        packets.Put(packets.Segments(false, [.. RecordedMessages.Exchanges.SelectMany(exchange => HttpBytes.Reply(exchange.Reply))]),
            instant.AddSeconds(1));

        var capture = await RecordedMessages.ReadAsync(packets.ToPcap());
        foreach (var (number, (request, reply)) in RecordedMessages.Exchanges.Index())
        {
            byte[][] bodies = reply is null ? [request.ReadBytes()] : [request.ReadBytes(), reply.ReadBytes()];
            Assert.Equal(bodies, capture.Messages.Where(message => message.Exchange == number + 1).Select(message => message.Body.ToArray()));
        }
    }

    [Fact]
    public async Task PacketThatIsMissing_CostsItsMessageOnly()
    {
        var packets = new PacketWriter(PacketForm.Ethernet);
        packets.Open(RecordedMessages.All[0].Record.Instant);
        PutAll(packets, lost: 0);

        var capture = await RecordedMessages.ReadAsync(packets.ToPcap());
        Assert.Equal(RecordedMessages.All.Count, capture.Messages.Count);
        Assert.NotNull(capture.Messages[0].Problem);
        Assert.Equal(RecordedMessages.All.Skip(1).Select(message => message.ReadBytes()), capture.Messages.Skip(1).Select(message => message.Body.ToArray()));
    }

    [Fact]
    public async Task CaptureThatBeginsLate_ReadsTheRest()
    {
        var packets = new PacketWriter(PacketForm.Ethernet);
        PutAll(packets);

        RecordedMessages.AssertSame(await RecordedMessages.ReadAsync(packets.ToPcapNg()));
    }

    [Fact]
    public async Task Tls_IsNoted()
    {
        var packets = new PacketWriter(PacketForm.Ethernet);
        packets.Open(DateTimeOffset.UnixEpoch);
        packets.Put(packets.Segments(true, [0x16, 3, 1, 0, 4, 1, 2, 3, 4]), DateTimeOffset.UnixEpoch);

        var capture = await RecordedMessages.ReadAsync(packets.ToPcap());
        Assert.Empty(capture.Messages);
        Assert.StartsWith("1 connections under TLS", Assert.Single(capture.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task FileThatIsCut_IsReadUpToThere()
    {
        var packets = new PacketWriter(PacketForm.Ethernet);
        packets.Open(RecordedMessages.All[0].Record.Instant);
        PutAll(packets);

        foreach (var content in new[] { packets.ToPcap(), packets.ToPcapNg() })
        {
            var capture = await RecordedMessages.ReadAsync(content[..^100]);
            Assert.Equal(RecordedMessages.All[0].ReadBytes(), capture.Messages[0].Body.ToArray());
            Assert.Contains(capture.Notes, note => note.Contains("broken", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task LengthsThatCannotBe_EndTheReading()
    {
        var packets = new PacketWriter(PacketForm.Ethernet);
        packets.Open(DateTimeOffset.UnixEpoch);
        var pcap = packets.ToPcap();
        pcap.AsSpan(32, 4).Fill(0xFF);
        var next = packets.ToPcapNg();
        next.AsSpan(28 + 32 + 4, 4).Fill(0xFC);

        foreach (var content in new[] { pcap, next })
        {
            Capture capture = await RecordedMessages.ReadAsync(content);
            Assert.Empty(capture.Messages);
            Assert.Contains(capture.Notes, note => note.Contains("claims to have", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task PacketsOfNoise_AreCounted()
    {
        var random = new Random(1);
        foreach (var link in new[] { 0, 1, 12, 101, 108, 113, 147, 228, 229, 276, 9999 })
        {
            var packets = new PacketWriter(new PacketForm(link, [], false));
            for (var i = 0; i < 200; i++)
            {
                var noise = new byte[random.Next(0, 80)];
                random.NextBytes(noise);
                packets.Put(noise, DateTimeOffset.UnixEpoch);
            }

            Assert.Empty((await RecordedMessages.ReadAsync(packets.ToPcap())).Messages);
        }
    }

    private static void PutAll(PacketWriter packets, int? lost = null)
    {
        foreach (var (i, (request, reply)) in RecordedMessages.Exchanges.Index())
        {
            packets.Put(packets.Segments(true, HttpBytes.Request(request)).Where((_, at) => i != lost || at != 1), request.Record.Instant);
            packets.Put(packets.Segments(false, HttpBytes.Reply(reply)), (reply ?? request).Record.Instant);
        }
    }
}
