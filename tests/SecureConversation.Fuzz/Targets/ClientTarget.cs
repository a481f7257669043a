using System.Text;
using SecureConversation.Engine.Crypto;
using SecureConversation.Fuzz.Sealing;
using SecureConversation.Testing;

namespace SecureConversation.Fuzz.Targets;

/// <summary>
/// A whole client that gets a reply of somebody who has its keys. The first octet chooses the binding and the kind of request, the rest is
/// a script. The client throws its one exception and no other; what it accepts is covered by digests, and answers its request.
/// </summary>
internal sealed class ClientTarget : FuzzTarget
{
    private const byte ConfirmationName = (byte)'s';
    private const byte KeyName = (byte)'k';
    private const byte RelatesToName = (byte)'r';

    private static readonly string[] Names =
    [
        "mutualcert//session", "mutualcert/encrypt-first/session", "mutualcert//single", "duplex//single", "mutualcert-2007//session", "username//single",
    ];

    private readonly Lazy<Exchange>[] _exchanges =
        [.. Names.Select(name => new Lazy<Exchange>(() => Exchange.OfCall(new FuzzScene(name))))];

    private readonly Lazy<FuzzScene>[] _handshakes =
        [new(() => new FuzzScene("mutualcert//session")), new(() => new FuzzScene("mutualcert-2007//session"))];

    public override string Name => "client";

    public override int BoundedRuns => 1000;

    public override IEnumerable<(string Name, byte[] Content)> Seeds()
    {
        for (var i = 0; i < Names.Length; i++)
        {
            var exchange = _exchanges[i].Value;
            var name = Names[i].Replace("//", "-", StringComparison.Ordinal).Replace('/', '-');
            yield return ($"{name}-reply", [(byte)('0' + i), .. ScriptWriter.Write(exchange.Reply, exchange.Keys)]);
            yield return ($"{name}-fault", [(byte)('0' + i), .. ScriptWriter.Write(exchange.Fault, exchange.Keys)]);
        }

        for (var i = 0; i < _handshakes.Length; i++)
        {
            using var exchange = Exchange.OfHandshake(_handshakes[i].Value);
            yield return ($"handshake-{i}", [(byte)('0' + Names.Length + i), .. ScriptWriter.Write(exchange.Reply, exchange.Keys)]);
        }
    }

    public override string? Outcome(byte[] input) =>
        With(input, (exchange, _) => exchange.TryReceive(MessageSealer.Seal(input.AsSpan(1), exchange.Keys)));

    public override void Run(byte[] input)
    {
        if (input.Length > 0)
        {
            With(input, (exchange, number) => Receive(exchange, input, number));
        }
    }

    private T With<T>(byte[] input, Func<Exchange, int, T> run)
    {
        var number = input[0] % 16 % (Names.Length + _handshakes.Length);
        if (number < Names.Length)
        {
            return run(_exchanges[number].Value, number);
        }

        using var exchange = Exchange.OfHandshake(_handshakes[number - Names.Length].Value);
        return run(exchange, number);
    }

    private static bool Receive(Exchange exchange, byte[] input, int number)
    {
        var wire = MessageSealer.Seal(input.AsSpan(1), exchange.Keys);
        Even(number, () =>
        {
            try
            {
                using var result = exchange.Receive(wire);
                if (result is VerifiedMessage message)
                {
                    DispatchJudge.Judge(message, wire, exchange.Scene.SignsFirst);
                    Require(message.RelatesTo == exchange.MessageId, "a reply to another request");
                    _ = message.TryReadFault(out _);
                }
            }
            catch (SecureConversationException e)
            {
                Require(e.Code is not FailureCode.Internal, "an unexpected exception inside");
            }
        });
        exchange.Scene.Log.RequireNoError();
        if (number < Names.Length)
        {
            RequireBoundedWork(() => exchange.TryReceive(wire), wire);
        }

        return true;
    }

    /// <summary>A handshake takes one reply, so it cannot be looked at twice.</summary>
    private static void Even(int number, Action action)
    {
        if (number < Names.Length)
        {
            PoolBalance.RequireEven(action);
        }
        else
        {
            action();
        }
    }

