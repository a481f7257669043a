using System.Text;
using SecureConversation.Binding;
using SecureConversation.Testing;

namespace SecureConversation.Interop.Support;

/// <summary>Which message of a conversation.</summary>
internal enum Leg
{
    Open,
    Opened,
    Request,
    Reply,
    Cancel,
    Cancelled,
}

/// <summary>One message as it went over the wire.</summary>
internal sealed record WireMessage(Leg Leg, byte[] Bytes)
{
    public MessageDirection Direction => Leg is Leg.Open or Leg.Request or Leg.Cancel ? MessageDirection.ClientToService : MessageDirection.ServiceToClient;

    public bool IsHandshake => Leg is Leg.Open or Leg.Opened;

    public bool IsCancel => Leg is Leg.Cancel or Leg.Cancelled;

    public string Text => Encoding.UTF8.GetString(Bytes);
}

/// <summary>A whole conversation between our client and our service, every message of it kept for other judges.</summary>
internal static class Conversation
{
    /// <summary>Opens and cancels a session where the binding has them; one request and one reply in between.</summary>
    public static Task<List<WireMessage>> RecordAsync(MessageSecurityBinding binding) =>
        RecordAsync(new Loopback(binding), Loopback.Request(binding.MessageVersion), Loopback.Reply(binding.MessageVersion));

    public static async Task<List<WireMessage>> RecordAsync(Loopback loopback, byte[] request, byte[] reply)
    {
        using var owned = loopback;
        var messages = new List<WireMessage>();
        using var session = loopback.Binding.EstablishesSession ? await OpenAsync(loopback, messages) : null;

        using var secured = session?.Secure(request) ?? loopback.Client.Secure(request, Loopback.Address);
        messages.Add(new WireMessage(Leg.Request, secured.Envelope.ToArray()));
        using var received = await loopback.Service.ReceiveAsync(secured.Envelope);
        var dispatch = Accepted<ServiceResult.Dispatch>(received);
        using var answer = dispatch.Secure(reply);
        messages.Add(new WireMessage(Leg.Reply, answer.Envelope.ToArray()));
        using var verified = secured.VerifyReply(answer.Envelope);

        if (session is not null)
        {
            await CancelAsync(loopback, session, messages);
        }

        return messages;
    }

    /// <summary>Opens a session and leaves it open.</summary>
    public static async Task<List<WireMessage>> OpenAsync(Loopback loopback)
    {
        var messages = new List<WireMessage>();
        using var session = await OpenAsync(loopback, messages);
        return messages;
    }

    /// <summary>The case that a result should be; tells the failure code where it is a refusal.</summary>
    public static T Accepted<T>(ServiceResult result)
        where T : ServiceResult
    {
        Assert.Equal(FailureCode.None, result is ServiceResult.Respond respond ? respond.Code : FailureCode.None);
        return Assert.IsType<T>(result);
    }

    private static async Task<ClientSession> OpenAsync(Loopback loopback, List<WireMessage> messages)
    {
        using var open = loopback.Client.StartSession(Loopback.Address);
        messages.Add(new WireMessage(Leg.Open, open.Envelope.ToArray()));
        using var opened = await loopback.Service.ReceiveAsync(open.Envelope);
        var envelope = Accepted<ServiceResult.Respond>(opened).Envelope;
        messages.Add(new WireMessage(Leg.Opened, envelope.ToArray()));
        return open.Complete(envelope);
    }

    private static async Task CancelAsync(Loopback loopback, ClientSession session, List<WireMessage> messages)
    {
        using var cancel = session.StartCancel();
        messages.Add(new WireMessage(Leg.Cancel, cancel.Envelope.ToArray()));
        using var cancelled = await loopback.Service.ReceiveAsync(cancel.Envelope);
        var envelope = Accepted<ServiceResult.Respond>(cancelled).Envelope;
        messages.Add(new WireMessage(Leg.Cancelled, envelope.ToArray()));
        cancel.Complete(envelope);
    }
}
