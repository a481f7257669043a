using System.Diagnostics.CodeAnalysis;
using System.Text;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Negotiation;
using SecureConversation.Engine.Roles;
using SecureConversation.Engine.Xml;
using SecureConversation.Fuzz.Sealing;
using SecureConversation.Testing;

namespace SecureConversation.Fuzz.Targets;

/// <summary>
/// The legs of a negotiation, which nothing protects. The first octet chooses who reads: a service, which answers each of them and throws
/// nothing, or the readers of a client. What a client has read stays within its bounds, and the transcript takes it.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "There is one for the process.")]
internal sealed class NegotiationTarget : FuzzTarget
{
    private const byte OfService = (byte)'s';
    private const byte OfClient = (byte)'c';

    private readonly ManualTimeProvider _clock = new();
    private readonly FuzzLog _log = new();
    private readonly Lazy<MessageSecurityService> _service;

    public NegotiationTarget() => _service = new(CreateService);

    public override string Name => "negotiation";

    public override int BoundedRuns => 1500;

    public override IEnumerable<(string Name, byte[] Content)> Seeds()
    {
        var legs = new List<byte[]>();
        var client = new MessageSecurityClient(Binding, new ClientCredentials
        {
            ServiceCertificateValidation = TestCredentials.TrustAuthority,
            ServiceIdentity = EndpointIdentity.CreateDnsIdentity("localhost"),
        });
        client.EnsureNegotiatedAsync(FuzzCredentials.Address, async (leg, stop) =>
        {
            using var result = await _service.Value.ReceiveAsync(leg.Envelope, stop);
            var answer = ((ServiceResult.Respond)result).Envelope.ToArray();
            legs.AddRange([leg.Envelope.ToArray(), BodyOf(answer)]);
            return answer;
        }).AsTask().GetAwaiter().GetResult();
        return legs.Select((leg, i) => ($"leg-{i + 1}", (byte[])[i % 2 == 0 ? OfService : OfClient, .. leg]));
    }

    public override string? Outcome(byte[] input)
    {
        ArgumentOutOfRangeException.ThrowIfZero(input.Length);
        using var result = Receive(input.AsMemory(1));
        return ((ServiceResult.Respond)result).Code.ToString();
    }

    public override void Run(byte[] input)
    {
        if (input.Length == 0)
        {
            return;
        }

        if (input[0] % 2 == OfClient % 2)
        {
            foreach (var protocol in new[] { ProtocolVersion.February2005, ProtocolVersion.V13 })
            {
                Read(input.AsMemory(1), protocol);
            }

            return;
        }

        using var result = Receive(input.AsMemory(1));
        var respond = (ServiceResult.Respond)result;
        Require(respond.Code != FailureCode.Internal, "an unexpected exception inside");
        _log.RequireNoError();

        // Whatever was begun is over by then.
        _clock.Advance(TimeSpan.FromMinutes(2));
    }

    private static MessageSecurityBinding Binding { get; } = MessageSecurityBinding.Create(
        SecurityBindingElement.CreateSslNegotiationBindingElement(requireClientCertificate: false, requireCancellation: true));

    private static void Read(ReadOnlyMemory<byte> input, ProtocolVersion protocol)
    {
        try
        {
            using var index = XmlIndex.Parse(input, XmlLimits.Default);
            using var transcript = new NegotiationTranscript();
            if (NegotiatedTokenResponse.IsElement(index.Root, protocol))
            {
                var response = NegotiatedTokenResponse.Read(index.Root, protocol, out var first);
                Require(response.Authenticator.Length <= NegotiationTranscript.AuthenticatorBytes, "length of the authenticator");
                Require((response.Token is null) == (response.TokenXml.Length == 0), "a token without its octets");
                transcript.Add(first, protocol.RequestedSecurityToken, protocol.RequestedProofToken);
            }
            else
            {
                var leg = NegotiationLeg.ReadResponse(index.Root, protocol);
                Require(leg.Exchange.Octets.Length <= NegotiationEnd.MaxLegBytes, "length of a leg");
                transcript.Add(index.Root);
            }
        }
        catch (SecurityFailureException e)
        {
            Require(e.Code is not FailureCode.None and not FailureCode.Internal, $"refused with {e.Code}");
        }
    }

    private static byte[] BodyOf(byte[] envelope)
    {
        var text = Encoding.UTF8.GetString(envelope);
        var start = text.IndexOf("<s:Body>", StringComparison.Ordinal) + "<s:Body>".Length;
        return Encoding.UTF8.GetBytes(text[start..text.LastIndexOf("</s:Body>", StringComparison.Ordinal)]);
    }

    private MessageSecurityService CreateService() => new(
        Binding, TestCredentials.Service, new MessageSecurityServiceOptions { FailureAnswers = new() { Step = TimeSpan.Zero } },
        new EngineEnvironment { Clock = _clock, Log = _log });

    private ServiceResult Receive(ReadOnlyMemory<byte> envelope)
    {
        var receiving = _service.Value.ReceiveAsync(envelope).AsTask();
        Require(receiving.Wait(TimeSpan.FromSeconds(30)), "no answer");
        return receiving.GetAwaiter().GetResult();
    }
}
