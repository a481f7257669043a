using System.Collections.Immutable;
using System.Xml.Linq;
using SecureConversation.Binding;
using SecureConversation.Policy.Assertions;
using SecureConversation.Policy.Wsp;

namespace SecureConversation.Policy.Import;

/// <summary>Imports one alternative of an endpoint with the policies of its operations and messages.</summary>
internal sealed class AlternativeImporter(EndpointPolicy policy, ImmutableArray<Assertion> alternative)
{
    // How often the policy of an endpoint is read together with one of an operation.
    private const int MaxReads = 1024;

    private readonly ImportContext _context = new();
    private readonly Lazy<Scope> _endpoint = new(() => Scope.Read(alternative));
    private int _reads;

    public static ImmutableArray<PolicyAlternative> ImportAll(EndpointPolicy policy)
    {
        ImmutableArray<PolicyAlternative> all = [.. policy.Alternatives.Select(a => new AlternativeImporter(policy, a).Import())];
        if (!all.IsEmpty)
        {
            return all;
        }

        var context = new ImportContext();
        context.Refuse(
            policy.Place, "the policy has no alternative, so that no message is allowed.", "Put an alternative into wsp:ExactlyOne.");
        return [Refused(context)];
    }

    public static PolicyAlternative Refused(ImportContext context) =>
        new() { Outcome = PolicyOutcome.Refused, Refusals = [.. context.Refusals], Warnings = [.. context.Warnings] };

    private PolicyAlternative Import()
    {
        var scopes = policy.Operations.Select(Operation).ToList();
        var scope = Common(scopes);
        _context.Add(scope.Context);
        scope = scope with { Element = WithTokens(scope.Element, scopes) };
        var protection = new ProtectionBuilder(_context, scope.Element);
        var version = Version(scope);
        var addressing = version.Addressing == AddressingVersion.WSAddressing10 ? Namespaces.Addressing10.NamespaceName
            : version.Addressing == AddressingVersion.WSAddressingAugust2004 ? Namespaces.Addressing2004.NamespaceName
            : "";
        if (policy.Operations.IsEmpty)
        {
            var parts = scope.Parts.Without(addressing);
            Check(scope, parts, policy.Place, "the messages");
            protection.AddAll(parts);
        }

        foreach (var (operation, own) in policy.Operations.Zip(scopes))
        {
            foreach (var message in operation.Messages)
            {
                var parts = own.Parts.Union(Message(message, scope.Addressing ?? policy.AddressingOfWsdl)).Without(addressing);
                Check(scope, parts, message.Place, $"the {Word(message.Kind)} of operation {operation.Operation.Name}");
                protection.Add(operation.Operation, message, parts);
            }
        }

        if (scope.Element is null && protection.HasParts && _context.Refusals.Count == 0)
        {
            _context.Refuse(
                policy.Place, "messages have signed or encrypted parts, and there is no binding assertion that says how.",
                "Add sp:SymmetricBinding or sp:AsymmetricBinding to the policy of the wsdl:binding.");
        }

        return Result(scope.Element, version, protection);
    }

    private void Check(Scope scope, MessageParts parts, XElement place, string message)
    {
        // A transport signs and encrypts all of it.
        if (scope.Element is not TransportSecurityBindingElement)
        {
            PartsImporter.Check(parts, place, message, _context);
        }
    }

    /// <summary>
    /// A client without timestamps cannot tell a reply from one that is repeated, and this is what a policy without them asks for. A
    /// service detects the replays of others, so its owner decides.
    /// </summary>
    private SecurityBindingElement? WithoutReplayDetection(SecurityBindingElement? element)
    {
        if (element is null or TransportSecurityBindingElement or { IncludeTimestamp: true })
        {
            return element;
        }

        _context.Warn("The policy has no sp:IncludeTimestamp, without which no replays are detected: DetectReplays of LocalClientSettings "
            + "is false. A service needs DetectReplays of LocalServiceSettings to be false, too.");
        return element with { LocalClientSettings = element.LocalClientSettings with { DetectReplays = false } };
    }

