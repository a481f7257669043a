using SecureConversation;
using SecureConversation.Binding;
using SecureConversation.Diagnosis;

namespace Quickstart.Steps;

/// <summary>What a decoder with the key of the service makes of all that was recorded on the wire.</summary>
internal static class Diagnosis
{
    private const int Shown = 100;

    private static readonly Dictionary<string, FailureCode> Expected = new()
    {
        [Attacks.Tampered] = FailureCode.DigestMismatch,
        [Attacks.Replayed] = FailureCode.Replayed,
        [Attacks.FromImpostor] = FailureCode.UntrustedCertificate,
        [Ending.Late] = FailureCode.UnknownContext,
    };

    public static void Run(Report report, Wire wire, People people)
    {
        report.Step("The same, as a decoder reads it from the recording");
        using var decoder = Decoders.Create(people);
        var failures = new List<(string? Note, FailureCode Failure)>();
        var (applications, alike, unexpected) = (0, 0, 0);
        for (var i = 0; i < wire.Messages.Count; i++)
        {
            var recorded = wire.Messages[i];
            using var message = decoder.Decode(recorded);
            if (message.Failure != FailureCode.None)
            {
                failures.Add((recorded.Note, message.Failure));
                unexpected += recorded.Note is null ? 1 : 0;
            }

            // Calls are all alike: one and its reply are shown, the first with what is in it.
            var isCall = message is { Kind: DecodedKind.Application, IsVerified: true };
            applications += isCall ? 1 : 0;
            if (isCall && applications > 2)
            {
                alike++;
                continue;
            }

            TellAlike(report, ref alike);
            report.Facts(($"{i + 1}. {(recorded.Direction == MessageDirection.ClientToService ? "client -> service" : "service -> client")}", Summary(recorded, message)));
            if (isCall && applications == 1)
            {
                TellContent(report, message);
            }
        }

        TellAlike(report, ref alike);
        report.Check(unexpected == 0, "Every message that nobody interfered with verifies.");
        foreach (var (note, failure) in failures)
        {
            report.Check(Expected.Remove(note!, out var expected) && failure == expected, $"'{note}': {failure}.");
        }

        report.Check(Expected.Count == 0, "These four break a rule, each another one; the wire told none of it.");
    }

    private static string Summary(Recorded recorded, DecodedMessage message)
    {
        var text = $"{message.Kind}, {Show.Bytes(recorded.Body.Length)}";
        if (message.Failure != FailureCode.None)
        {
            return $"{text}, {recorded.Note}: breaks a rule, {message.Failure}";
        }

        return message.Protection is { } protection
            ? $"{text}; signed parts {protection.SignedParts.Count()}, encrypted {protection.EncryptedParts.Count()}"
            : $"{text}, not protected: {Show.FaultCode(message.Fault!)}";
    }

    private static void TellContent(Report report, DecodedMessage message) => report.Facts([
        .. message.Protection!.Signatures.Select(s => ("   signed", Show.Signature(s))),
        ("   encrypted", Show.Encryptions(message.Protection)),
        ("   plaintext", Show.Body(message.Plaintext, Shown))]);

    private static void TellAlike(Report report, ref int count)
    {
        if (count > 0)
        {
            report.Facts(($"({count} more)", "calls and replies like these"));
        }

        count = 0;
    }
}
