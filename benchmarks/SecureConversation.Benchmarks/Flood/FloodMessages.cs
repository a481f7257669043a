using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;

namespace SecureConversation.Benchmarks.Flood;

/// <summary>The requests of each flood, made before it begins.</summary>
internal static partial class FloodMessages
{
    /// <summary>Messages of a session that are in order.</summary>
    public const string Honest = "honest session messages";

    /// <summary>The floods by name, with how many different requests each has.</summary>
    public static (string Name, int Count)[] All => FloodCommand.IsSingle
        ? [("garbage bytes", 100), ("messages with garbage keys", 500), ("valid messages of one stranger", 6000)]
        : [
            ("garbage bytes", 100), ("forged session messages", 500), ("replayed messages", 200), ("handshakes with garbage keys", 500),
            ("valid handshakes of one stranger", 6000),
        ];

    /// <summary>Makes the requests of a flood.</summary>
    /// <param name="name">One of <see cref="All"/>.</param>
    /// <param name="count">How many.</param>
    /// <param name="address">The address of the service.</param>
    /// <param name="http">Brings to the service what it must have seen before.</param>
    public static async Task<List<byte[]>> CreateAsync(string name, int count, Uri address, HttpClient http)
    {
        var binding = MessageSecurityBinding.Create(FloodCommand.Security.CreateSecurityBindingElement());
        var stranger = new MessageSecurityClient(binding, FloodCommand.Credentials(TestCertificates.Other));
        var requests = new List<byte[]>();
        using var session = name.Contains("session", StringComparison.Ordinal) || name.Contains("replayed", StringComparison.Ordinal)
            ? await OpenAsync(stranger, http, address) : null;
        for (var i = 0; i < count; i++)
        {
            if (name == "garbage bytes")
            {
                requests.Add(RandomNumberGenerator.GetBytes(4096));
            }
            else if (session is not null)
            {
                using var request = session.Secure(Plain(binding.MessageVersion, address));
                var text = Encoding.UTF8.GetString(request.Envelope.Span);
                if (name == "replayed messages")
                {
                    using var content = Content(request.Envelope);
                    (await http.PostAsync(address, content)).EnsureSuccessStatusCode().Dispose();
                }
                else if (name != Honest)
                {
                    // The octets of the encrypted signature are the last ones in the header.
                    text = WithRandomCipher(text, last: true);
                }

                requests.Add(Encoding.UTF8.GetBytes(text));
            }
            else
            {
                using var first = FloodCommand.IsSingle ? stranger.Secure(Plain(binding.MessageVersion, address), address) : null;
                using var handshake = first is null ? stranger.StartSession(address) : null;
                var text = Encoding.UTF8.GetString((first?.Envelope ?? handshake!.Envelope).Span);
                requests.Add(Encoding.UTF8.GetBytes(name.EndsWith("garbage keys", StringComparison.Ordinal) ? WithRandomCipher(text, last: false) : text));
            }
        }

        return requests;
    }

    /// <summary>Writes requests as they go over the wire, each after its length.</summary>
    public static void Write(string file, IEnumerable<byte[]> requests)
    {
        using var output = new BinaryWriter(File.Create(file));
        foreach (var body in requests)
        {
            var header = Encoding.ASCII.GetBytes("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/soap+xml; charset=utf-8\r\n"
                + $"Content-Length: {body.Length}\r\n\r\n");
            output.Write(header.Length + body.Length);
            output.Write(header);
            output.Write(body);
        }
    }

    public static byte[][] Read(string file)
    {
        using var input = new BinaryReader(File.OpenRead(file));
        var requests = new List<byte[]>();
        while (input.BaseStream.Position < input.BaseStream.Length)
        {
            requests.Add(input.ReadBytes(input.ReadInt32()));
        }

        return [.. requests];
    }

    private static async Task<ClientSession> OpenAsync(MessageSecurityClient client, HttpClient http, Uri address)
    {
        using var handshake = client.StartSession(address);
        using var content = Content(handshake.Envelope);
        using var response = await http.PostAsync(address, content);
        return handshake.Complete(await response.Content.ReadAsByteArrayAsync());
    }

    private static ReadOnlyMemoryContent Content(ReadOnlyMemory<byte> envelope) =>
        new(envelope) { Headers = { ContentType = new("application/soap+xml", "utf-8") } };

    private static byte[] Plain(MessageVersion version, Uri address) => TestEnvelope.Create(version,
        TestEnvelope.Action("urn:e/Echo") + $"<a:MessageID>urn:uuid:{Guid.NewGuid()}</a:MessageID>"
        + $"<a:ReplyTo><a:Address>{TestEnvelope.Anonymous(version)}</a:Address></a:ReplyTo><a:To s:mustUnderstand=\"1\">{address}</a:To>",
        "<Echo xmlns=\"urn:e\"><text>" + new string('x', 1000) + "</text></Echo>");

    /// <summary>Puts random octets in the place of the first cipher value of the header, which is the wrapped key, or of the last one.</summary>
    private static string WithRandomCipher(string envelope, bool last)
    {
        var header = envelope[..envelope.IndexOf(":Body", StringComparison.Ordinal)];
        var values = CipherValue().Matches(header);
        var value = (last ? values[^1] : values[0]).Groups[1];
        var random = Convert.ToBase64String(RandomNumberGenerator.GetBytes(Convert.FromBase64String(value.Value).Length));
        return string.Concat(envelope.AsSpan(0, value.Index), random, envelope.AsSpan(value.Index + value.Length));
    }

    [GeneratedRegex("CipherValue[^>]*>([^<]+)<")]
    private static partial Regex CipherValue();
}