    private PolicyAlternative Result(SecurityBindingElement? element, MessageVersion version, ProtectionBuilder builder)
    {
        element = WithoutReplayDetection(element);
        // HTTPS alone: no token, not even a timestamp.
        var isTransportOnly = element is TransportSecurityBindingElement
        {
            IncludeTimestamp: false,
            EndpointSupportingTokenParameters.IsEmpty: true, OptionalEndpointSupportingTokenParameters.IsEmpty: true,
        };
        RequireHttps(element, isTransportOnly);
        if (_context.Refusals.Count > 0)
        {
            return Refused(_context) with { MessageVersion = version, OtherRequirements = [.. _context.OtherRequirements] };
        }

        var protection = element is null || isTransportOnly ? ChannelProtectionRequirements.Default : builder.Build();
        var result = new PolicyAlternative
        {
            Outcome = PolicyOutcome.NoMessageSecurity,
            MessageVersion = version,
            OtherRequirements = [.. _context.OtherRequirements],
            Warnings = [.. _context.Warnings],
        };
        if (element is null || isTransportOnly)
        {
            return result;
        }

        // A password that a policy lets travel in clear is safe where the transport encrypts.
        element = policy.Address?.Scheme == Uri.UriSchemeHttps || _context.OtherRequirements.Any(name => name.LocalName == "HttpsToken")
            ? ClearText.Allow(element) : element;
        result = result with { Element = element, Protection = protection };
        try
        {
            var binding = MessageSecurityBinding.Create(element, version, protection);
            return result with { Outcome = PolicyOutcome.Imported, Binding = binding };
        }
        catch (ArgumentException refusal)
        {
            return result with { Outcome = PolicyOutcome.NotOffered, NotOffered = WithoutParameter(refusal) };
        }
    }

    /// <summary>
    /// What the transport has to protect, it does not protect at such an address. An element of the transport binding remembers that; a
    /// service behind an end of TLS, as those that were recorded, publishes the address that it listens to.
    /// </summary>
    private void RequireHttps(SecurityBindingElement? element, bool isTransportOnly)
    {
        if (element is null || !_context.OtherRequirements.Any(name => name.LocalName == "HttpsToken")
            || policy.Address is not { } address || address.Scheme == Uri.UriSchemeHttps)
        {
            return;
        }

        if (element is TransportSecurityBindingElement && !isTransportOnly)
        {
            _context.Warn(
                $"The policy demands a protected transport (HTTPS), and the address is {address.Scheme}: call the https address.");
            return;
        }

        var what = isTransportOnly ? "a protected transport (HTTPS)" : "HTTPS besides message security";
        _context.Refuse(
            policy.Place, $"the policy demands {what}, and the address is {address.Scheme}.", "Give the port an https address.");
    }

    private static string WithoutParameter(ArgumentException refusal)
    {
        var end = refusal.ParamName is { } name ? refusal.Message.LastIndexOf($" (Parameter '{name}')", StringComparison.Ordinal) : -1;
        return end < 0 ? refusal.Message : refusal.Message[..end];
    }

    private MessageVersion Version(Scope scope)
    {
        var addressing = scope.Addressing ?? policy.AddressingOfWsdl;
        if (addressing is null
            && scope.Element is SymmetricSecurityBindingElement { ProtectionTokenParameters: SecureConversationSecurityTokenParameters })
        {
            _context.Warn("The policy says nothing of WS-Addressing, which sessions need: WS-Addressing 1.0 is assumed.");
            addressing = AddressingVersion.WSAddressing10;
        }

        return MessageVersion.Create(policy.Soap, addressing ?? AddressingVersion.None);
    }

