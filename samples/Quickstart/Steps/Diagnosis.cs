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
        DecodedKind[] previous = [];
        var (skipped, unexpected) = (0, 0);
        for (var i = 0; i < wire.Messages.Count; i++)
        {
            var recorded = wire.Messages[i];
            using var message = decoder.Decode(recorded);
            if (message.Failure != FailureCode.None)
            {
                failures.Add((recorded.Note, message.Failure));
            }

            // Calls are all alike: after a call and its reply only what differs is shown.
            var isAlike = previous is [DecodedKind.Application, DecodedKind.Application] && message is { Kind: DecodedKind.Application, IsVerified: true };
            previous = [.. previous.TakeLast(1), message.Failure == FailureCode.None ? message.Kind : DecodedKind.Unreadable];
            unexpected += message.Failure == FailureCode.None || recorded.Note is not null ? 0 : 1;
            if (isAlike)
            {
                skipped++;
                continue;
            }

            TellSkipped(report, ref skipped);
            Tell(report, i + 1, recorded, message);
        }

        TellSkipped(report, ref skipped);
        report.Check(unexpected == 0, "Every message that nobody interfered with verifies.");
        foreach (var (note, failure) in failures)
        {
            report.Check(Expected.Remove(note!, out var expected) && failure == expected, $"'{note}': {failure}.");
        }

        report.Check(Expected.Count == 0, "These four break a rule, each another one; the wire told none of it.");
    }

    private static void Tell(Report report, int number, Recorded recorded, DecodedMessage message)
    {
        var sender = recorded.Direction == MessageDirection.ClientToService ? "client -> service" : "service -> client";
        report.Facts(($"{number}. {sender}", $"{message.Kind}, {Show.Bytes(recorded.Body.Length)}{(recorded.Note is null ? "" : $", {recorded.Note}")}"));
        if (message.Failure != FailureCode.None)
        {
            report.Facts(("   broken rule", message.Detail is null ? $"{message.Failure}" : $"{message.Failure} ({message.Detail})"));
        }
        else if (message.Protection is { } protection)
        {
            report.Facts([
                .. protection.Signatures.Select(s => ("   signed", Show.Signature(s))),
                ("   encrypted", Show.Encryptions(protection)),
                ("   plaintext", Show.Body(message.Plaintext, Shown))]);
        }
        else
        {
            report.Facts(("   not protected", Show.Fault(message.Fault!)));
        }
    }

    private static void TellSkipped(Report report, ref int count)
    {
        if (count > 0)
        {
            report.Facts(($"({count} more)", "calls and replies like these"));
        }

        count = 0;
    }
}
