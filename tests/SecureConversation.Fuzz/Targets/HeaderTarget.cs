using SecureConversation.Binding;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Receive;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Signature;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Xml;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Fuzz.Targets;

/// <summary>
/// What is read before any key is used: the envelope, the security header, its match with bindings, the encrypted parts and the
/// signatures. Nothing but the one exception of the engine leaves it.
/// </summary>
internal sealed class HeaderTarget : FuzzTarget
{
    private static readonly string[] Names =
    [
        "mutualcert//session", "mutualcert/encrypt-first/session", "mutualcert-2007/sign-first/session", "mutualcert//single",
        "mutualcert-wss10//single", "duplex/lax/single", "duplex/derived/single", "username/timestamp-last/single",
    ];

    private readonly Lazy<BindingMessages[]> _bindings = new(() => [.. Names.SelectMany(Formats)]);

    public override string Name => "header";

    public override int BoundedRuns => 4000;

    public override IEnumerable<(string Name, byte[] Content)> Seeds() => VectorSeeds.Wire();

    public override void Run(byte[] input)
    {
        foreach (var messages in _bindings.Value)
        {
            foreach (var role in new[] { MessageRole.Request, MessageRole.Reply })
            {
                Read(input, messages, role);
            }
        }
    }

    private static void Read(byte[] input, BindingMessages messages, MessageRole role)
    {
        SoapEnvelope? wire = null;
        try
        {
            wire = SoapEnvelope.Parse(input, messages.Soap, XmlLimits.Default);
            var action = wire.FindText(messages.Soap.Action);
            var requirements = role.IsRequest ? messages.ForRequest(action) : messages.ForReply(action, requestAction: null);
            var header = SecurityHeader.Read(wire, requirements);
            Require(header.Items.All(i => i.Element.Parent == header.Element), "a child that stands elsewhere");
            Require(header.Items.Where(i => i.Id is not null).Select(i => i.Id).Distinct().Count() == header.Items.Count(i => i.Id is not null),
                "an Id that occurs twice");
            ReadSignatures(header, messages);
            var shape = MessageShape.Match(header, requirements);
            var encrypted = EncryptedParts.Locate(wire, shape, requirements);
            Require(encrypted.All.Select(p => p.Location).Distinct().Count() == encrypted.All.Count, "a part that is encrypted twice");
            Coverage.RequireEncrypted(requirements, wire, header, encrypted);
            Require(!requirements.EncryptBody || encrypted.Contains(MessagePart.Body), "a body in clear");
        }
        catch (SecurityFailureException e)
        {
            Require(e.Code is not FailureCode.None and not FailureCode.Internal, $"refused with {e.Code}");
        }
        finally
        {
            wire?.Dispose();
        }
    }

    private static void ReadSignatures(SecurityHeader header, BindingMessages messages)
    {
        foreach (var item in header.Items.Where(i => i.Kind == SecurityItemKind.Signature))
        {
            var signature = SignatureElement.Read(item.Element, messages.Protocol, Limits.MaxSignedParts);
            Require(signature.References.Count is > 0 and <= Limits.MaxSignedParts, "number of references");
        }
    }

    private static IEnumerable<BindingMessages> Formats(string name)
    {
        foreach (var version in new[] { MessageVersion.Default, MessageVersion.Soap11WSAddressing10 })
        {
            var binding = Bindings.Create(name, SecurityAlgorithmSuite.Basic256, version);
            yield return new BindingMessages(binding, binding.Element);
            if (binding.Bootstrap is { } bootstrap)
            {
                yield return new BindingMessages(binding, bootstrap);
            }
        }
    }
}