    /// <summary>The first alternative of an operation that is understood, with that of the endpoint.</summary>
    private Scope Operation(OperationPolicy operation)
    {
        Scope? first = null;
        foreach (var own in operation.Alternatives)
        {
            var scope = own.IsEmpty ? _endpoint.Value : own.Any(IsSecurity) ? ReadAgain(operation, own) : _endpoint.Value.With(own);
            if (scope.Context.Refusals.Count == 0)
            {
                return scope;
            }

            first ??= scope;
        }

        if (first is not null)
        {
            return first;
        }

        var none = _endpoint.Value.With([]);
        none.Context.Refuse(
            operation.Messages[0].Place,
            $"the policy of operation {operation.Operation.Name} has no alternative.", "Put one into wsp:ExactlyOne.");
        return none;
    }

    private Scope ReadAgain(OperationPolicy operation, ImmutableArray<Assertion> own)
    {
        if (++_reads <= MaxReads)
        {
            return own.Any(IsOfBinding) ? Scope.Read(alternative.AddRange(own)) : _endpoint.Value.With(own);
        }

        var scope = _endpoint.Value.With([]);
        scope.Context.Refuse(
            operation.Messages[0].Place, $"more than {MaxReads} policies of operations have security of their own.",
            "Move it to the policy of the wsdl:binding.");
        return scope;
    }

    /// <summary>Whether an assertion of an operation says how messages are protected, and not only which parts.</summary>
    private static bool IsSecurity(Assertion assertion) =>
        Namespaces.IsSecurityPolicy(assertion.Name.Namespace)
        && assertion.Name.LocalName is not ("SignedParts" or "EncryptedParts" or "SignedElements" or "EncryptedElements");

    /// <summary>The same of what cannot be added to the security of the endpoint, as supporting tokens can.</summary>
    private bool IsOfBinding(Assertion assertion) =>
        IsSecurity(assertion) && !(_endpoint.Value.Element is not null && SupportingTokensImporter.IsSupportingTokens(assertion));

    /// <summary>The element with the tokens of the operations: where all have the same, the endpoint has them.</summary>
    private SecurityBindingElement? WithTokens(SecurityBindingElement? element, List<Scope> scopes)
    {
        if (element is null || scopes.TrueForAll(s => s.Tokens is null))
        {
            return element;
        }

        var first = scopes[0].Tokens;
        if (scopes.TrueForAll(s => s.Tokens == first))
        {
            return element with
            {
                EndpointSupportingTokenParameters = element.EndpointSupportingTokenParameters.Concat(first!.Value.Required),
                OptionalEndpointSupportingTokenParameters = element.OptionalEndpointSupportingTokenParameters.Concat(first.Value.Optional),
            };
        }

        var own = policy.Operations.Zip(scopes).Where(o => o.Second.Tokens is not null)
            .Select(o => (o.First.Operation.Action, Tokens: o.Second.Tokens!.Value)).DistinctBy(o => o.Action).ToList();
        return element with
        {
            OperationSupportingTokenParameters = new(own.Where(o => !o.Tokens.Required.IsEmpty)
                .Select(o => KeyValuePair.Create(o.Action, o.Tokens.Required))),
            OptionalOperationSupportingTokenParameters = new(own.Where(o => !o.Tokens.Optional.IsEmpty)
                .Select(o => KeyValuePair.Create(o.Action, o.Tokens.Optional))),
        };
    }

    /// <summary>What all operations have in common. A binding has one element, so each operation must ask for the same.</summary>
    private Scope Common(List<Scope> scopes)
    {
        if (scopes.Count == 0)
        {
            return _endpoint.Value;
        }

        var first = scopes[0];
        for (var i = 1; i < scopes.Count; i++)
        {
            if (scopes[i].Context.Refusals.Count > 0)
            {
                _context.Add(scopes[i].Context);
            }
            else if (first.Context.Refusals.Count == 0
                && (!Equals(scopes[i].Element, first.Element) || scopes[i].Addressing != first.Addressing))
            {
                var operation = policy.Operations[i];
                _context.Refuse(
                    operation.Messages[0].Place,
                    $"operation {operation.Operation.Name} has other security than {policy.Operations[0].Operation.Name}, "
                    + "and all operations of an endpoint have one binding.",
                    "Move the binding assertion and the tokens to the policy of the wsdl:binding, or make two endpoints.");
            }
        }

        foreach (var scope in scopes.Skip(1).Where(s => !ReferenceEquals(s, first)))
        {
            _context.Add(scope.Context);
        }

        return first;
    }