    /// <summary>A request that waits for its reply.</summary>
    private sealed class Exchange : IDisposable
    {
        private readonly SecuredRequest? _request;
        private readonly SessionHandshake? _handshake;

        private Exchange(FuzzScene scene, SecuredRequest? request, SessionHandshake? handshake)
        {
            Scene = scene;
            _request = request;
            _handshake = handshake;
            var wire = request?.Envelope.ToArray() ?? ((HandshakeStep.Send)handshake!.Step).Envelope.ToArray();
            var requestKeys = scene.RequestKeys();
            var root = handshake is null && scene.Session is not null ? null : RootOf(wire, requestKeys);
            Keys = scene.ReplyKeys(root);
            MessageId = TextOf(wire, "MessageID");
            using var result = scene.Receive(wire);
            if (result is ServiceResult.Dispatch dispatch)
            {
                using var reply = dispatch.Secure(TestEnvelope.WithAction(scene.Binding.MessageVersion, "urn:e/EchoResponse", "<r xmlns=\"urn:e\">a<b/></r>"));
                Reply = reply.Envelope.ToArray();
                using var fault = dispatch.Secure(TestEnvelope.WithAction(scene.Binding.MessageVersion, "http://www.w3.org/2005/08/addressing/soap/fault",
                    "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value xmlns:f=\"urn:f\">f:No</s:Value></s:Subcode></s:Code><s:Reason><s:Text xml:lang=\"en\">no</s:Text></s:Reason><s:Detail><d xmlns=\"urn:d\"/></s:Detail></s:Fault>"));
                Fault = fault.Envelope.ToArray();
                var confirmed = dispatch.Request.Signatures;
                for (var i = 0; i < confirmed.Length; i++)
                {
                    Keys.Variables[(byte)(ConfirmationName + i)] = Encoding.ASCII.GetBytes(Convert.ToBase64String(confirmed[i].Value));
                }
            }
            else
            {
                Reply = ((ServiceResult.Respond)result).Envelope.ToArray();
            }

            if (root is not null && requestKeys.Wrapped is { } wrapped)
            {
                var hash = System.Security.Cryptography.SHA1.HashData(Convert.FromBase64String(wrapped));
                Keys.Variables[KeyName] = Encoding.ASCII.GetBytes(Convert.ToBase64String(hash));
            }

            Keys.Variables[RelatesToName] = Encoding.ASCII.GetBytes(MessageId);
        }

        public FuzzScene Scene { get; }

        public ScriptKeys Keys { get; }

        public byte[] Reply { get; }

        public byte[] Fault { get; } = [];

        public string MessageId { get; }

        public static Exchange OfCall(FuzzScene scene) => new(scene, scene.Secure(scene.Request()), null);

        public static Exchange OfHandshake(FuzzScene scene) => new(scene, null, scene.Client.StartSession(FuzzCredentials.Address));

        /// <returns>The verified message, or the session that the reply opened.</returns>
        public IDisposable? Receive(byte[] wire) =>
            _request is not null ? _request.VerifyReply(wire) : _handshake!.Receive(wire) is HandshakeStep.Completed completed ? completed.Session : null;

        public string TryReceive(byte[] wire)
        {
            try
            {
                Receive(wire)?.Dispose();
                return nameof(FailureCode.None);
            }
            catch (SecureConversationException e)
            {
                return e.Code.ToString();
            }
        }

        public void Dispose()
        {
            _request?.Dispose();
            _handshake?.Dispose();
        }

        private static SymmetricKey? RootOf(byte[] wire, ScriptKeys keys) => MessageTokens.Of(wire, keys).Root;

        private static string TextOf(byte[] wire, string name)
        {
            var text = Encoding.UTF8.GetString(wire);
            var start = text.IndexOf('>', text.IndexOf(":" + name, StringComparison.Ordinal)) + 1;
            return text[start..text.IndexOf('<', start)];
        }
    }
}
