using System.Security.Cryptography;
using SecureConversation.Binding;
using SecureConversation.Diagnosis;
using SecureConversation.Testing.Vectors;

namespace SecureConversation.Tests.Vectors;

/// <summary>Every recorded conversation passes through the decoder: plaintext, parts, keys and refusals as recorded.</summary>
public sealed class VectorDecoderTests(ITestOutputHelper output)
{
    public static TheoryData<string> All => VectorNames.All;

    [Theory]
    [MemberData(nameof(All))]
    public void Conversation_DecodesAsRecorded(string name)
    {
        var vector = VectorArchive.Get(name);
        using var decoder = VectorSupport.CreateDecoder(vector);
        var failures = new List<string>();
        var events = new Queue<VectorEvent>(vector.File.Events);
        foreach (var message in vector.Messages)
        {
            while (events.TryPeek(out var next) && next.Instant <= message.Record.Instant)
            {
                var settings = VectorBindings.Create(vector.File.Binding).Element.LocalServiceSettings;
                decoder.ServiceRestarted(VectorBindings.Apply(settings, events.Dequeue().Settings));
            }

            Check(vector, message, decoder, failures);
        }

        failures.ForEach(output.WriteLine);
        Assert.Empty(failures);
    }

    private static void Check(Vector vector, VectorMessage message, ConversationDecoder decoder, List<string> failures)
    {
        var record = message.Record;
        using var decoded = decoder.Decode(message.ReadBytes(),
            message.IsFromClient ? MessageDirection.ClientToService : MessageDirection.ServiceToClient, record.Instant, message.ContentType);
        switch (record.Expect)
        {
            case VectorExpectation.Verified when !decoded.IsVerified:
                failures.Add($"{record.File} ({record.Kind}): {decoded.Kind} {decoded.Failure} {decoded.Detail}");
                break;
            case VectorExpectation.Verified:
                CheckContent(vector, message, decoded, failures);
                break;
            case VectorExpectation.Unsecured:
                Expect(failures, record.File, "kind", DecodedKind.UnsecuredFault, decoded.Kind);
                break;
            case VectorExpectation.Rejected rejected when !VectorSupport.IsBeyondTheMessage(rejected, decoded):
                if (decoded.Failure == FailureCode.None || !rejected.Accepts(VectorWords.Of(decoded.Failure)))
                {
                    failures.Add($"{record.File}: expected {rejected.Word} [{string.Join(',', rejected.AlsoAcceptable)}], got {decoded.Failure} {decoded.Detail}");
                }

                break;
        }
    }

    private static void CheckContent(Vector vector, VectorMessage message, DecodedMessage decoded, List<string> failures)
    {
        var record = message.Record;
        var plain = message.ReadPlain();
        if (plain is not null && !decoded.Plaintext.Span.SequenceEqual(plain))
        {
            failures.Add($"{record.File}: plaintext differs");
        }

        if (record.PlainSha256 is { } sha256)
        {
            Expect(failures, record.File, "plaintext hash", sha256, Convert.ToHexStringLower(SHA256.HashData(decoded.Plaintext.Span)));
        }

        var protection = decoded.Protection!;
        Expect(failures, record.File, "signed parts", Join(record.SignedParts), Join(protection.SignedParts));
        Expect(failures, record.File, "encrypted parts", Join(record.EncryptedParts), Join(protection.EncryptedParts));
        Expect(failures, record.File, "signatures",
            Join(record.Signatures.Select(s => $"{s.Algorithm} {Join(s.References)} {VectorSupport.Describe(vector, s.Key)} {s.CoversCiphertext}")),
            Join(protection.Signatures.Select(s => $"{s.Algorithm} {Join(s.Parts)} {VectorSupport.Describe(s.Key)} {s.CoversCiphertext}")));
        Expect(failures, record.File, "encryptions",
            Join(record.Encryptions.Select(e => $"{e.Id} {e.Algorithm} {VectorSupport.Describe(vector, e.Key)}")),
            Join(protection.Encryptions.Select(e => $"{e.Id} {e.Algorithm} {VectorSupport.Describe(e.Key)}")));
    }

    private static void Expect<T>(List<string> failures, string file, string what, T expected, T actual)
    {
        if (!Equals(expected, actual))
        {
            failures.Add($"{file}: {what}{Environment.NewLine}   expected {expected}{Environment.NewLine}   actual   {actual}");
        }
    }

    private static string Join(IEnumerable<string> items) => string.Join(", ", items);
}