    private MessageParts Message(MessagePolicy message, AddressingVersion? addressing)
    {
        (MessageParts Parts, ImportContext Context)? first = null;
        foreach (var own in message.Alternatives)
        {
            var context = new ImportContext();
            var bag = new AssertionBag(own, context, "the policy of a message");
            var sp = SpVersion.Of(bag.Left.Select(a => a.Name.Namespace));
            var parts = sp is null ? MessageParts.None : PartsImporter.Read(bag, sp, context);
            Scope.RequireSame(AddressingImporter.Read(bag, context), addressing, own, context);
            OtherRequirements.Take(bag, context);
            bag.RefuseLeft();
            first ??= (parts, context);
            if (context.Refusals.Count == 0)
            {
                first = (parts, context);
                break;
            }
        }

        if (first is not { } found)
        {
            _context.Refuse(message.Place, "the policy of the message has no alternative.", "Put one into wsp:ExactlyOne.");
            return MessageParts.None;
        }

        _context.Add(found.Context);
        return found.Parts;
    }

    private static string Word(MessageKind kind) => kind switch
    {
        MessageKind.Request => "request",
        MessageKind.Reply => "reply",
        _ => "fault",
    };

    /// <summary>The assertions of an endpoint and an operation, read.</summary>
    private sealed record Scope(SecurityBindingElement? Element, MessageParts Parts, AddressingVersion? Addressing, ImportContext Context)
    {
        /// <summary>Supporting tokens that an operation adds; null where it adds none.</summary>
        public SupportingTokenLists? Tokens { get; init; }

        /// <summary>The same with assertions of an operation that are not about how messages are protected.</summary>
        public Scope With(ImmutableArray<Assertion> own)
        {
            var context = new ImportContext();
            context.Add(Context);
            var bag = new AssertionBag(own, context, "the policy of an operation");
            RequireSame(AddressingImporter.Read(bag, context), Addressing, own, context);
            OtherRequirements.Take(bag, context);
            var sp = SpVersion.Of(bag.Left.Select(a => a.Name.Namespace));
            var parts = sp is null ? MessageParts.None : PartsImporter.Read(bag, sp, context);
            var tokens = sp is not null && bag.Left.Any(SupportingTokensImporter.IsSupportingTokens)
                ? SupportingTokensImporter.Read(bag, sp, context, Element is TransportSecurityBindingElement)
                : (SupportingTokenLists?)null;
            bag.RefuseLeft();
            return this with { Parts = Parts.Union(parts), Context = context, Tokens = tokens };
        }

        /// <summary>One operation or message cannot have headers that the others do not have.</summary>
        public static void RequireSame(
            AddressingVersion? own, AddressingVersion? ofEndpoint, ImmutableArray<Assertion> assertions, ImportContext context)
        {
            if (own is not null && own != ofEndpoint)
            {
                context.Refuse(
                    assertions[0].Element, "it asks for another WS-Addressing than the endpoint, which has one for all its messages.",
                    "Move the assertion of WS-Addressing to the policy of the wsdl:binding.");
            }
        }

        public static Scope Read(ImmutableArray<Assertion> assertions)
        {
            var context = new ImportContext();
            var bag = new AssertionBag(assertions, context, "");
            var addressing = AddressingImporter.Read(bag, context);
            OtherRequirements.Take(bag, context);
            if (SpVersion.Of(bag.Left.Select(a => a.Name.Namespace)) is not { } sp)
            {
                bag.RefuseLeft();
                return new(null, MessageParts.None, addressing, context);
            }

            var parts = PartsImporter.Read(bag, sp, context);
            var element = ElementImporter.Read(bag, sp, context);
            bag.RefuseLeft();
            return new(element, parts, addressing, context);
        }
    }
}
