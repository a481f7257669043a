using System.Globalization;
using System.Text;
using System.Xml.Linq;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Diagnosis;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Surface;

/// <summary>Conversations told as text, without what is random in them: two tellings differ only where a setting made the difference.</summary>
internal static class Observation
{
    private static readonly string[] TellingAttributes = ["Algorithm", "ValueType", "EncodingType", "Type", "TokenType"];
    private static readonly string[] TellingValues = ["Length", "Offset", "Generation", "Label", "KeySize", "Username"];

    /// <summary>A clock of whole seconds, since messages have no ticks. The certificates of the tests are valid today.</summary>
    public static ManualTimeProvider Today => new(DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds()));

    /// <summary>All messages of a conversation: what stands in them, in clear and on the wire, and how it ends.</summary>
    public static async Task<string> FormAsync(SecurityBindingElement element, MessageVersion? version = null, ChannelProtectionRequirements? protection = null)
    {
        var binding = MessageSecurityBinding.Create(element, version, protection);
        var clock = Today;
        using var loopback = new Loopback(binding, clock);
        using var decoder = new ConversationDecoder(binding, new ConversationKeys
        {
            Service = Loopback.ServiceCredentials.ServiceCertificate!,
            Client = Loopback.ClientCredentials.ClientCertificate,
        });
        var text = new StringBuilder();
        void Tell(ReadOnlyMemory<byte> envelope, MessageDirection direction)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{direction}");
            Append(text, envelope);
            using var decoded = decoder.Decode(envelope, direction, clock.UtcNow);
            text.AppendLine(CultureInfo.InvariantCulture, $"{decoded.Kind} {decoded.Failure} of {decoded.UserName ?? decoded.SenderCertificate?.Subject}");
            if (!decoded.Plaintext.IsEmpty)
            {
                Append(text, decoded.Plaintext);
            }
        }

        try
        {
            using var session = binding.EstablishesSession ? await OpenAsync(loopback, Tell) : null;
            text.AppendLine(CultureInfo.InvariantCulture, $"lives {session?.Expires - clock.UtcNow}, is cancelled {session?.RequiresCancel}");
            using var request = session?.Secure(Loopback.Request(binding.MessageVersion)) ?? loopback.Client.Secure(Loopback.Request(binding.MessageVersion), Loopback.Address);
            Tell(request.Envelope, MessageDirection.ClientToService);
            using var result = await loopback.Service.ReceiveAsync(request.Envelope);
            if (result is ServiceResult.Dispatch dispatch)
            {
                using var reply = dispatch.Secure(Loopback.Reply(binding.MessageVersion));
                Tell(reply.Envelope, MessageDirection.ServiceToClient);
                using var verified = request.VerifyReply(reply.Envelope);
            }
        }
        catch (SecureConversationException e)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"refused: {e.Code}");
        }

        return text.ToString();
    }

    /// <summary>What becomes of a request, its reply, and both when they come again, each of them so long under way.</summary>
    public static async Task<string> OutcomeAsync(SecurityBindingElement element, TimeSpan underWay, MessageVersion? version = null,
        ClientCredentials? client = null, ServiceCredentials? service = null)
    {
        var clock = Today;
        using var loopback = new Loopback(MessageSecurityBinding.Create(element, version), clock, client: client, service: service);
        var outcomes = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            SecuredRequest request;
            try
            {
                request = loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion), Loopback.Address);
            }
            catch (SecureConversationException e)
            {
                outcomes.Add($"not sent: {e.Code}");
                continue;
            }

            using (request)
            {
                clock.Advance(underWay);
                using var first = await loopback.Service.ReceiveAsync(request.Envelope);
                using var again = await loopback.Service.ReceiveAsync(request.Envelope);
                outcomes.Add($"request {Outcome(first)}, again {Outcome(again)}");
                if (first is ServiceResult.Dispatch dispatch)
                {
                    using var reply = dispatch.Secure(Loopback.Reply(loopback.Binding.MessageVersion));
                    clock.Advance(underWay);
                    outcomes.Add($"reply {Outcome(request, reply)}, again {Outcome(request, reply)}");
                }
            }
        }

        return string.Join("; ", outcomes);
    }

    /// <summary>What a service makes of handshakes: two that wait for the validator of user names, half a minute apart.</summary>
    public static async Task<string> HandshakesAsync(SecurityBindingElement element)
    {
        var clock = Today;
        var isValid = new TaskCompletionSource<bool>();
        var validator = new Waiting(isValid.Task);
        using var loopback = new Loopback(MessageSecurityBinding.Create(element), clock, service: new ServiceCredentials
        {
            ServiceCertificate = Loopback.ServiceCredentials.ServiceCertificate,
            UserNamePasswordValidator = validator,
        });
        using var one = loopback.Client.StartSession(Loopback.Address);
        using var two = loopback.Client.StartSession(Loopback.Address);
        var first = loopback.Service.ReceiveAsync(one.Envelope).AsTask();
        clock.Advance(TimeSpan.FromSeconds(30));
        var second = loopback.Service.ReceiveAsync(two.Envelope).AsTask();
        var asked = validator.Asked;
        isValid.SetResult(true);
        using var firstResult = await first;
        using var secondResult = await second;
        var opened = loopback.Service.SessionCount;
        clock.Advance(TimeSpan.FromSeconds(90));
        return $"{asked} asked at once; {Outcome(firstResult)}, {Outcome(secondResult)}; {opened} sessions, {loopback.Service.SessionCount} after ninety seconds";
    }

    /// <summary>What a service made of a message.</summary>
    public static string Outcome(ServiceResult result) => result switch
    {
        ServiceResult.Respond respond => $"{respond.Kind} {respond.Code}",
        ServiceResult.Dispatch dispatch => $"of {dispatch.User.Identity?.Name}: {Encoding.UTF8.GetString(dispatch.Request.Envelope.Span).Length}",
        _ => "",
    };

    private static string Outcome(SecuredRequest request, ProtectedReply reply)
    {
        try
        {
            using var verified = request.VerifyReply(reply.Envelope);
            return "verified";
        }
        catch (SecureConversationException e)
        {
            return $"{e.Code}";
        }
    }

    private static async Task<ClientSession> OpenAsync(Loopback loopback, Action<ReadOnlyMemory<byte>, MessageDirection> tell)
    {
        using var handshake = loopback.Client.StartSession(Loopback.Address);
        tell(handshake.Envelope, MessageDirection.ClientToService);
        using var result = await loopback.Service.ReceiveAsync(handshake.Envelope);
        var respond = Assert.IsType<ServiceResult.Respond>(result);
        tell(respond.Envelope, MessageDirection.ServiceToClient);
        return handshake.Complete(respond.Envelope);
    }

    private static void Append(StringBuilder text, ReadOnlyMemory<byte> envelope)
    {
        var root = XDocument.Parse(Encoding.UTF8.GetString(envelope.Span)).Root!;
        foreach (var element in root.DescendantsAndSelf())
        {
            text.Append(' ', element.Ancestors().Count()).Append(element.Name);
            foreach (var attribute in element.Attributes().Where(a => TellingAttributes.Contains(a.Name.LocalName)))
            {
                text.Append(CultureInfo.InvariantCulture, $" {attribute.Name.LocalName}={attribute.Value}");
            }

            if (TellingValues.Contains(element.Name.LocalName))
            {
                text.Append(CultureInfo.InvariantCulture, $" {element.Value}");
            }

            if (element.Name.LocalName == "Timestamp")
            {
                var times = element.Elements().Select(e => DateTimeOffset.Parse(e.Value, CultureInfo.InvariantCulture)).ToArray();
                text.Append(CultureInfo.InvariantCulture, $" {times[^1] - times[0]}");
            }

            text.AppendLine();
        }
    }

    private sealed class Waiting(Task<bool> isValid) : UserNamePasswordValidator
    {
        private int _asked;

        public int Asked => Volatile.Read(ref _asked);

        public override async ValueTask<bool> ValidateAsync(string userName, string password, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _asked);
            return await isValid.WaitAsync(cancellationToken);
        }
    }
}
