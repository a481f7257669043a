using System.Text;
using System.Text.RegularExpressions;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Fuzz.Sealing;

namespace SecureConversation.Fuzz.Targets;

/// <summary>
/// A whole service. The first octet chooses the binding, the rest is a script that is signed and encrypted. The service throws nothing and
/// logs no defect; what it refuses gets the fault of its kind and no other word; what it dispatches is covered by digests; its work and its
/// buffers are in proportion to the message.
/// </summary>
internal sealed partial class ServiceTarget : FuzzTarget
{
    private static readonly string[] Names =
    [
        "mutualcert//session", "mutualcert/sign-first/session", "mutualcert/encrypt-first/session", "mutualcert//single", "duplex//single",
        "username//single", "mutualcert-2007//session", "mutualcert-wss10//single", "mutualcert/no-derived/session",
    ];

    private readonly Lazy<FuzzScene>[] _scenes = [.. Names.Select(name => new Lazy<FuzzScene>(() => new FuzzScene(name)))];
    private readonly Dictionary<WireFault, string> _faults = [];
    private readonly ScriptKeys?[] _keys = new ScriptKeys?[Names.Length];

    public override string Name => "service";

    public override int BoundedRuns => 1500;

    public override IEnumerable<(string Name, byte[] Content)> Seeds()
    {
        for (var i = 0; i < Names.Length; i++)
        {
            var scene = _scenes[i].Value;
            var name = Names[i].Replace("//", "-", StringComparison.Ordinal).Replace('/', '-');
            foreach (var (what, wire) in Messages(scene))
            {
                yield return ($"{name}-{what}", [(byte)('0' + i), .. ScriptWriter.Write(wire, KeysOf(i))]);
            }
        }
    }

    public override string? Outcome(byte[] input)
    {
        ArgumentOutOfRangeException.ThrowIfZero(input.Length);
        var number = input[0] % 16 % Names.Length;
        using var result = _scenes[number].Value.Receive(MessageSealer.Seal(input.AsSpan(1), KeysOf(number)));
        return (result as ServiceResult.Respond)?.Code.ToString() ?? nameof(FailureCode.None);
    }

    public override void Run(byte[] input)
    {
        if (input.Length == 0)
        {
            return;
        }

        var number = input[0] % 16 % Names.Length;
        var scene = _scenes[number].Value;
        var wire = MessageSealer.Seal(input.AsSpan(1), KeysOf(number));
        PoolBalance.RequireEven(() =>
        {
            using var result = scene.Receive(wire);
            Judge(result, scene, wire);
        });
        scene.Log.RequireNoError();
        RequireBoundedWork(() => scene.Receive(wire).Dispose(), wire);
    }

    private void Judge(ServiceResult result, FuzzScene scene, byte[] wire)
    {
        if (result is ServiceResult.Dispatch dispatch)
        {
            Require(dispatch.User.Identity is { IsAuthenticated: true }, "nobody was authenticated");
            DispatchJudge.Judge(dispatch.Request, wire, scene.SignsFirst);
            using var reply = dispatch.Secure(Testing.TestEnvelope.WithAction(scene.Binding.MessageVersion, "urn:e/EchoResponse", "<r xmlns=\"urn:e\"/>"));
            return;
        }

        var respond = (ServiceResult.Respond)result;
        Require(respond.Code != FailureCode.Internal, "an unexpected exception inside");
        if (respond.Code == FailureCode.None || respond.Kind == ServiceResponseKind.NotSoap)
        {
            Require(respond.Kind == ServiceResponseKind.NotSoap ? respond.Envelope.IsEmpty : respond.Kind == ServiceResponseKind.Handshake, "the kind of the answer");
            return;
        }

        var fault = FaultMap.Of(respond.Code, ProtocolVersion.Of(scene.Binding.Element.MessageSecurityVersion), scene.Binding.EstablishesSession);
        var text = RelatesTo().Replace(Encoding.UTF8.GetString(respond.Envelope.Span), "");

        // A handshake message of somebody who holds the key is verified before its body is read, and its answer is protected.
        if (!fault.IsSecured && !text.Contains("<o:Security", StringComparison.Ordinal))
        {
            // One text for each fault: the code of the refusal is for the log alone.
            Require(_faults.TryAdd(fault, text) || _faults[fault] == text, $"{respond.Code} is told from other refusals:\n{text}\n{_faults[fault]}");
        }
    }

    private static IEnumerable<(string Name, byte[] Wire)> Messages(FuzzScene scene)
    {
        using (var request = scene.Secure(scene.Request()))
        {
            yield return ("request", request.Envelope.ToArray());
        }

        using (var request = scene.Secure(scene.Request("<p:E xmlns:p=\"urn:e\" p:a='1'>a<!-- c --><![CDATA[<]]>&#xD;<q xmlns='urn:q'/></p:E>", "<h:H xmlns:h=\"urn:h\">1</h:H>")))
        {
            yield return ("content", request.Envelope.ToArray());
        }

        if (scene.Session is null)
        {
            yield break;
        }

        using (var handshake = scene.Client.StartSession(FuzzCredentials.Address))
        {
            yield return ("issue", ((HandshakeStep.Send)handshake.Step).Envelope.ToArray());
        }

        // Last: the client's side of the session is of no use after it.
        using var cancel = scene.Session.StartCancel();
        yield return ("cancel", cancel.Envelope.ToArray());
    }

    private ScriptKeys KeysOf(int number) => _keys[number] ??= _scenes[number].Value.RequestKeys();

    [GeneratedRegex("<a:RelatesTo[^>]*>[^<]*</a:RelatesTo>")]
    private static partial Regex RelatesTo();
}
